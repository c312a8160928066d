/** The message of pgaudit, which stands inside any of PostgreSQL's logs:
 *  `AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.voters,"SELECT …",<none>,1` (pgaudit README, "Format"). Fields are CSV;
 *  the row count is the last of them and only there with `pgaudit.log_rows`. */
import { Private } from '../core/private.ts'
import { splitDelimited } from './delimited.ts'

/** What every message of pgaudit begins with. */
export const auditPrefix = 'AUDIT: '

/** What one message says. */
export interface AuditEntry {
  readonly type: 'SESSION' | 'OBJECT'
  /** READ, WRITE, FUNCTION, ROLE, DDL, MISC, MISC_SET. */
  readonly statementClass: string
  /** For example SELECT, ALTER TABLE. */
  readonly command: string
  readonly objectType: string
  /** Qualified, for example `public.voters`; empty where the module does not say. */
  readonly objectName: string
  /** Empty where it was not logged, or was logged with an earlier substatement. */
  readonly statement: string
  readonly parameters?: readonly Private<string>[]
  readonly rows?: number
}

/** What pgaudit writes in place of a statement or of parameters that it has not or does not show. */
const notShown: ReadonlySet<string> = new Set(['<not logged>', '<previously logged>', '<none>'])

const fieldsWithoutRows = 9
const fieldsWithRows = 10

/** Reads a message that begins with `AUDIT: `; null where it is not of pgaudit's form. */
export function parseAudit(message: string): AuditEntry | null {
  const fields = splitDelimited(message.slice(auditPrefix.length))
  if (fields === null || (fields.length !== fieldsWithoutRows && fields.length !== fieldsWithRows)) return null
  const [type, id, subId, statementClass, command, objectType, objectName, statement, parameter, rows] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  if ((type !== 'SESSION' && type !== 'OBJECT') || !isCount(id) || !isCount(subId)) return null
  if (rows !== undefined && !isCount(rows)) return null
  const parameters = readParameters(parameter)
  return {
    type,
    statementClass,
    command,
    objectType,
    objectName,
    statement: notShown.has(statement) ? '' : statement,
    ...(parameters === null ? {} : { parameters }),
    ...(rows === undefined ? {} : { rows: Number(rows) }),
  }
}

const isCount = (text: string): boolean => /^\d{1,19}$/.test(text)

/** Parameters are CSV within the field; a NULL is an empty field, as is an empty string. */
function readParameters(field: string): Private<string>[] | null {
  if (field === '' || notShown.has(field)) return null
  const values = splitDelimited(field)
  return values === null ? null : values.map((value) => new Private(value))
}
