import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { comparePaths, type SoftwareEntry } from '../../software/entry.ts'
import { makePe, makeSigner, signPe } from '../../software/pe.fixture.ts'
import { FileHasher } from './hash-file.ts'
import { hashTree, type TreeEntry, type TreeOptions } from './hash-tree.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-tree-'))
  folders.push(folder)
  return folder
}

async function entriesIn(root: string, options: TreeOptions = {}): Promise<TreeEntry[]> {
  const found: TreeEntry[] = []
  for await (const batch of hashTree(root, { workers: 2, ...options })) found.push(...batch)
  return found
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('a folder that is hashed', () => {
  test('is told in order of path, each file with its hash, however many there are', async () => {
    const root = newFolder()
    for (const folder of ['a', 'a b', 'a-', 'c/d']) {
      mkdirSync(join(root, folder), { recursive: true })
      for (let i = 0; i < 200; i++) writeFileSync(join(root, folder, `f${i}`), `${folder} ${i}`)
    }
    const big = Buffer.alloc(1_300_000, 'x')
    writeFileSync(join(root, 'big'), big)
    const found = await entriesIn(root)
    expect(found.map(({ path }) => path)).toEqual(found.map(({ path }) => path).toSorted(comparePaths))
    expect(found.filter(({ type }) => type === 'file').length).toBe(801)
    expect(found.find(({ path }) => path === 'c/d/f7')).toMatchObject({ bytes: 5, sha256: sha256('c/d 7') })
    expect(found.find(({ path }) => path === 'big')).toMatchObject({ bytes: big.length, sha256: sha256(big) })
  })

  test('has links that are named and not followed, and pipes that are not read', async () => {
    const root = newFolder()
    mkdirSync(join(root, 'in'))
    symlinkSync('/', join(root, 'out'))
    symlinkSync('.', join(root, 'in', 'loop'))
    symlinkSync('nowhere', join(root, 'broken'))
    const hasPipe = spawnSync('mkfifo', [join(root, 'pipe')]).status === 0
    chmodSync(join(root, 'in'), 0o700)
    const expected: SoftwareEntry[] = [
      { type: 'link', path: 'broken', target: 'nowhere' },
      { type: 'folder', path: 'in', mode: 0o700 },
      { type: 'link', path: 'in/loop', target: '.' },
      { type: 'link', path: 'out', target: '/' },
    ]
    const pipe: SoftwareEntry = { type: 'other', path: 'pipe', what: 'pipe' }
    expect(await entriesIn(root)).toEqual(hasPipe ? [...expected, pipe] : expected)
  })

  test.skipIf(process.platform !== 'linux')('has names that are not UTF-8, byte for byte', async () => {
    const root = newFolder()
    const name = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.of(0xe9)])
    writeFileSync(name, 'x')
    expect(await entriesIn(root)).toMatchObject([{ type: 'file', path: 'caf\udce9', sha256: sha256('x') }])
  })

  test.skipIf(process.getuid?.() === 0)('names what this user may not read', async () => {
    const root = newFolder()
    mkdirSync(join(root, 'closed'), { mode: 0 })
    writeFileSync(join(root, 'secret'), 'x', { mode: 0 })
    const found = await entriesIn(root)
    chmodSync(join(root, 'closed'), 0o700)
    expect(found).toEqual([
      { type: 'unread', path: 'closed', why: 'denied' },
      { type: 'unread', path: 'secret', why: 'denied' },
    ])
  })

  test('names a file that changes while it is read', () => {
    const root = newFolder()
    const path = join(root, 'log')
    writeFileSync(path, 'x'.repeat(2_000_000))
    const hasher = new FileHasher({ hasModes: true, others: [] })
    expect(hasher.hash(root, 'log')).toMatchObject({ type: 'file' })
    // Another process writes as fast as it can.
    const script = `const fs = require('node:fs'); for (;;) fs.appendFileSync(${JSON.stringify(path)}, 'y')`
    const run = `${process.execPath} -e "${script.replaceAll('"', '\\"')}" & echo $!`
    const pid = Number(spawnSync('sh', ['-c', `${run} `], { stdio: ['ignore', 'pipe', 'ignore'], timeout: 500 }).stdout)
    try {
      let found = hasher.hash(root, 'log')
      for (let i = 0; i < 2_000 && found.type === 'file'; i++) found = hasher.hash(root, 'log')
      expect(found).toEqual({ type: 'unread', path: 'log', why: 'changing' })
    } finally {
      if (pid > 0) process.kill(pid)
      truncateSync(path)
    }
  })

  test('has who signed a program, small or large, and the hashes that a list needs', async () => {
    const root = newFolder()
    const signer = makeSigner('Example Vendor')
    writeFileSync(join(root, 'small.exe'), signPe(makePe('small'), signer))
    const large = signPe(makePe('x'.repeat(1_500_000)), signer)
    writeFileSync(join(root, 'large.exe'), large)
    const [first, second] = await entriesIn(root, { others: ['md5', 'sha512'] })
    expect(first).toMatchObject({ path: 'large.exe', program: 'pe', signer: { state: 'matches' } })
    expect(first).toMatchObject({ hashes: { md5: createHash('md5').update(large).digest('hex') } })
    expect(second).toMatchObject({ path: 'small.exe', program: 'pe', signer: { state: 'matches' } })
    large[70_000] = 0
    writeFileSync(join(root, 'large.exe'), large)
    expect((await entriesIn(root))[0]).toMatchObject({ signer: { state: 'differs' } })
  })

  test('that is empty holds nothing, and one that is not there is an error', async () => {
    expect(await entriesIn(newFolder())).toEqual([])
    await expect(entriesIn(join(newFolder(), 'none'))).rejects.toThrow(/ENOENT/)
  })

  test('leaves out what it is told to', async () => {
    const root = newFolder()
    writeFileSync(join(root, 'a'), 'x')
    writeFileSync(join(root, 'my.baseline'), 'x')
    expect(await entriesIn(root, { leftOut: new Set(['my.baseline']) })).toMatchObject([{ path: 'a' }])
  })
})
