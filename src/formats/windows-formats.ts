/** The formats of Windows events. Adding one is a file and a line here. */
import { limits } from '../core/limits.ts'
import { EvtxReader, recogniseEvtx } from './evtx/evtx.ts'
import type { EventFormat } from './format.ts'
import { windowsJson } from './windows-json.ts'
import { windowsXml } from './windows-xml.ts'

/** Windows' own log files. */
const evtx: EventFormat = {
  kind: 'events',
  name: 'evtx',
  title: 'Windows event log (EVTX)',
  cut: { chunkBytesMin: limits.evtxReadBytesMin, isBinary: true },
  recognise: recogniseEvtx,
  open: ({ kindOf }) => new EvtxReader(kindOf === undefined ? {} : { kindOf }),
}

export const windowsFormats: readonly EventFormat[] = [evtx, windowsJson, windowsXml]
