/** The file that `--hits` writes: every match of a rule as one line of NDJSON. It goes to disk as the scan goes on. */
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { err, ok, type Result } from '../core/result.ts'
import type { SeenMatch } from '../watches/machines/watch.ts'
import { safeJson } from './printable.ts'

/** Lines of matches. */
export class HitsFile {
  readonly #path: string
  readonly #out: WriteStream
  #problem: string | undefined

  constructor(path: string) {
    this.#path = path
    this.#out = createWriteStream(path)
    this.#out.on('error', (error: NodeJS.ErrnoException) => {
      this.#problem ??= error.code ?? 'unknown error'
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
    this.#out.write(`${safeJson(line)}\n`)
  }

  /** Writes the rest; an error says what to do. */
  async close(): Promise<Result<void, string>> {
    this.#out.end()
    if (this.#problem === undefined)
      await Promise.race([once(this.#out, 'close'), once(this.#out, 'error').catch(() => undefined)]).catch(
        () => undefined,
      )
    if (this.#problem === undefined) return ok(undefined)
    return err(
      `The file of matches ${this.#path} cannot be written (${this.#problem}). Choose another place and scan again.`,
    )
  }
}
