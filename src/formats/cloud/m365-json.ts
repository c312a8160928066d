/** Microsoft 365's unified audit log as JSON: lists and lines of the Management Activity API, and what PowerShell's
 *  `Search-UnifiedAuditLog` gives, with the record as text in `AuditData`. */
import { jsonEventFormat } from '../events/json-format.ts'
import type { EventFormat } from '../format.ts'
import { m365Record } from './m365-record.ts'

export const m365Json: EventFormat = jsonEventFormat({
  ...m365Record,
  name: 'm365-json',
  title: 'Microsoft 365 unified audit log (JSON)',
  wrappers: ['value', 'Records'],
})
