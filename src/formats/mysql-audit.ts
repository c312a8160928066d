/** The audit logs of MySQL's family, told apart entry by entry: JSON and XML of MySQL Enterprise Audit and of Percona's
 *  plugins, MariaDB's server_audit, Percona's CSV. Sign-ins, server starts and statements that were only prepared are
 *  passed over; table accesses are records without a text where the log gives none. */
import type { Place } from '../core/place.ts'
import {
  type DatabaseFormat,
  type DatabaseReader,
  FramedReader,
  type Framer,
  lineFramer,
  type Reading,
  recogniseByReading,
} from './database-reader.ts'
import { DatabaseClock } from './database-time.ts'
import { delimitedFramer } from './delimited.ts'
import type { FormatOptions } from './format.ts'
import { interpretAuditJson, jsonObjectFramer } from './mysql-audit-json.ts'
import { interpretPerconaCsv, interpretServerAudit } from './mysql-audit-lines.ts'
import { interpretAuditXml, xmlRecordFramer } from './mysql-audit-xml.ts'

const csvFramer = delimitedFramer(44)

/** What may stand before an entry: white space, and the bracket and commas of a JSON array. */
const isAround = (unit: number | undefined): boolean => unit === 32 || unit === 9 || unit === 91 || unit === 44

/** The first unit that is not of the sort decides which writer's entry it is. */
const frame: Framer = (units, start, end, last, out) => {
  let at = start
  while (at < end && isAround(units[at])) at++
  if (at >= end) return lineFramer(units, start, end, last, out)
  switch (units[at]) {
    case 123:
      return jsonObjectFramer(units, at, end, last, out)
    case 60:
      return xmlRecordFramer(units, at, end, last, out)
    case 34:
      return csvFramer(units, start, end, last, out)
    default:
      return lineFramer(units, start, end, last, out)
  }
}

class AuditLog {
  readonly #clock: DatabaseClock
  readonly #memory = { hasGeneral: false }

  constructor(clock: DatabaseClock) {
    this.#clock = clock
  }

  interpret(text: string, place: Place): Reading {
    const first = /^[\s[,]*(.)/.exec(text)?.[1]
    if (first === '{') return interpretAuditJson(text.slice(text.indexOf('{')), place, this.#clock, this.#memory)
    if (first === '<') return interpretAuditXml(text, place, this.#clock)
    if (first === '"') return interpretPerconaCsv(text, place, this.#clock)
    if (/^[\s[\],]+$/.test(text)) return 'filler'
    return interpretServerAudit(text, place, this.#clock)
  }
}

const open = (options: FormatOptions): DatabaseReader => {
  const log = new AuditLog(new DatabaseClock(options.utcOffsetMinutes))
  return new FramedReader({ frame, interpret: (text, place) => log.interpret(text, place) })
}

/** Reads `utcOffsetMinutes` for MariaDB's log, which is in the server's local time (UTC where it is not given). */
export const mysqlAudit: DatabaseFormat = {
  kind: 'statements',
  name: 'mysql-audit',
  title: 'MySQL or MariaDB audit log',
  recognise: (sample) => recogniseByReading(sample, open),
  open,
}
