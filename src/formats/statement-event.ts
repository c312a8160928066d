/** A database statement as an event, so that Sigma rules of the category `database` see it. Bound values and messages of
 *  errors stay private: no rule is shown them. */
import type { EventField, EventKind, EventRecord } from './event.ts'
import type { StatementRecord } from './statement.ts'

const kinds: Readonly<Record<string, EventKind>> = {
  postgresql: { product: 'postgresql', category: 'database' },
  mysql: { product: 'mysql', category: 'database' },
  sqlserver: { product: 'mssql', category: 'database' },
}
const anyDatabase: EventKind = { category: 'database' }

class StatementEvent implements EventRecord {
  readonly timeMs: number
  readonly computer = ''
  readonly ref: number
  readonly place: StatementRecord['place']
  readonly logsource: EventKind
  readonly #statement: StatementRecord

  constructor(statement: StatementRecord, kind: EventKind) {
    this.timeMs = statement.timeMs
    this.ref = statement.place.line
    this.place = statement.place
    this.logsource = kind
    this.#statement = statement
  }

  field(name: string): EventField | undefined {
    const statement = this.#statement
    switch (name) {
      case 'statement':
        return statement.text
      case 'user':
        return statement.role
      case 'database':
        return statement.database
      case 'src_ip':
        return statement.remoteHost
      case 'application_name':
        return statement.application
      case 'session':
        return statement.session
      case 'phase':
        return statement.phase
      case 'error_code':
        return statement.errorCode
      case 'rows':
        return statement.rows
      case 'objects':
        return statement.objects
      default:
        return undefined
    }
  }

  get raw(): readonly string[] {
    return [this.#statement.text]
  }
}

/** The event of a statement. `format` is the name of the format that read it, such as `postgresql-csv`: it says whose
 *  statements they are. Fields: `statement`, `user`, `database`, `src_ip`, `application_name`, `session`, `phase`,
 *  `error_code`, `rows`, `objects`. */
export function statementEvent(statement: StatementRecord, format: string): EventRecord {
  return new StatementEvent(statement, kinds[format.split('-')[0] ?? ''] ?? anyDatabase)
}
