/** All formats of Linux's events, for the registry. */
import type { EventFormat } from './format.ts'
import { auditd } from './linux/auditd.ts'
import { syslogEvents } from './linux/syslog-events.ts'

export const linuxFormats: readonly EventFormat[] = [auditd, syslogEvents]
