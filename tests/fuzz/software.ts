/** Fuzz targets for software integrity: manifests, hash lists, names of files, patterns, and signatures of programs, all of
 *  which come from strangers. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { limits } from '../../src/core/limits.ts'
import { readSignature, signerOf } from '../../src/software/authenticode.ts'
import { compareManifests } from '../../src/software/difference.ts'
import { groupDifferences, groupText } from '../../src/software/difference-group.ts'
import { comparePaths, type SoftwareEntry } from '../../src/software/entry.ts'
import { ExpectedChanges } from '../../src/software/expected.ts'
import { recogniseHashList } from '../../src/software/hash-list.ts'
import { ManifestWriter } from '../../src/software/manifest.ts'
import { isPathBelow, pathBytes, pathText } from '../../src/software/path-text.ts'
import { makePe, makeSigner, signatureTable, signPe } from '../../src/software/pe.fixture.ts'
import { hashedParts, locateSignature, programKind } from '../../src/software/pe.ts'
import { checkManifest, entriesOf } from '../../src/software/read-manifest.ts'
import { makeKey } from '../../src/software/signing-key.ts'
import type { FuzzTarget } from './engine/target.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const sha256 = 'ab'.repeat(32)

function manifest(): string {
  const writer = new ManifestWriter()
  const entries: SoftwareEntry[] = [
    { type: 'folder', path: 'bin', mode: 0o755 },
    { type: 'file', path: 'bin/a', bytes: 1, sha256, program: 'elf' },
    { type: 'link', path: 'l', target: 'bin/a' },
    { type: 'unread', path: 'u', why: 'denied' },
  ]
  const head = { machine: 'm', madeAt: '2026-01-01T00:00:00Z', folder: '/x', expected: ['*.log'], signers: true }
  return writer.begin(head) + entries.map((each) => writer.write(each)).join('') + writer.end(makeKey())
}

function runManifest(bytes: Uint8Array): void {
  const checked = checkManifest([bytes])
  if (!checked.ok) return
  const entries = [...entriesOf([bytes], checked.value)]
  assert.equal(entries.length, checked.value.entries)
  for (const [at, { path }] of entries.entries()) {
    assert.ok(isPathBelow(path))
    assert.ok(at === 0 || comparePaths((entries[at - 1] as SoftwareEntry).path, path) < 0)
  }
}

function runHashList(bytes: Uint8Array): void {
  const lines = pathText(bytes.subarray(0, 256 * 1024)).split('\n')
  const form = recogniseHashList(lines)
  if (form === undefined) return
  for (const line of lines) {
    const row = form.read(line)
    if (typeof row !== 'object') continue
    assert.match(row.digits, /^[0-9a-f]+$/)
    assert.ok(row.path === undefined || isPathBelow(row.path))
  }
}

function runProgram(bytes: Uint8Array): void {
  programKind(bytes)
  const place = locateSignature(bytes, bytes.length)
  if (place === undefined) return
  const signature = readSignature(bytes.subarray(place.tableAt, place.tableAt + place.tableBytes))
  const hash = createHash(signature?.algorithm ?? 'sha256')
  for (const [from, until] of hashedParts(place, bytes.length)) hash.update(bytes.subarray(from, until))
  const { subject, issuer } = signerOf(signature, hash.digest())
  assert.ok(subject.isWellFormed() && issuer.isWellFormed())
}

function runNames(bytes: Uint8Array): void {
  assert.deepEqual(pathBytes(pathText(bytes)), Buffer.from(bytes))
  // A path is no longer than a manifest allows.
  const [pattern = '', ...paths] = pathText(bytes.subarray(0, limits.softwarePathBytesMax)).split('\n')
  const expect = ExpectedChanges.parse([pattern])
  const entries = [...new Set(paths.filter(isPathBelow))]
    .slice(0, 200)
    .map((path): SoftwareEntry => ({ type: 'file', path, bytes: path.length, sha256 }))
    .sort((a, b) => comparePaths(a.path, b.path))
  const half = entries.filter((_, at) => at % 2 === 0)
  const differences = compareManifests(half, entries, expect.ok ? expect.value : ExpectedChanges.none)
  assert.equal(differences.length, entries.length - half.length)
  const groups = groupDifferences(differences)
  assert.equal(
    groups.reduce((sum, group) => sum + group.differences.length, 0),
    differences.length,
  )
  for (const group of groups) groupText(group)
}

const vendor = makeSigner('Example')

export const fuzzTargets: readonly FuzzTarget[] = [
  { name: 'software/manifest', run: runManifest, seeds: [bytesOf(manifest())] },
  {
    name: 'software/hash-list',
    run: runHashList,
    seeds: [
      `${sha256}  a/b\n\\${sha256} *c\\\\d\n`,
      `SHA256 (a) = ${sha256}\n`,
      `%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n## x\n1,${sha256},C:\\a\n`,
      `"SHA-1","FileName","ProductCode"\n"${sha256.slice(0, 40)}","a ""b""",1\n`,
      `Algorithm;Hash;Path\nSHA256;${sha256};"a;b"\n`,
    ].map(bytesOf),
  },
  {
    name: 'software/program',
    run: runProgram,
    seeds: [signPe(makePe(), vendor), signPe(makePe('x', false), vendor, false)],
  },
  {
    name: 'software/signature',
    run: (bytes) => void readSignature(bytes),
    seeds: [signatureTable(Buffer.alloc(32), vendor)],
  },
  { name: 'software/names', run: runNames, seeds: [bytesOf('logs/**/*.l?g\nlogs/a.log\nbin/x.exe\nlogs/b/c.log\n')] },
]
