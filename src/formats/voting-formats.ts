/** All formats of voting devices' logs, for the registry. */
import type { EventFormat } from './format.ts'
import { deviceLines } from './voting/device-lines.ts'
import { eventLogJson } from './voting/event-log-json.ts'
import { eventLogXml } from './voting/event-log-xml.ts'

export const votingFormats: readonly EventFormat[] = [eventLogJson, eventLogXml, deviceLines]
