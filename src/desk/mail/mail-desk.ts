/** Mail as people see it: the list of what is flagged, one mail with its proofs, reports, instructions, and a mail that somebody
 *  pastes to have it looked at. */
import { randomUUID } from 'node:crypto'
import { ok } from '../../core/result.ts'
import type { CampaignSize, MailQuery, MailRow } from '../../store/mails.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import type { MailOffice } from '../../watches/mail/mail-office.ts'
import type { MailVerdict } from '../../watches/mail/verdict.ts'
import type { MailInstructionsView, MailListView, MailSummaryView, MailView } from '../api/mail.ts'
import type { Desk, DeskResult } from '../desk.ts'
import { type DeskParts, refuse } from '../desk-parts.ts'
import type { KeptMail } from './kept-mail.ts'
import { mailId } from './mail-intake.ts'
import type { MailProcess } from './mail-process.ts'
import { documentOfRow, mailSummary } from './mail-view.ts'
import type { ShownMail } from './protocol.ts'

/** What the mail page works with. */
export interface MailDeskParts extends DeskParts {
  readonly kept: KeptMail
  readonly judging: MailProcess
  readonly office: MailOffice
  readonly reportFrom: string | undefined
  /** A source brings mail by itself. */
  readonly hasSource: boolean
}

/** Mails of a campaign that are shown with one of it. */
const campaignShown = 200
const pastedFrom = 'pasted'

const missing = () =>
  refuse('missing', 'There is no such mail. It may be older than the desk keeps mail, or was part of a demonstration.')
const failing = () =>
  refuse('unavailable', 'A part of Bellwether failed on this mail. It can still be downloaded; open it nowhere else.')
const notKept = () => refuse('missing', 'The mail itself is kept no more; what was found in it still stands.')

/** Mail of a desk. */
export class MailDesk {
  readonly #parts: MailDeskParts

  constructor(parts: MailDeskParts) {
    this.#parts = parts
  }

  async list(query: MailQuery): Promise<MailListView> {
    const { rows, total, read } = await this.#parts.store.mails(query)
    const sizes = await this.#sizes(rows)
    return {
      rows: rows.map((row) => mailSummary(documentOfRow(row), row.sourceId, sizeIn(sizes, row.campaign))),
      total,
      read,
      hasSource: this.#parts.hasSource,
    }
  }

  async #sizes(rows: readonly MailRow[]): Promise<ReadonlyMap<string, CampaignSize>> {
    const sizes = await this.#parts.store.campaignSizes([...new Set(rows.map((row) => row.campaign))])
    return new Map(sizes.map((size) => [size.campaign, size]))
  }

  async one(id: string): DeskResult<MailView> {
    const { store, kept } = this.#parts
    const row = await store.mail(id)
    if (row === undefined) return missing()
    const document = documentOfRow(row)
    const ofCampaign = await store.mailsOfCampaign(row.campaign, campaignShown)
    const size = sizeIn(await this.#sizes([row]), row.campaign)
    const bytes = await kept.read(id)
    const shown = await this.#shown(document, bytes)
    if (shown === undefined) return failing()
    const others = ofCampaign
      .filter((other) => other.id !== id)
      .map((other): MailSummaryView => mailSummary(documentOfRow(other), other.sourceId, size))
    const incidentId = await this.#incidentOf(document)
    return ok({
      ...mailSummary(document, row.sourceId, size),
      ...shown,
      origin: document.origin,
      ...(incidentId === undefined ? {} : { incidentId }),
      isKept: bytes !== undefined,
      others,
    })
  }

  async #shown(document: MailDocument, bytes: Uint8Array | undefined): Promise<ShownMail | undefined> {
    return await this.#parts.judging.ask('show', { document, ...(bytes === undefined ? {} : { bytes }) })
  }

  /** The incident that tells of the mail: of its sender, and seen while the mail was. */
  async #incidentOf({ from, atMs }: MailDocument): Promise<string | undefined> {
    const { rows } = await this.#parts.store.incidents({
      kinds: ['mail-impersonation', 'mail-phishing', 'mail-campaign', 'mail-unreadable'],
      text: from.address === '' ? 'no sender' : from.address,
      fromMs: atMs,
      untilMs: atMs,
      order: 'latest',
      offset: 0,
      limit: 1,
    })
    return rows[0]?.incident.id
  }

  /** Judges a mail that somebody pasted or chose as a file. Nothing of it is kept or remembered. */
  async check(bytes: Uint8Array): DeskResult<MailView> {
    const { judging, clock } = this.#parts
    const document = await judging.judge({
      bytes,
      id: mailId(bytes),
      takenAtMs: clock(),
      origin: pastedFrom,
      remembers: false,
    })
    if (document.judged === undefined) {
      return refuse(
        'refused',
        'This is no mail. Save it in your mail program and choose the file, or paste its whole source.',
      )
    }
    const shown = await this.#shown(document, bytes)
    if (shown === undefined) return failing()
    const { mails = 1, recipients = 1 } = document.judged.campaign ?? {}
    const summary = mailSummary(document, pastedFrom, { mails, recipients })
    return ok({ ...summary, ...shown, origin: document.origin, isKept: true, others: [] })
  }

  download: Desk['mailDownload'] = async (id, what) => {
    const { store, kept } = this.#parts
    const row = await store.mail(id)
    if (row === undefined) return missing()
    const bytes = await kept.read(id)
    if (bytes === undefined) return notKept()
    const short = id.slice(0, 12)
    // Never shown by a browser as what it says it is.
    const asMail = 'application/octet-stream'
    if (what === 'eml') return ok({ mediaType: asMail, fileName: `mail-${short}.eml`, body: bytes })
    const { judged } = documentOfRow(row)
    const report = judged === undefined ? undefined : await this.#report(what, bytes, judged)
    if (report === undefined) {
      return refuse('refused', 'A mail that cannot be read cannot be reported in this form. Hand on the mail itself.')
    }
    return ok(
      what === 'arf'
        ? { mediaType: asMail, fileName: `report-${short}.eml`, body: report }
        : { mediaType: 'application/json', fileName: `report-${short}.json`, body: report },
    )
  }

  async #report(form: 'arf' | 'xarf', bytes: Uint8Array, judged: MailVerdict): Promise<Uint8Array | undefined> {
    const { judging, office, reportFrom = '', clock } = this.#parts
    const report = { form, bytes, judged, officeName: office.name, reportFrom, reportedAtMs: clock(), id: randomUUID() }
    return await judging.ask('report', report)
  }

  async instructions(id: string): DeskResult<MailInstructionsView> {
    const { store, kept, judging } = this.#parts
    const row = await store.mail(id)
    if (row === undefined) return missing()
    const bytes = await kept.read(id)
    if (bytes === undefined) return notKept()
    const { judged } = documentOfRow(row)
    const instructions = judged === undefined ? undefined : await judging.ask('instruct', { bytes, judged })
    if (instructions === undefined) {
      return refuse('refused', 'Nothing of this mail could be held without holding honest mail too.')
    }
    return ok({ instructions })
  }
}

const sizeIn = (sizes: ReadonlyMap<string, CampaignSize>, campaign: string): CampaignSize =>
  sizes.get(campaign) ?? { campaign, mails: 1, recipients: 1 }
