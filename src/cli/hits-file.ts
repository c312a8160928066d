/** The file that `--hits` writes: every match of a rule as one line of NDJSON. It goes to disk as the scan goes on. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { err, ok, type Result } from '../core/result.ts'
import { errorCode } from '../sources/problem.ts'
import type { SeenMatch } from '../watches/machines/watch.ts'
import { safeJson } from './printable.ts'

/** Characters that are written at once. */
const writeCharacters = 65_536

/** Lines of matches. */
export class HitsFile {
  readonly #path: string
  #descriptor: number | undefined
  #waiting = ''
  #problem: string | undefined

  constructor(path: string) {
    this.#path = path
    this.#try(() => {
      this.#descriptor = openSync(path, 'w')
    })
  }

  /** `record` is the number that Windows gave the event, or of its line; null for a correlation. */
  add({ rule, event, timeMs }: SeenMatch): void {
    const line = {
      rule: rule.id ?? null,
      title: rule.title,
      level: rule.level ?? null,
      file: event?.place.source ?? null,
      record: event?.ref ?? null,
      time: Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : null,
    }
    this.#waiting += `${safeJson(line)}\n`
    if (this.#waiting.length >= writeCharacters) this.#write()
  }

  /** Writes the rest; an error says what to do. */
  close(): Result<void, string> {
    this.#write()
    const descriptor = this.#descriptor
    if (descriptor !== undefined) this.#try(() => closeSync(descriptor))
    if (this.#problem === undefined) return ok(undefined)
    return err(
      `The file of matches ${this.#path} cannot be written (${this.#problem}). Choose another place and scan again.`,
    )
  }

  #write(): void {
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    const descriptor = this.#descriptor
    if (descriptor === undefined || this.#problem !== undefined) return
    this.#try(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
    })
  }

  /** The first failure counts. */
  #try(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#problem ??= errorCode(error)
    }
  }
}
