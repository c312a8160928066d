/** Writes statements as the MySQL general query log does (MySQL 8.4 manual, section 7.4.3): time, thread id, command,
 *  argument, with prepared statements shown as executed. The general log knows no row counts and no errors. */
import type { Executed } from '../exchange.ts'

export const mysqlGeneralHeader = [
  '/usr/sbin/mysqld, Version: 8.4.2 (MySQL Community Server - GPL). started with:',
  'Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock',
  'Time                 Id Command    Argument',
]

const literal = (value: string): string =>
  /^\d+$/.test(value) ? value : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

export function mysqlGeneralLine(threadId: number, executed: Executed, timeMs: number, comment: string): string {
  const values = [...(executed.parameters ?? [])]
  const text =
    executed.parameters === undefined
      ? executed.text
      : executed.text.replaceAll('?', () => literal(values.shift() ?? ''))
  const time = new Date(timeMs).toISOString().replace('Z', '000Z')
  return `${time}\t${String(threadId).padStart(5)} ${executed.parameters === undefined ? 'Query' : 'Execute'}\t${comment}${text}`
}
