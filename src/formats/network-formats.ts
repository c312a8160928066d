/** All formats of network sensors' and appliances' events, for the registry. */
import type { EventFormat } from './format.ts'
import { commonEvents, extendedEvents } from './network/security-event.ts'
import { suricataEve } from './network/suricata-eve.ts'
import { zeekJson } from './network/zeek-json.ts'
import { zeekTsv } from './network/zeek-tsv.ts'

export const networkFormats: readonly EventFormat[] = [suricataEve, zeekJson, zeekTsv, commonEvents, extendedEvents]
