/** The answer to a hunt as a page of words. What an attacker wrote is shown as characters and kept short; the evidence is
 *  in the log at the place that is named. It decides nothing. */

import { counted, inDigits } from '../core/counts.ts'
import { timeInWords } from '../core/times.ts'
import type { IndicatorList } from '../formats/indicator-list.ts'
import type { HuntAnswer, HuntQuery, HuntRow, SqlAnswer } from '../store/archive/hunt.ts'
import { excerpt, printable } from './printable.ts'
import { Page, type PageOptions } from './report-page.ts'

/** Addresses shown, and characters of a text: a person reads a screen; --json has all. */
const addressesShown = 20
const textShown = 300

/** The page for a hunt. */
export function renderHunt(
  query: HuntQuery,
  lists: readonly IndicatorList[],
  answer: HuntAnswer,
  options: PageOptions,
): string {
  const page = new Page(options)
  page.heading(headline(answer))
  page.text(searchedText(answer))
  for (const path of answer.unreadable)
    page.text(`This part of the archive could not be read and was left out: ${path}. Check the disk.`, 'high')
  for (const list of lists) page.text(`Searched for the addresses of the list ${list.name}.`)
  if (answer.total === 0) return page.toString()
  addressLines(page, answer)
  rowLines(page, query, answer)
  return page.toString()
}

const headline = (answer: HuntAnswer): string =>
  answer.total === 0
    ? 'Nothing was found.'
    : `${counted(answer.total, 'record')} found, from ${counted(answer.addresses, 'address', 'addresses')}.`

function searchedText(answer: HuntAnswer): string {
  const seconds = (answer.tookMs / 1000).toFixed(1)
  if (answer.keptSinceMs === undefined) return 'The archive holds no records yet, so there was nothing to search.'
  return (
    `Searched ${counted(answer.recordsSearched, 'record')} in ${seconds} s. Records are kept since ` +
    `${timeInWords(answer.keptSinceMs)}; what happened before then cannot be searched. All times are UTC.`
  )
}

function addressLines(page: Page, answer: HuntAnswer): void {
  if (answer.byAddress.length === 0) return
  page.gap()
  page.heading(answer.addresses > addressesShown ? `The busiest ${addressesShown} addresses` : 'By address')
  for (const { address, count, firstMs, lastMs } of answer.byAddress.slice(0, addressesShown)) {
    const when = firstMs === lastMs ? timeInWords(firstMs) : `${timeInWords(firstMs)} to ${timeInWords(lastMs)}`
    page.indented(`${excerpt(address, 60)}: ${counted(count, 'record')}, ${when}`, 2, 4)
  }
}

function rowLines(page: Page, query: HuntQuery, answer: HuntAnswer): void {
  page.gap()
  const first = (query.offset ?? 0) + 1
  const last = first + answer.rows.length - 1
  if (answer.rows.length === 0) return page.text('There is no such page: it lies behind the last record.')
  page.heading(
    answer.total === answer.rows.length
      ? 'The records, the latest first'
      : `Records ${inDigits(first)} to ${inDigits(last)} of ${inDigits(answer.total)}, the latest first`,
  )
  for (const row of answer.rows) {
    page.gap()
    for (const [i, line] of rowText(row).entries()) page.indented(line, i === 0 ? 2 : 4)
  }
  if (last < answer.total) {
    page.gap()
    const next = Math.floor(last / (query.limit ?? 1)) + 1
    page.text(`More: --page ${next}, --rows 100, or --json for programs.`)
  }
}

function rowText(row: HuntRow): string[] {
  const time = row.timeMs === undefined ? 'no time' : new Date(row.timeMs).toISOString().replace('T', ' ').slice(0, 19)
  const place = `${excerpt(row.file, textShown)}, line ${row.line} (${row.sourceId})`
  if (row.kind !== 'request') {
    const who = [row.role, row.database, row.session].filter((one) => one !== '').map((one) => excerpt(one, 60))
    return [`${time}  ${who.join(' / ')} ${excerpt(row.address, 60)}`.trimEnd(), excerpt(row.text, textShown), place]
  }
  const target = row.query === '' ? row.path : `${row.path}?${row.query}`
  const answer = [
    row.status === undefined ? '' : `answered ${row.status}`,
    row.bytes === undefined ? '' : counted(row.bytes, 'byte'),
    row.agent === '' ? 'no user agent' : excerpt(row.agent, textShown),
  ].filter((one) => one !== '')
  return [
    `${time}  ${excerpt(row.address, 60)}`,
    `${excerpt(row.method, 20)} ${excerpt(target, textShown)}`.trim(),
    answer.join(', '),
    place,
  ]
}

/** The page for free SQL: a table where it fits the page, else the rows one under the other. */
export function renderSql(answer: SqlAnswer, options: PageOptions): string {
  const page = new Page(options)
  const columns = answer.columns.map((name) => excerpt(name, 60))
  const rows = answer.rows.map((row) => row.map((cell) => excerpt(cell === null ? '-' : String(cell), textShown)))
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const isNarrow = widths.reduce((sum, width) => sum + width + 2, 0) <= page.columns + 2
  if (isNarrow) {
    const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
    page.raw(printable(line(columns)))
    page.raw(widths.map((width) => '-'.repeat(width)).join('  '))
    for (const row of rows) page.raw(printable(line(row)))
  } else
    for (const row of rows) {
      page.gap()
      for (const [i, cell] of row.entries()) page.indented(`${columns[i]}: ${cell}`, 0, 2)
    }
  page.gap()
  const seconds = (answer.tookMs / 1000).toFixed(1)
  page.text(
    `${counted(answer.rows.length, 'row')} in ${seconds} s.${answer.isCut ? ' There are more; ask for less.' : ''}`,
  )
  return page.toString()
}
