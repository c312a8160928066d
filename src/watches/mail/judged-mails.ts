/** The mail watch where mails were judged when they came in: documents in, hits out, each mail once however often it is
 *  offered. What it remembers is which mails it has seen. */
import type { Hit } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import { hitsOfDocument, type MailDocument } from './mail-document.ts'

/** Told of every mail once, before its hits. */
export type OnMail = (document: MailDocument) => void

/** Shows documents of mails. */
export class JudgedMails {
  readonly #emit: (hit: Hit) => void
  readonly #onMail: OnMail | undefined
  readonly #seen = new Set<string>()

  constructor(emit: (hit: Hit) => void, onMail?: OnMail) {
    this.#emit = emit
    this.#onMail = onMail
  }

  /** Takes a document as it was written down. */
  take(document: MailDocument, place: Place): void {
    const key = document.id.slice(0, seenCharacters)
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    if (this.#seen.size > limits.mailsSeenMax) this.#seen.delete(this.#seen.values().next().value as string)
    this.#onMail?.(document)
    for (const hit of hitsOfDocument(document, place)) this.#emit(hit)
  }

  save = (): readonly string[] => [...this.#seen]

  restore(saved: readonly string[]): void {
    for (const key of saved) this.#seen.add(key)
  }
}

/** 80 bits of a hash: enough that no two mails of an office share them. */
const seenCharacters = 20
