/** Mails with what was judged of them: lists, one, and those of a campaign. */
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { CampaignSize, MailQuery, MailRow } from '../mails.ts'
import { countOr, numberOf, sealed, textOf, unsealed } from './document.ts'
import { folded, searchedWords } from './search-words.ts'
import {
  first,
  type Insert,
  insert,
  overwrite,
  places,
  query,
  type Row,
  run,
  type SqlValue,
  storable,
  type Verb,
} from './step.ts'

const columns = ['id', 'source_id', 'taken_at_ms', 'verdict', 'campaign', 'words', 'doc']
const mailForm: Insert = { table: 'mail', columns, conflict: overwrite(['id'], columns) }
const recipientForm: Insert = {
  table: 'mail_recipient',
  columns: ['campaign', 'recipient', 'mail_id'],
  conflict: 'ON CONFLICT (campaign, recipient, mail_id) DO NOTHING',
}

/** Mails as rows, and the addresses that they came to. */
export interface MailValues {
  readonly mails: readonly (readonly SqlValue[])[]
  readonly recipients: readonly (readonly SqlValue[])[]
}

/** The rows of mails, of which no two have the same id. */
export const mailValues = (mails: readonly MailRow[]): MailValues => ({
  mails: mails.map(rowOf),
  recipients: mails.flatMap(({ id, campaign, recipients }) =>
    [...new Set(recipients.map(storable))].map((recipient) => [campaign, recipient, id]),
  ),
})

/** Writes mails over those of the same ids. */
export function* saveMails({ mails: rows, recipients }: MailValues): Verb<void> {
  yield* insert(mailForm, rows)
  for (const [id = null] of rows) yield* run('DELETE FROM mail_recipient WHERE mail_id = $1', id)
  yield* insert(recipientForm, recipients)
}

/** Lets go of mails that were taken in before a time. */
export function* forgetMails(beforeMs: number): Verb<void> {
  yield* run('DELETE FROM mail_recipient WHERE mail_id IN (SELECT id FROM mail WHERE taken_at_ms < $1)', beforeMs)
  yield* run('DELETE FROM mail WHERE taken_at_ms < $1', beforeMs)
}

const rowOf = (mail: MailRow): SqlValue[] => [
  mail.id,
  mail.sourceId,
  mail.takenAtMs,
  mail.verdict,
  mail.campaign,
  folded(mail.words),
  sealed({ words: mail.words, recipients: mail.recipients, document: mail.document }),
]

const isFlagged =
  "(verdict <> 'clean' OR campaign IN (SELECT campaign FROM mail WHERE verdict IN ('attack', 'suspicious')))"

/** `Store.mails`. */
export function* mails(
  asked: MailQuery,
): Verb<{ readonly rows: readonly MailRow[]; readonly total: number; readonly read: number }> {
  const values: SqlValue[] = []
  const value = (given: SqlValue): string => `$${values.push(given)}`
  const conditions = [asked.verdict === undefined ? isFlagged : `verdict = ${value(asked.verdict)}`]
  if (asked.campaign !== undefined) conditions.push(`campaign = ${value(asked.campaign)}`)
  for (const word of searchedWords(asked.text ?? '')) conditions.push(`strpos(words, ${value(word)}) > 0`)
  const where = conditions.join(' AND ')
  const all = yield* first('SELECT COUNT(*) AS total FROM mail')
  const counted = yield* first(`SELECT COUNT(*) AS total FROM mail WHERE ${where}`, ...values)
  const next = values.length + 1
  const rows = yield* query(
    `SELECT * FROM mail WHERE ${where} ORDER BY taken_at_ms DESC, id LIMIT $${next} OFFSET $${next + 1}`,
    ...values,
    Math.min(countOr(asked.limit, 0), limits.storePageRowsMax),
    countOr(asked.offset, 0),
  )
  return { rows: rows.map(mailOf), total: totalOf(counted), read: totalOf(all) }
}

const totalOf = (row: Row | undefined): number => (row === undefined ? 0 : numberOf(row, 'total'))

/** `Store.mail`. */
export function* mail(id: string): Verb<MailRow | undefined> {
  const row = yield* first('SELECT * FROM mail WHERE id = $1', id)
  return row === undefined ? undefined : mailOf(row)
}

/** `Store.mailsOfCampaign`. */
export function* mailsOfCampaign(campaign: string, limit: number): Verb<readonly MailRow[]> {
  const rows = yield* query(
    'SELECT * FROM mail WHERE campaign = $1 ORDER BY taken_at_ms, id LIMIT $2',
    campaign,
    Math.min(countOr(limit, 0), limits.storePageRowsMax),
  )
  return rows.map(mailOf)
}

/** `Store.campaignSizes`. */
export function* campaignSizes(campaigns: readonly string[]): Verb<readonly CampaignSize[]> {
  if (campaigns.length === 0) return []
  const rows = yield* query(
    `SELECT campaign, COUNT(*) AS mails, (
       SELECT COUNT(DISTINCT recipient) FROM mail_recipient WHERE mail_recipient.campaign = mail.campaign
     ) AS recipients
     FROM mail WHERE campaign IN (${places(campaigns.length)}) GROUP BY campaign`,
    ...campaigns,
  )
  return rows.map((row) => ({
    campaign: textOf(row, 'campaign'),
    mails: numberOf(row, 'mails'),
    recipients: numberOf(row, 'recipients'),
  }))
}

function mailOf(row: Row): MailRow {
  const {
    words,
    recipients = [],
    document,
  } = unsealed<Partial<Pick<MailRow, 'recipients'>> & Pick<MailRow, 'words' | 'document'>>(row, 'doc')
  return {
    id: textOf(row, 'id'),
    sourceId: textOf(row, 'source_id') as SourceId,
    takenAtMs: numberOf(row, 'taken_at_ms'),
    verdict: textOf(row, 'verdict') as MailRow['verdict'],
    campaign: textOf(row, 'campaign'),
    words,
    recipients,
    document,
  }
}
