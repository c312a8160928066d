/** All formats of Linux's events, for the registry. */
import type { EventFormat } from './format.ts'
import { auditd } from './linux/auditd.ts'
import { journaldExport } from './linux/journald-export.ts'
import { journaldJson } from './linux/journald-json.ts'
import { syslogEvents } from './linux/syslog-events.ts'

export const linuxFormats: readonly EventFormat[] = [auditd, syslogEvents, journaldJson, journaldExport]
