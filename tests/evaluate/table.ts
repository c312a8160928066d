/** Prints tables as plain Markdown, so that they can stand in a README as they are. It measures nothing. */
import type { Table } from './strings.ts'

const escapeCell = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** A table with its title, numbers to the right. */
export function markdownTable({ title, columns, rows }: Table): string {
  const cells = rows.map((row) => row.map((cell) => escapeCell(String(cell))))
  const isNumeric = columns.map((_, column) =>
    cells.every((row) => /^[-+<>=~ ]*[\d.,]*\s*(?:%|s|h|d|min)?$/.test(row[column] ?? '')),
  )
  const widths = columns.map((column, i) => Math.max(3, column.length, ...cells.map((row) => (row[i] ?? '').length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number))).join(' | ')} |`
  const rule = widths.map((width, i) => (isNumeric[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [`**${title}**`, '', line(columns), line(rule), ...cells.map(line)].join('\n')
}

/** A share in percent with two digits; `-` where there is nothing to share. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)}%`

/** A time span in the unit that suits it. */
export function span(ms: number): string {
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 2 * 3_600_000) return `${(ms / 60_000).toFixed(1)} min`
  if (ms < 2 * 86_400_000) return `${(ms / 3_600_000).toFixed(1)} h`
  return `${(ms / 86_400_000).toFixed(1)} d`
}
