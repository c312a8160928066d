/** `bellwether software baseline DIR` writes down what is in a folder, signed; `bellwether software verify DIR` says how the
 *  folder differs from that, or from a list of hashes. Both only read the folder. */
import { realpath, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { err, ok, type Result } from '../core/result.ts'
import type { ExpectedChanges } from '../software/expected.ts'
import type { CheckedManifest } from '../software/read-manifest.ts'
import { ManifestChanged } from '../software/read-manifest.ts'
import { fingerprintOf, normaliseKey } from '../software/signing-key.ts'
import { machineNameOf } from '../sources/drop/manifest.ts'
import { problemOfError, showPath } from '../sources/problem.ts'
import { compareWithBaseline, compareWithList, type TreeCount } from '../sources/tree/compare-tree.ts'
import { type HashListSurvey, surveyHashList } from '../sources/tree/hash-list-file.ts'
import { hashTree } from '../sources/tree/hash-tree.ts'
import { checkManifestFile, writeManifestFile } from '../sources/tree/manifest-file.ts'
import { exitCodes } from './arguments.ts'
import { keyPathIn, publicKeyIn, readOrMakeKey } from './key-file.ts'
import { wrap } from './printable.ts'
import type { BaselineCommand, SoftwareCommand, VerifyCommand } from './software-arguments.ts'
import { expectedOf } from './software-arguments.ts'
import { baselineText, faultText, type VerifyReport, verifyJson, verifyText } from './software-report.ts'

/** What the commands need of the process. */
export interface SoftwareIo {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
  /** Shows how far it has come, on one line; an empty text wipes it. */
  readonly progress: (text: string) => void
  readonly columns: number
  readonly homeFolder: string
  readonly hostName: string
  readonly nowMs: number
}

/** Runs the command. The answer is the exit code. */
export async function runSoftware(command: SoftwareCommand, io: SoftwareIo): Promise<number> {
  const folder = await folderAt(command.folder)
  if (!folder.ok) return fail(io, folder.error)
  const expect = await expectedOf(command)
  if (!expect.ok) return fail(io, expect.error, exitCodes.usage)
  return command.name === 'baseline'
    ? await makeBaseline(command, folder.value, expect.value, io)
    : await verify(command, folder.value, expect.value, io)
}

function fail(io: SoftwareIo, message: string, code: number = exitCodes.nothingRead): number {
  io.progress('')
  io.complain(`${wrap(message, io.columns).join('\n')}\n`)
  return code
}

/** The folder itself, where a link leads to it. */
async function folderAt(path: string): Promise<Result<string, string>> {
  try {
    const found = await realpath(path)
    if ((await stat(found)).isDirectory()) return ok(found)
    return err(`${showPath(path)} is a file. Name the folder in which the software is.`)
  } catch (error) {
    return err(problemOfError(error, path).message)
  }
}

/** The path below the folder that would be walked, where a file of ours is in there. */
async function belowFolder(folder: string, path: string): Promise<string[]> {
  const place = await realpath(resolve(path, '..')).catch(() => resolve(path, '..'))
  const below = relative(folder, join(place, basename(path)))
  return below === '' || below.startsWith('..') ? [] : [below.split(sep).join('/')]
}

function progressOf(io: SoftwareIo): (count: Pick<TreeCount, 'files' | 'bytes'>) => void {
  let shownMs = Number.NEGATIVE_INFINITY
  return ({ files, bytes }) => {
    if (performance.now() - shownMs < 100) return
    shownMs = performance.now()
    io.progress(`${files.toLocaleString('en-US')} files, ${(bytes / 1e9).toFixed(1)} GB`)
  }
}

async function makeBaseline(
  command: BaselineCommand,
  folder: string,
  expect: ExpectedChanges,
  io: SoftwareIo,
): Promise<number> {
  const machine = command.machine ?? machineNameOf(io.hostName)
  const day = new Date(io.nowMs).toISOString().slice(0, 10)
  const path = command.outPath ?? `${machineNameOf(basename(folder))}-${machine}-${day}.baseline`
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  ) {
    return fail(
      io,
      `There is a file ${showPath(path)} already. A baseline is never written over: name another one with --out.`,
    )
  }
  const keyPath = command.keyPath ?? keyPathIn(io.homeFolder)
  const key = await readOrMakeKey(keyPath, (made) =>
    io.print(`Made a key for this machine: ${made}. Keep it on this machine alone.\n`),
  )
  if (!key.ok) return fail(io, key.error, exitCodes.usage)
  const leftOut = new Set([
    ...(await belowFolder(folder, path)),
    ...(await belowFolder(folder, `${path}.partial`)),
    ...(await belowFolder(folder, keyPath)),
  ])
  const written = await writeManifestFile(hashTree(folder, { leftOut }), {
    path,
    head: { machine, madeAt: new Date(io.nowMs).toISOString(), folder, expected: expect.texts, signers: true },
    privateKeyPem: key.value,
    onProgress: progressOf(io),
    mustHoldFiles: true,
  })
  io.progress('')
  if (!written.ok) return fail(io, written.error)
  const publicKey = (await publicKeyIn(keyPath)) ?? ''
  io.print(baselineText({ path, folder, machine, publicKey, expected: expect.texts, ...written.value }, io.columns))
  return exitCodes.done
}

async function verify(
  command: VerifyCommand,
  folder: string,
  expect: ExpectedChanges,
  io: SoftwareIo,
): Promise<number> {
  const report =
    'baselinePath' in command.against
      ? await verifyBaseline(command, command.against.baselinePath, folder, expect, io)
      : await verifyList(command.against.hashesPath, folder, expect, io)
  io.progress('')
  if (!report.ok) return fail(io, report.error)
  io.print(command.output === 'json' ? verifyJson(report.value) : verifyText(report.value, io.columns))
  return report.value.compared.differences.some(({ expected }) => expected === undefined) ||
    report.value.compared.leftOut > 0
    ? exitCodes.found
    : exitCodes.done
}

async function verifyBaseline(
  command: VerifyCommand,
  path: string,
  folder: string,
  given: ExpectedChanges,
  io: SoftwareIo,
): Promise<Result<VerifyReport, string>> {
  const checked = checkManifestFile(path)
  if (!checked.ok) return err('message' in checked.error ? checked.error.message : faultText(path, checked.error))
  const baseline = checked.value
  const trust = await trustOf(command, baseline, io)
  if (!trust.ok) return trust
  const expect = given.and(baseline.head.expected)
  if (!expect.ok) return expect
  const leftOut = new Set([
    ...(await belowFolder(folder, path)),
    ...(await belowFolder(folder, keyPathIn(io.homeFolder))),
  ])
  try {
    const compared = await compareWithBaseline(folder, path, baseline, {
      expect: expect.value,
      leftOut,
      onProgress: progressOf(io),
    })
    return ok({ folder, compared, against: { kind: 'baseline', path, baseline, trust: trust.value } })
  } catch (error) {
    if (error instanceof ManifestChanged) {
      return err(
        `The baseline ${showPath(path)} was written to while it was read. Nothing was said; run the command again.`,
      )
    }
    return err(problemOfError(error, folder).message)
  }
}

/** Whether the key of a baseline is one that somebody vouches for. */
async function trustOf(
  { trusted }: VerifyCommand,
  { publicKey }: CheckedManifest,
  io: SoftwareIo,
): Promise<Result<'named' | 'own' | 'nobody', string>> {
  const fingerprint = fingerprintOf(publicKey)
  if (trusted === undefined) {
    return ok((await publicKeyIn(keyPathIn(io.homeFolder))) === publicKey ? 'own' : 'nobody')
  }
  const plain = (text: string): string => text.replaceAll(/[\s:-]/g, '').toLowerCase()
  if (plain(trusted) === plain(fingerprint) || normaliseKey(trusted) === publicKey) return ok('named')
  return err(
    `The baseline is signed with another key than the one you named: its fingerprint is ${fingerprint}. Nothing was compared. ` +
      'If you did not mistype it, somebody made this baseline anew: keep it, and call your security contact.',
  )
}

async function verifyList(
  path: string,
  folder: string,
  expect: ExpectedChanges,
  io: SoftwareIo,
): Promise<Result<VerifyReport, string>> {
  io.progress('Reading the list')
  const survey: Result<HashListSurvey, string> = await surveyHashList(path)
  if (!survey.ok) return survey
  const leftOut = new Set(await belowFolder(folder, path))
  try {
    const compared = await compareWithList(folder, survey.value, { expect, leftOut, onProgress: progressOf(io) })
    return ok({ folder, compared, against: { kind: 'list', survey: survey.value, leading: compared.leading } })
  } catch (error) {
    return err(problemOfError(error, folder).message)
  }
}
