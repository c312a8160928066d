/** All formats of database logs, for the registry. */
import type { StatementFormat } from './format.ts'
import { mysqlAudit } from './mysql-audit.ts'
import { mysqlGeneral } from './mysql-general.ts'
import { postgresqlCsv } from './postgresql-csv.ts'
import { postgresqlJson } from './postgresql-json.ts'
import { postgresqlText } from './postgresql-text.ts'
import { sqlserverAuditCsv } from './sqlserver-audit-csv.ts'

export const databaseFormats: readonly StatementFormat[] = [
  postgresqlJson,
  postgresqlCsv,
  postgresqlText,
  mysqlGeneral,
  mysqlAudit,
  sqlserverAuditCsv,
]
