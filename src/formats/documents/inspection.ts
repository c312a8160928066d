/** The examination of one file while it goes on: what was found so far, which files inside wait for their turn, and how
 *  much may still be unpacked. Everything that is kept here is cut at a bound. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import type { Examination, FoundFeature, FoundLink, FoundPicture, PayloadFeature } from './examination.ts'
import type { FileKind } from './file-kind.ts'

/** A file to be looked at, and where it stands. */
export interface Subject {
  readonly name: string
  /** As claimed by whoever sent it; empty where nothing is claimed. */
  readonly contentType: string
  readonly bytes: Uint8Array
  /** From the outside in; the last one is the file itself. */
  readonly path: readonly string[]
  /** 0 for the file that was given. */
  readonly depth: number
  /** `file`: somebody opens it by its name. `part`: it lies in a document, and its name says nothing about how it is
   *  opened. `content`: it is the document itself, unwrapped. */
  readonly role: 'file' | 'part' | 'content'
}

const lineBreaks = /[\u0000-\u001f\u007f\u2028\u2029]+/g

/** Text of a file as it may stand in a proof: one line, cut. */
export function plain(text: string, charactersMax: number = limits.documentProofCharactersMax): string {
  const line = text
    .slice(0, charactersMax * 2)
    .replace(lineBreaks, ' ')
    .trim()
  return line.length > charactersMax ? `${line.slice(0, charactersMax - 1)}…` : line
}

/** Collects what is found. */
export class Inspection {
  readonly #features: FoundFeature[] = []
  readonly #featuresSeen = new Set<string>()
  readonly #links: FoundLink[] = []
  readonly #linksSeen = new Set<string>()
  readonly #hashes: { path: readonly string[]; sha256: string }[] = []
  readonly #pictures: FoundPicture[] = []
  readonly #problems = new Set<string>()
  readonly #texts: string[] = []
  readonly #waiting: Subject[] = []
  #textLength = 0
  #filesLeft: number = limits.documentFilesMax
  #bytesLeft: number = limits.documentExaminedBytesMax
  #roundsLeft: number = limits.passwordRoundsMax
  /** Passwords that may be tried on what is encrypted. */
  readonly passwords: readonly string[]
  /** Fields that may still be judged whole. */
  fieldsLeft: number = limits.fieldsMax
  /** Bytes that may still be unpacked. */
  inflatedBytesLeft: number = limits.documentInflatedBytesMax

  constructor(passwords: readonly string[] = []) {
    this.passwords = passwords.slice(0, limits.passwordsMax)
  }

  /** Notes a feature once for each place; `proof` may be any text of the file. */
  add(feature: PayloadFeature, path: readonly string[], proof: string): void {
    const cut = plain(proof)
    const key = `${feature}\0${path.join('\0')}\0${cut}`
    if (this.#featuresSeen.has(key)) return
    // Beyond the bound a kind of feature that is not told yet still is, so that a flood of one cannot hide another.
    const isFull = this.#features.length >= limits.documentFeaturesMax
    if (isFull && this.#features.some((found) => found.feature === feature)) return
    this.#featuresSeen.add(key)
    this.#features.push({ feature, path, proof: cut })
  }

  /** Notes a link. */
  addLink(target: string, path: readonly string[], from: FoundLink['from']): void {
    const cut = plain(target, limits.documentLinkCharactersMax)
    if (cut === '' || this.#linksSeen.has(cut) || this.#links.length >= limits.documentLinksMax) return
    this.#linksSeen.add(cut)
    this.#links.push({ target: cut, path, from })
  }

  /** Notes visible text. */
  addText(text: string): void {
    const left = limits.documentTextCharactersMax - this.#textLength
    if (left <= 0 || text === '') return
    const cut = text.slice(0, left)
    this.#texts.push(cut)
    this.#textLength += cut.length + 1
  }

  /** True while text is wanted: reading on for more costs time for nothing. */
  get wantsText(): boolean {
    return this.#textLength < limits.documentTextCharactersMax
  }

  /** Notes, in one sentence that quotes nothing, what was not looked at. */
  addProblem(sentence: string): void {
    if (this.#problems.size < limits.documentProblemsMax) this.#problems.add(sentence)
  }

  /** Keeps a picture for bar codes. */
  addPicture(picture: FoundPicture): void {
    const { documentPicturesMax, documentPictureBytesMax } = limits
    if (picture.bytes.length > documentPictureBytesMax) this.addProblem('A very large picture was not looked into.')
    else if (this.#pictures.length >= documentPicturesMax)
      this.addProblem('There are more pictures than were looked into for codes.')
    else this.#pictures.push(picture)
  }

  /** True while another picture would be kept. */
  get wantsPictures(): boolean {
    return this.#pictures.length < limits.documentPicturesMax
  }

  /** Takes hash rounds for trying a well-known password; false where too many are asked for. */
  spendRounds(count: number): boolean {
    if (count > this.#roundsLeft) return false
    this.#roundsLeft -= count
    return true
  }

  /** Puts a file inside another one in the queue. */
  enqueue(within: Subject, name: string, bytes: Uint8Array, role: Subject['role'] = 'file'): void {
    if (bytes.length === 0) return
    const cut = plain(name, limits.documentNameCharactersMax)
    const path = [...within.path, cut]
    if (within.depth >= limits.documentDepthMax) {
      this.add('nested-too-deep', path, `more than ${limits.documentDepthMax} levels of files in files`)
    } else if (this.#filesLeft <= 0 || bytes.length > this.#bytesLeft) {
      this.addProblem('There are more or larger files inside than were looked at.')
    } else {
      this.#filesLeft--
      this.#bytesLeft -= bytes.length
      this.#waiting.push({ name, contentType: '', bytes, path, depth: within.depth + 1, role })
    }
  }

  /** The next file in the queue. */
  next(): Subject | undefined {
    return this.#waiting.shift()
  }

  /** Notes the hash of a file. */
  addHash(subject: Subject): void {
    this.#hashes.push({ path: subject.path, sha256: createHash('sha256').update(subject.bytes).digest('hex') })
  }

  /** The outcome. */
  finish(type: FileKind): Examination {
    return {
      type,
      features: this.#features,
      links: this.#links,
      text: this.#texts.join('\n'),
      hashes: this.#hashes,
      pictures: this.#pictures,
      problems: [...this.#problems],
    }
  }
}
