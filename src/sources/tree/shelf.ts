/** The manifests that a desk keeps: for each folder of each machine the one that is its baseline, and the last that came.
 *  The first that comes is no baseline by itself: a person says which one is. */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../core/result.ts'
import { type Compared, Comparison } from '../../software/difference.ts'
import { ExpectedChanges } from '../../software/expected.ts'
import { type CheckedManifest, entriesOf } from '../../software/read-manifest.ts'
import { machineNameOf } from '../drop/manifest.ts'
import { checkManifestFile, piecesOf } from './manifest-file.ts'

/** What a manifest that came says, compared with the baseline. */
export type Shelved =
  | { readonly state: 'no-baseline'; readonly manifest: CheckedManifest }
  | {
      readonly state: 'compared'
      readonly manifest: CheckedManifest
      readonly baseline: CheckedManifest
      readonly compared: Compared
    }

type Place = 'baseline' | 'latest'

/** A folder of manifests. */
export class SoftwareShelf {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Keeps a manifest as the last of its machine and folder, and compares it with their baseline. `expect`: what the office
   *  expects to change, beside what the baseline says. The failure is a sentence. Rejects where the disk fails. */
  async take(path: string, expect: ExpectedChanges = ExpectedChanges.none): Promise<Result<Shelved, string>> {
    const checked = checkManifestFile(path)
    if (!checked.ok) return err('The list of software cannot be used: it is damaged, or of another version.')
    await this.#put(path, checked.value, 'latest')
    return this.compare(checked.value.head.machine, checked.value.head.folder, expect)
  }

  /** Makes a manifest (of a trusted build, or one that came and was looked at) the baseline of its machine and folder; of
   *  `machine`, where it was made on another one. The failure is a sentence. */
  async setBaseline(path: string, machine?: string, folder?: string): Promise<Result<CheckedManifest, string>> {
    const checked = checkManifestFile(path)
    if (!checked.ok) return err('The baseline cannot be used: it is damaged, not signed, or of another version.')
    await this.#put(path, checked.value, 'baseline', machine, folder)
    return checked
  }

  /** Compares the last manifest of a machine and folder with their baseline. */
  compare(machine: string, folder: string, expect: ExpectedChanges = ExpectedChanges.none): Result<Shelved, string> {
    const latestPath = this.#pathOf(machine, folder, 'latest')
    const latest = checkManifestFile(latestPath)
    if (!latest.ok) return err('There is no list of software of this machine and folder.')
    const baselinePath = this.#pathOf(machine, folder, 'baseline')
    const baseline = checkManifestFile(baselinePath)
    if (!baseline.ok) {
      const isMissing = baseline.error.code === 'not-found'
      return isMissing
        ? ok({ state: 'no-baseline', manifest: latest.value })
        : err('The baseline that the desk kept is damaged. Set it again.')
    }
    const all = expect.and(baseline.value.head.expected)
    const should = entriesOf(piecesOf(baselinePath), baseline.value)
    const knowsSigners = latest.value.head.signers && baseline.value.head.signers
    const comparison = new Comparison(should, all.ok ? all.value : expect, knowsSigners)
    for (const entry of entriesOf(piecesOf(latestPath), latest.value)) comparison.add(entry)
    return ok({ state: 'compared', manifest: latest.value, baseline: baseline.value, compared: comparison.finish() })
  }

  async #put(
    path: string,
    { head }: CheckedManifest,
    place: Place,
    machine = head.machine,
    folder = head.folder,
  ): Promise<void> {
    const target = this.#pathOf(machine, folder, place)
    await mkdir(join(target, '..'), { recursive: true, mode: 0o700 })
    await copyFile(path, `${target}.partial`)
    await rename(`${target}.partial`, target)
  }

  /** Names of folders on other machines are no names of files here. */
  #pathOf(machine: string, folder: string, place: Place): string {
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 32)
    return join(this.#folder, machineNameOf(machine), `${name}.${place}`)
  }
}
