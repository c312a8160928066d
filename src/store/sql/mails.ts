/** Mails with what was judged of them: lists, one, and those of a campaign. */
import type { SourceId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import type { MailQuery, MailRow } from '../mails.ts'
import { countOr, numberOf, sealed, textOf, unsealed } from './document.ts'
import { folded, searchedWords } from './search-words.ts'
import { first, type Insert, overwrite, query, type Row, type SqlValue, type Verb } from './step.ts'

const columns = ['id', 'source_id', 'taken_at_ms', 'verdict', 'campaign', 'words', 'doc']
export const mailForm: Insert = { table: 'mail', columns, conflict: overwrite(['id'], columns) }

/** A mail's row. */
export const mailValues = (mail: MailRow): SqlValue[] => [
  mail.id,
  mail.sourceId,
  mail.takenAtMs,
  mail.verdict,
  mail.campaign,
  folded(mail.words),
  sealed({ words: mail.words, document: mail.document }),
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

function mailOf(row: Row): MailRow {
  return {
    id: textOf(row, 'id'),
    sourceId: textOf(row, 'source_id') as SourceId,
    takenAtMs: numberOf(row, 'taken_at_ms'),
    verdict: textOf(row, 'verdict') as MailRow['verdict'],
    campaign: textOf(row, 'campaign'),
    ...unsealed<Pick<MailRow, 'words' | 'document'>>(row, 'doc'),
  }
}
