/** Suricata's EVE log (`eve.json`): one JSON object a line, of every event type. Fields keep EVE's names; what a rule for
 *  DNS, web requests or firewalls asks is found by the tables of `data/mappings/network.json`. */

import { isoTimeMs } from '../events/event-values.ts'
import { jsonEventFormat } from '../events/json-format.ts'
import type { EventFormat } from '../format.ts'

/** Suricata 8 documentation, "EVE JSON format": `timestamp` is ISO 8601 with a zone, `event_type` says what follows. */
export const suricataEve: EventFormat = jsonEventFormat({
  name: 'suricata-eve',
  title: 'Suricata alerts and protocol events (EVE JSON)',
  isOwn: (view) => {
    if (!view.has('event_type') || !view.has('timestamp')) return 0
    return view.has('src_ip') || view.has('flow_id') || view.has('stats') || view.has('engine') ? 1 : 0.6
  },
  timeMs: (view, { utcOffsetMinutes }) => isoTimeMs(view.textAt('timestamp'), utcOffsetMinutes),
  computer: (view) => view.textAt('host') || view.textAt('sensor_name'),
  about: (view) => view.textAt('event_type'),
  foreign: 'This line is JSON but no event of Suricata: it has no "event_type" and "timestamp".',
})
