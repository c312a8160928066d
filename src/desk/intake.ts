/** What is pushed and what is put in, as the desk answers it. The keeping itself is done in sources/listen. */
import type { Readable } from 'node:stream'
import { inBytes } from '../core/counts.ts'
import type { SourceId } from '../core/ids.ts'
import { err, ok, type Result } from '../core/result.ts'
import { PushIntake } from '../sources/listen/intake.ts'
import type { Journal } from '../sources/listen/journal.ts'
import { Uploads } from '../sources/listen/upload.ts'
import type { MailReceiver } from '../sources/mail/received-mail.ts'
import type { UploadView } from './api/sources.ts'
import type { DeskProblem, DeskResult } from './desk.ts'
import { type Intake, uploadSource } from './source-desk.ts'

const defaultStream = 'pushed'

/** Takes in what is sent to a desk over HTTP. */
export class DeskIntake implements Intake {
  readonly #journal: Journal
  readonly #pushes: PushIntake
  readonly #uploads: Uploads

  private constructor(journal: Journal, uploads: Uploads) {
    this.#journal = journal
    this.#pushes = new PushIntake(journal)
    this.#uploads = uploads
  }

  static async open(
    journal: Journal,
    uploadsFolder: string,
    nowMs: () => number,
    receiveMail: MailReceiver,
  ): Promise<Result<DeskIntake, string>> {
    const uploads = await Uploads.open({
      folder: uploadsFolder,
      journal,
      sourceId: uploadSource.id,
      nowMs,
      receiveMail,
    })
    return uploads.ok ? ok(new DeskIntake(journal, uploads.value)) : err(uploads.error.message)
  }

  async push(
    id: SourceId,
    stream: string,
    body: Readable,
    encoding: string | undefined,
  ): DeskResult<{ readonly lines: number; readonly bytes: number }> {
    const name = stream === '' ? defaultStream : stream
    const request = encoding === undefined ? {} : { contentEncoding: encoding }
    const kept = await this.#pushes.acceptPush(id, name, body, request)
    if (kept.ok) return kept
    const passes = ['full', 'busy', 'disk-full'].includes(kept.error.code)
    return err({ code: passes ? 'busy' : 'refused', message: kept.error.message })
  }

  async upload(name: string, body: Readable): DeskResult<UploadView> {
    const taken = await this.#uploads.acceptUpload(name, body)
    if (taken.ok) {
      const { bytes, isMail } = taken.value
      const where = isMail ? 'Mail' : 'Incidents'
      const sentence = `“${taken.value.name}” (${inBytes(bytes)}) is kept and is read now. What it shows appears under ${where}.`
      return ok({ name: taken.value.name, bytes, knownAlready: false, sentence })
    }
    const { code, message } = taken.error
    if (code === 'seen-before') return ok({ name, bytes: 0, knownAlready: true, sentence: message })
    const problem: DeskProblem = { code: code.startsWith('disk') ? 'unavailable' : 'refused', message }
    return err(problem)
  }

  lost(id: SourceId): number {
    return this.#journal.loss(id).lost
  }

  async forget(id: SourceId): Promise<void> {
    for (const { sourceId, stream } of this.#journal.streams()) {
      if (sourceId === id) await this.#journal.remove(id, stream)
    }
  }

  async close(): Promise<void> {
    await this.#uploads.close()
  }
}
