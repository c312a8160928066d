/** Fuzz targets for Windows events: EVTX logs, JSON and XML as hostile bytes. Whatever the bytes, every event can be shown
 *  and asked, and JSON and XML give the same events however they are cut. */
import assert from 'node:assert/strict'
import type { Reject } from '../../src/core/place.ts'
import type { EventRecord } from '../../src/formats/event.ts'
import { buildEvtx, numberValue, sealChunk, textValue, usualRecord } from '../../src/formats/evtx/build-evtx.fixture.ts'
import { type EvtxRecord, readEvtx } from '../../src/formats/evtx/evtx.ts'
import type { EventFormat } from '../../src/formats/format.ts'
import type { WindowsEvent } from '../../src/formats/windows-event.ts'
import { windowsJson } from '../../src/formats/windows-json.ts'
import { windowsXml } from '../../src/formats/windows-xml.ts'
import type { FuzzTarget } from './engine/target.ts'

const chunkSize = 65_536
const fileHeadSize = 4_096

function askAll(event: WindowsEvent, names: Iterable<string>): void {
  for (const name of names) event.field(name)
  for (const path of ['Event.EventData.x', 'System.Channel', 'UserData.a.b', '.', '..']) event.field(path)
  const { timeMs, recordId, eventId, channel, provider, computer, raw, place } = event
  assert.ok([timeMs, recordId, eventId].every((each) => typeof each === 'number'))
  assert.ok([channel, provider, computer, ...raw].every((each) => typeof each === 'string'))
  assert.ok(place.length > 0)
}

function readWhole(bytes: Uint8Array): void {
  const sink = {
    record: (event: EvtxRecord): void => {
      askAll(event, event.names)
      event.toXml()
      JSON.stringify(event)
      assert.ok(event.place.offset + event.place.length <= bytes.length)
    },
    reject: ({ message, place }: Reject): void => {
      assert.ok(message !== '' && place.offset + place.length <= bytes.length)
    },
  }
  readEvtx('fuzzed', bytes, sink)
}

/** The bytes as they are, and as the records of a chunk whose checksums are right. */
function checkEvtx(bytes: Uint8Array): void {
  readWhole(bytes)
  if (bytes.length < fileHeadSize + 600) return
  const sealed = Buffer.alloc(fileHeadSize + chunkSize)
  sealed.set(bytes.subarray(0, sealed.length))
  const chunk = sealed.subarray(fileHeadSize)
  chunk.write('ElfChnk\0', 0, 'latin1')
  if (chunk.readUInt32LE(48) > chunkSize) chunk.writeUInt32LE(chunkSize, 48)
  readWhole(Buffer.concat([sealed.subarray(0, fileHeadSize), sealChunk(chunk)]))
}

function read(
  format: EventFormat,
  bytes: Uint8Array,
  pieceBytes: number,
): { events: EventRecord[]; rejects: Reject[] } {
  const reader = format.open({})
  const [events, rejects]: [EventRecord[], Reject[]] = [[], []]
  let [start, line, wanted] = [0, 1, pieceBytes]
  while (start < bytes.length) {
    const end = Math.min(bytes.length, start + wanted)
    const last = end === bytes.length
    const progress = reader.read({ source: 'fuzzed', bytes, start, end, offset: start, line, last }, events, rejects)
    start += progress.bytes
    line += progress.lines
    wanted = progress.bytes === 0 ? wanted * 2 : pieceBytes
    assert.ok(!last || start === bytes.length, 'the last chunk is read whole')
  }
  return { events, rejects }
}

function checkText(format: EventFormat, bytes: Uint8Array): void {
  const share = format.recognise(bytes)
  assert.ok(share >= 0 && share <= 1)
  const whole = read(format, bytes, Number.MAX_SAFE_INTEGER)
  for (const event of whole.events) {
    askAll(event as WindowsEvent, ['Channel', 'EventID', 'EventType', 'Data', 'Image', 'Message'])
    assert.ok(event.place.offset + event.place.length <= bytes.length)
  }
  const placesOf = (found: typeof whole): unknown => found.events.map(({ place }) => place)
  assert.deepEqual(placesOf(read(format, bytes, 61)), placesOf(whole))
}

const evtxSeed = buildEvtx([
  [1, 2, 3].map((id) =>
    usualRecord(id, 4624, {
      template: {
        id: 2,
        root: {
          name: 'EventData',
          content: [
            { name: 'Data', attributes: { Name: 'User' }, content: [{ slot: 0, type: 1 }] },
            {
              name: 'Data',
              attributes: { Name: { slot: 1, type: 8, isOptional: true } },
              content: ['x', { slot: 1, type: 8 }],
            },
          ],
        },
      },
      values: [textValue(`clerk-${id}`), numberValue(8, 4, id)],
    }),
  ),
])
const jsonSeed = `{"Channel":"Security","EventID":4688,"Computer":"c","NewProcessName":"C:\\\\a","@timestamp":"2026-11-03T08:00:00Z"}
{"Event":{"System":{"Provider":{"#attributes":{"Name":"P"}},"EventID":{"#text":1},"Channel":"x"},"EventData":{"Data":[{"@Name":"a","#text":"b"}]}}}
{"winlog":{"channel":"Security","event_id":1,"event_data":{"Image":"\\u00e9"}},"message":"Image: x"}
`
const xmlSeed = `<Events><Event xmlns='x'><System><Provider Name="P"/><EventID Qualifiers='1'>4624</EventID><Channel>Security</Channel>
</System><EventData><Data Name='a'>b &amp; &#x41;</Data><Data><![CDATA[c]]></Data></EventData><!-- d --></Event></Events>`

export const fuzzTargets: readonly FuzzTarget[] = [
  { name: 'formats/evtx', run: checkEvtx, seeds: [evtxSeed.subarray(0, fileHeadSize + 3_000)] },
  {
    name: 'formats/windows-json',
    run: (bytes) => checkText(windowsJson, bytes.subarray(0, 1 << 14)),
    seeds: [Buffer.from(jsonSeed)],
  },
  {
    name: 'formats/windows-xml',
    run: (bytes) => checkText(windowsXml, bytes.subarray(0, 1 << 14)),
    seeds: [Buffer.from(xmlSeed + xmlSeed)],
  },
]
