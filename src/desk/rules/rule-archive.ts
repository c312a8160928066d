/** Reads rule files out of a zip archive, as SigmaHQ releases them. The archive is a stranger's: it is unpacked in small
 *  pieces and in memory, bounds on every count hold whatever its directory claims, and its names are only ever shown. */
import { strFromU8, Unzip, type UnzipFile, UnzipInflate } from 'fflate'
import { limits } from '../../core/limits.ts'
import type { RuleProblem } from '../../sigma/rule.ts'
import { fileProblem, type RuleFile, type RuleFiles } from './rule-file.ts'

/** Ends the unpacking: what is wrong with the archive as a whole. */
class ArchiveFault extends Error {
  readonly mend: string

  constructor(problem: string, mend: string) {
    super(problem)
    this.mend = mend
  }
}

const bomb = (): ArchiveFault =>
  new ArchiveFault('The archive unpacks to far more than rules can have.', 'Get it again from where it was released.')

/** Gathers the wanted members of one archive. */
class ArchiveReader {
  readonly files: RuleFile[] = []
  readonly rejects: RuleProblem[] = []
  readonly #path: string
  readonly #isWanted: (name: string) => boolean
  #members = 0
  #unpackedBytes = 0
  #textBytes = 0

  constructor(path: string, isWanted: (name: string) => boolean) {
    this.#path = path
    this.#isWanted = isWanted
  }

  read(bytes: Uint8Array): void {
    const unzip = new Unzip((member) => this.#open(member))
    unzip.register(UnzipInflate)
    const piece = limits.ruleArchivePieceBytes
    for (let at = 0; at < bytes.length; at += piece) unzip.push(bytes.subarray(at, at + piece), false)
    unzip.push(new Uint8Array(0), true)
    if (this.#members === 0)
      throw new ArchiveFault('The file is no zip archive.', 'Check that it was downloaded whole.')
  }

  #open(member: UnzipFile): void {
    if (++this.#members > limits.ruleFilesMax) throw bomb()
    const name = nameOf(member.name)
    const isWanted = !member.name.endsWith('/') && this.#isWanted(name)
    const pieces: Uint8Array[] = []
    let bytes = 0
    member.ondata = (error, data, isFinal): void => {
      if (error !== null) throw error
      bytes += data.length
      this.#unpackedBytes += data.length
      if (this.#unpackedBytes > limits.ruleArchiveUnpackedBytesMax) throw bomb()
      if (!isWanted) return
      if (bytes <= limits.ruleFileBytesMax) pieces.push(data)
      if (isFinal) this.#take(name, pieces, bytes)
    }
    // Members that are not wanted are left packed.
    if (isWanted) member.start()
  }

  #take(name: string, pieces: readonly Uint8Array[], bytes: number): void {
    const shown = `${this.#path}: ${name}`
    if (bytes > limits.ruleFileBytesMax) {
      this.rejects.push(fileProblem(shown, 'The file is larger than a file of rules can be.', 'Leave it out.'))
      return
    }
    this.#textBytes += bytes
    if (this.#textBytes > limits.ruleTextBytesMax) throw bomb()
    this.files.push({ name: shown, text: strFromU8(Buffer.concat(pieces)) })
  }
}

/** The name without anything that could lead out of a folder; it is only shown and compared. */
const nameOf = (name: string): string =>
  name
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')

/** Reads the wanted members of an archive. */
export function readRuleArchive(bytes: Uint8Array, path: string, isWanted: (name: string) => boolean): RuleFiles {
  const reader = new ArchiveReader(path, isWanted)
  try {
    reader.read(bytes)
  } catch (error) {
    const fault =
      error instanceof ArchiveFault
        ? error
        : new ArchiveFault('The archive is damaged.', 'Get it again from where it was released.')
    // Half a collection that looks whole is worse than none.
    return { files: [], rejects: [fileProblem(path, fault.message, fault.mend)] }
  }
  reader.files.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { files: reader.files, rejects: reader.rejects }
}
