/** Zeek's logs as JSON, one object a line, with `_path` or without. */

import { anyTimeMs, textOf } from '../events/event-values.ts'
import { jsonEventFormat } from '../events/json-format.ts'
import type { EventFormat } from '../format.ts'
import { zeekPath } from './zeek-paths.ts'

/** Zeek 7 documentation, "Log formats": `ts` is epoch seconds, ISO 8601, or milliseconds (`JSON::TS_*`). */
export const zeekJson: EventFormat = jsonEventFormat({
  name: 'zeek-json',
  title: 'Zeek network logs (JSON)',
  isOwn: (view) => {
    if (!view.has('ts')) return 0
    if (view.has('_path') || view.has('id.orig_h')) return 1
    return zeekPath('', '', (field) => view.has(field)) !== '' ? 0.9 : view.has('uid') || view.has('fuid') ? 0.7 : 0
  },
  timeMs: (view) => anyTimeMs(view.at('ts')),
  computer: (view) => view.textAt('_system_name') || view.textAt('peer'),
  about: (view, { source }) => zeekPath(view.textAt('_path'), source, (field) => view.has(field)),
  // Where a shipper made objects of `id.orig_h`, dots lead into them by themselves; where it made underscores, here.
  field: (view, name) => (name.startsWith('id.') ? view.at(name.replace('.', '_')) : undefined),
  texts: (view) => [textOf(view.at('_path'))],
  foreign: 'This line is JSON but no event of Zeek: it has no "ts", or nothing that tells one of its logs.',
})
