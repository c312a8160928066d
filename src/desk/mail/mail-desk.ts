/** Mail as people see it: the list of what is flagged, one mail with its proofs, reports, instructions, and a mail that somebody
 *  pastes to have it looked at. */
import { randomUUID } from 'node:crypto'
import { ok } from '../../core/result.ts'
import { unwrapJournal } from '../../formats/mail/journal.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { readMail } from '../../formats/mail/read-mail.ts'
import type { MailQuery, MailRow } from '../../store/mails.ts'
import { instructionFor, mailSystems, ruleAgainst } from '../../watches/mail/administrator.ts'
import type { MailDocument } from '../../watches/mail/mail-document.ts'
import { IdentityRegistry, type MailOffice } from '../../watches/mail/registry.ts'
import type { MailReport } from '../../watches/mail/report.ts'
import { arfReport } from '../../watches/mail/report-arf.ts'
import { xarfReport } from '../../watches/mail/report-xarf.ts'
import type { MailDownload, MailInstructionsView, MailListView, MailSummaryView, MailView } from '../api/mail.ts'
import type { Desk, DeskResult } from '../desk.ts'
import { type DeskParts, refuse } from '../desk-parts.ts'
import type { KeptMail } from './kept-mail.ts'
import { mailId } from './mail-intake.ts'
import type { MailThread } from './mail-thread.ts'
import { type CampaignSize, documentOfRow, mailSummary, mailView } from './mail-view.ts'
import type { RegistryDesk } from './registry-desk.ts'

/** What the mail page works with. */
export interface MailDeskParts extends DeskParts {
  readonly kept: KeptMail
  readonly thread: MailThread
  readonly registry: RegistryDesk
  readonly office: MailOffice
  readonly reportFrom: string | undefined
  /** A source brings mail by itself. */
  readonly hasSource: boolean
}

/** Mails of a campaign that are shown and counted. */
const campaignShown = 200
const pastedFrom = 'pasted'

const missing = () =>
  refuse('missing', 'There is no such mail. It may be older than the desk keeps mail, or was part of a demonstration.')
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
    const sizes = new Map<string, CampaignSize>()
    for (const campaign of new Set(rows.map((row) => row.campaign))) {
      sizes.set(campaign, sizeOf(await this.#parts.store.mailsOfCampaign(campaign, campaignShown)))
    }
    return sizes
  }

  async one(id: string): DeskResult<MailView> {
    const { store, kept } = this.#parts
    const row = await store.mail(id)
    if (row === undefined) return missing()
    const ofCampaign = await store.mailsOfCampaign(row.campaign, campaignShown)
    const size = sizeOf(ofCampaign)
    const bytes = await kept.read(id)
    const others = ofCampaign
      .filter((other) => other.id !== id)
      .map((other): MailSummaryView => mailSummary(documentOfRow(other), other.sourceId, size))
    return ok(
      mailView(documentOfRow(row), {
        sourceId: row.sourceId,
        message: bytes === undefined ? undefined : messageOf(bytes),
        isKept: bytes !== undefined,
        others,
        size,
        incidentId: await this.#incidentOf(documentOfRow(row)),
      }),
    )
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

  /** Judges a mail that somebody pasted. Nothing of it is kept or remembered. */
  async check(text: string): DeskResult<MailView> {
    const bytes = Buffer.from(text, 'utf8')
    const { thread, clock } = this.#parts
    const message = messageOf(bytes)
    if (message === undefined) {
      return refuse(
        'refused',
        'This is no mail. Paste its whole source: in Outlook “View message source”, in Gmail “Show original”.',
      )
    }
    const document = await thread.judge({
      bytes,
      id: mailId(bytes),
      takenAtMs: clock(),
      origin: pastedFrom,
      remembers: false,
    })
    return ok(
      mailView(document, {
        sourceId: pastedFrom,
        message,
        isKept: true,
        others: [],
        size: { mails: document.judged?.campaign?.mails ?? 1, recipients: document.judged?.campaign?.recipients ?? 1 },
        incidentId: undefined,
      }),
    )
  }

  download: Desk['mailDownload'] = async (id, what) => {
    const { store, kept } = this.#parts
    const row = await store.mail(id)
    if (row === undefined) return missing()
    const bytes = await kept.read(id)
    const message = bytes === undefined ? undefined : messageOf(bytes)
    const { judged } = documentOfRow(row)
    if (bytes === undefined) return notKept()
    const short = id.slice(0, 12)
    // Never shown by a browser as what it says it is.
    if (what === 'eml') return ok({ mediaType: 'application/octet-stream', fileName: `mail-${short}.eml`, body: bytes })
    if (message === undefined || judged === undefined) {
      return refuse('refused', 'A mail that cannot be read cannot be reported in this form. Hand on the mail itself.')
    }
    const report = this.#report(message, bytes, judged)
    return ok(
      what === 'arf'
        ? { mediaType: 'application/octet-stream', fileName: `report-${short}.eml`, body: arfReport(report) }
        : { mediaType: 'application/json', fileName: `report-${short}.json`, body: Buffer.from(xarfReport(report)) },
    )
  }

  #report(message: MailMessage, source: Uint8Array, verdict: MailReport['verdict']): MailReport {
    const { registry, office, reportFrom, clock } = this.#parts
    const posesAs = registry.identities.findLast(({ id }) => id === verdict.posesAs?.id)
    return {
      message,
      source,
      verdict,
      from: { name: office.name === '' ? 'An election office' : office.name, address: reportFrom ?? '' },
      to: { name: posesAs?.name ?? '', address: posesAs?.reportAddress ?? '' },
      reportedAtMs: clock(),
      id: randomUUID(),
    }
  }

  async instructions(id: string): DeskResult<MailInstructionsView> {
    const { store, kept, registry, office } = this.#parts
    const row = await store.mail(id)
    if (row === undefined) return missing()
    const bytes = await kept.read(id)
    if (bytes === undefined) return notKept()
    const message = messageOf(bytes)
    const { judged } = documentOfRow(row)
    const rule =
      message === undefined || judged === undefined
        ? undefined
        : ruleAgainst(message, judged, new IdentityRegistry(registry.identities, office))
    if (rule === undefined) {
      return refuse('refused', 'Nothing of this mail could be held without holding honest mail too.')
    }
    const instructions = mailSystems.map((system) => {
      const [how = '', ...text] = instructionFor(system, rule).split('\n')
      const name = systemNames[system]
      return { system: name, how: how.replace(`${name}: `, ''), text: text.join('\n').trim() }
    })
    return ok({ instructions })
  }
}

const systemNames: Readonly<Record<(typeof mailSystems)[number], string>> = {
  'microsoft-365': 'Microsoft 365',
  'google-workspace': 'Google Workspace',
  rspamd: 'rspamd',
  postfix: 'postfix',
}

const sizeIn = (sizes: ReadonlyMap<string, CampaignSize>, campaign: string): CampaignSize =>
  sizes.get(campaign) ?? { mails: 1, recipients: 1 }

function sizeOf(rows: readonly MailRow[]): CampaignSize {
  const recipients = new Set(rows.flatMap((row) => documentOfRow(row).recipients))
  return { mails: rows.length, recipients: recipients.size }
}

function messageOf(bytes: Uint8Array): MailMessage | undefined {
  const read = readMail(bytes, { source: 'mail', line: 1, offset: 0, length: bytes.length })
  return read.ok ? (unwrapJournal(read.value) ?? read.value) : undefined
}

/** What a download is called in the address of its route. */
export const isDownload = (text: string): text is MailDownload => text === 'arf' || text === 'xarf' || text === 'eml'
