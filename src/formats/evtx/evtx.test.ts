import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reject } from '../../core/place.ts'
import {
  buildChunk,
  buildEvtx,
  chunkSize,
  type ElementSpec,
  fileHeadSize,
  type InstanceSpec,
  noValue,
  numberValue,
  type RecordSpec,
  sealChunk,
  systemTemplate,
  textValue,
  usualRecord,
  type ValueSpec,
} from './build-evtx.fixture.ts'
import { EvtxReader, type EvtxRecord, readEvtx, recogniseEvtx } from './evtx.ts'

interface Read {
  readonly events: readonly EvtxRecord[]
  readonly rejects: readonly Reject[]
}

function read(bytes: Uint8Array): Read {
  const events: EvtxRecord[] = []
  const rejects: Reject[] = []
  readEvtx('log', bytes, { record: (record) => events.push(record), reject: (reject) => rejects.push(reject) })
  return { events, rejects }
}

const data = (...content: ElementSpec['content'] & {}): ElementSpec => ({ name: 'EventData', content })
const named = (name: string, slot: number, type = 1): ElementSpec => ({
  name: 'Data',
  attributes: { Name: name },
  content: [{ slot, type }],
})
const logonData = { id: 2, root: data(named('TargetUserName', 0), named('LogonType', 1, 8)) }
const logon = (id: number): RecordSpec =>
  usualRecord(id, 4624, { template: logonData, values: [textValue(`clerk-${id}`), numberValue(8, 4, 3)] })
const chunkOf = (from: number, count = 20): RecordSpec[] => Array.from({ length: count }, (_, i) => logon(from + i))
const ids = ({ events }: Read): number[] => events.map(({ recordId }) => recordId)
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)
/** A log of three chunks of twenty records each, from 1 on. */
const log = (): Buffer => buildEvtx([chunkOf(1), chunkOf(21), chunkOf(41)])

describe('an intact log', () => {
  test('gives every record, with the fields of its system part and of its data', () => {
    const whole = read(log())
    expect(whole.rejects).toEqual([])
    expect(ids(whole)).toEqual(range(1, 60))
    const event = whole.events[20] as EvtxRecord
    expect(event).toMatchObject({
      eventId: 4624,
      channel: 'Security',
      provider: 'Test-Provider',
      computer: 'ems-1',
      timeMs: 1_793_692_800_021,
      ref: 21,
    })
    expect(['TargetUserName', 'LogonType', 'Provider_Guid', 'nothing'].map((name) => event.field(name))).toEqual([
      'clerk-21',
      3,
      undefined,
      undefined,
    ])
    expect(event.field('Event.EventData.TargetUserName')).toBe('clerk-21')
    expect(event.field('System.Channel')).toBe('Security')
    expect(event.raw).toEqual(expect.arrayContaining(['clerk-21', '3', '4624', 'Security', 'ems-1']))
    expect(event.place).toMatchObject({ source: 'log', line: 21 })
    expect(log().toString('latin1', event.place.offset, event.place.offset + 2)).toBe('**')
  })

  test('is shown as XML and as JSON', () => {
    const event = read(log()).events[0] as EvtxRecord
    expect(event.toXml()).toBe(
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Test-Provider'/>" +
        "<EventID>4624</EventID><TimeCreated SystemTime='2026-11-03T08:00:00.0010000Z'/><EventRecordID>1</EventRecordID>" +
        '<Channel>Security</Channel><Computer>ems-1</Computer></System><EventData>' +
        "<Data Name='TargetUserName'>clerk-1</Data><Data Name='LogonType'>3</Data></EventData></Event>",
    )
    expect(JSON.parse(JSON.stringify(event))).toMatchObject({
      Event: {
        System: { Provider: { '#attributes': { Name: 'Test-Provider' } }, EventID: 4624, Channel: 'Security' },
        EventData: { TargetUserName: 'clerk-1', LogonType: 3 },
      },
    })
  })

  test('is the same however it is cut', () => {
    const bytes = log()
    for (const pieceBytes of [chunkSize + 8, 100_000, bytes.length]) {
      const reader = new EvtxReader()
      const records: EvtxRecord[] = []
      const rejects: Reject[] = []
      let [start, wanted] = [0, pieceBytes]
      while (start < bytes.length) {
        const end = Math.min(bytes.length, start + wanted)
        const chunk = { source: 'log', bytes, start, end, offset: start, line: 1, last: end === bytes.length }
        const progress = reader.read(chunk, records, rejects)
        start += progress.bytes
        wanted = progress.bytes === 0 ? wanted * 2 : pieceBytes
      }
      expect([ids({ events: records, rejects }), rejects]).toEqual([range(1, 60), []])
    }
  })

  test('that went round in its file is read from its oldest record', () => {
    expect(ids(read(buildEvtx([chunkOf(61), chunkOf(21), chunkOf(41)])))).toEqual(range(21, 60))
  })
})

const list = (type: number, text: string): ValueSpec => ({ type: type | 0x80, bytes: Buffer.from(text, 'utf16le') })
const hex = (type: number, bytes: string): ValueSpec => ({ type, bytes: Buffer.from(bytes, 'hex') })

describe('values', () => {
  test.each<[string, ValueSpec, unknown]>([
    ['nothing', noValue, null],
    ['text', textValue('Größe 選\0'), 'Größe 選'],
    ['text of one byte a character', { type: 2, bytes: Buffer.from('caf\xe9\0', 'latin1') }, 'café'],
    ['a signed byte', hex(3, 'ff'), -1],
    ['a byte', hex(4, 'ff'), 255],
    ['a signed number of two bytes', hex(5, 'feff'), -2],
    ['a number of four bytes', hex(8, 'ffffffff'), 4_294_967_295],
    ['a signed number of eight bytes', hex(9, 'ffffffffffffffff'), -1],
    ['a number beyond what is exact', hex(10, 'ffffffffffffffff'), '18446744073709551615'],
    ['a fraction', hex(11, '0000c03f'), 1.5],
    ['a long fraction', hex(12, '000000000000f83f'), 1.5],
    ['a truth value', hex(13, '01000000'), true],
    ['a truth value of one byte', hex(13, '00'), false],
    ['bytes', hex(14, 'c0ffee'), 'C0FFEE'],
    ['a GUID', hex(15, '000102030405060708090a0b0c0d0e0f'), '{03020100-0504-0706-0809-0A0B0C0D0E0F}'],
    ['a size', hex(16, '1000000000000000'), '0x10'],
    ['a time', hex(17, '0080bea8f5a0cf01'), '2014-07-16T12:58:37.5522304Z'],
    ['a time of parts', hex(18, 'e80701000300040005000600070008 00'.replace(' ', '')), '2024-01-04T05:06:07.008Z'],
    [
      'a security identifier',
      hex(19, '010500000000000515000000010000000200000003000000e9030000'),
      'S-1-5-21-1-2-3-1001',
    ],
    ['a security identifier that is cut off', hex(19, '0105000000000005'), null],
    ['a number in hexadecimal', hex(20, 'e7030000'), '0x3e7'],
    ['a long number in hexadecimal', hex(21, 'e703000001000000'), '0x1000003e7'],
    ['a list of texts', list(1, 'a\0b\0'), ['a', 'b']],
    ['a list of numbers', hex(0x86, '010002000300'), [1, 2, 3]],
    ['a number of the wrong size', hex(8, '0102'), null],
    ['a type that there is none of', hex(0x7f, '0102'), '0102'],
  ])('%s', (_what, value, expected) => {
    const { events, rejects } = read(
      buildEvtx([[usualRecord(1, 1, { template: { id: 9, root: data(named('X', 0)) }, values: [value] })]]),
    )
    expect(rejects).toEqual([])
    expect(events[0]?.field('X')).toEqual(expected)
    expect(() => [events[0]?.toXml(), JSON.stringify(events[0])]).not.toThrow()
  })

  test('of elements without a name, and of the user part, have the names of their elements', () => {
    const unnamed = {
      id: 3,
      root: data({ name: 'Data', content: [{ slot: 0, type: 1 }] }, { name: 'Data', content: ['b'] }),
    }
    const user = {
      id: 4,
      root: {
        name: 'UserData',
        content: [{ name: 'LogFileCleared', content: [{ name: 'Channel', content: [{ slot: 0, type: 1 }] }] }],
      },
    }
    const { events } = read(
      buildEvtx([
        [
          usualRecord(1, 1, { template: unnamed, values: [textValue('a')] }),
          usualRecord(2, 104, { template: user, values: [textValue('System')] }),
        ],
      ]),
    )
    expect(events[0]?.field('Data')).toEqual(['a', 'b'])
    expect(events[1]?.field('Channel')).toBe('System')
    expect(events[1]?.systemField('Channel')).toBe('Security')
    expect(events[1]?.channel).toBe('Security')
  })
})

describe('a damaged log', () => {
  test('of no bytes is said to be empty', () => {
    expect(read(Buffer.alloc(0))).toMatchObject({ events: [], rejects: [{ reason: 'truncated' }] })
  })

  test('that is cut off gives the records before the cut', () => {
    const bytes = log()
    for (const length of [10, 4_095, 4_096, 4_500, fileHeadSize + chunkSize + 3_000, bytes.length - chunkSize + 700]) {
      const { events, rejects } = read(bytes.subarray(0, length))
      const chunks = Math.max(0, Math.floor((length - fileHeadSize) / chunkSize))
      expect(ids({ events, rejects }).slice(0, chunks * 20)).toEqual(range(1, chunks * 20))
      expect(rejects.length > 0 || length === 4_096).toBe(true)
    }
  })

  test('from which bytes are missing, or into which some came, is found again at the next chunk', () => {
    const bytes = log()
    const cut = (at: number): Buffer => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 777)])
    const grown = (at: number): Buffer =>
      Buffer.concat([bytes.subarray(0, at), Buffer.alloc(777, 7), bytes.subarray(at)])
    // In the unused rest of the first chunk nothing is lost.
    for (const damaged of [cut(50_000), grown(50_000)]) expect(ids(read(damaged))).toEqual(range(1, 60))
    for (const damaged of [cut(6_000), grown(6_000)]) {
      const whole = read(damaged)
      expect(ids(whole)).toEqual(expect.arrayContaining(range(21, 40)))
      expect(new Set(ids(whole)).size).toBe(whole.events.length)
      expect(whole.rejects.length).toBeGreaterThan(0)
    }
  })

  test('whose checksum is wrong is read, and said to be changed', () => {
    const bytes = log()
    const at = bytes.indexOf(Buffer.from('clerk-3', 'utf16le'))
    bytes[at] = 'k'.charCodeAt(0)
    const { events, rejects } = read(bytes)
    expect(events).toHaveLength(60)
    expect(events[2]?.field('TargetUserName')).toBe('klerk-3')
    expect(rejects).toMatchObject([{ reason: 'damaged', message: expect.stringContaining('checksum') }])
  })

  test('without the head of a chunk, or of the file, gives its records all the same', () => {
    const bytes = log()
    bytes.fill(0xee, fileHeadSize, fileHeadSize + 128)
    expect(ids(read(bytes))).toEqual(range(1, 60))
    expect(ids(read(log().subarray(fileHeadSize)))).toEqual(range(1, 60))
    expect(ids(read(log().fill(0, 0, fileHeadSize)))).toEqual(range(1, 60))
  })

  test('a record that is overwritten is counted, and those behind it are read', () => {
    const bytes = log()
    const second = read(bytes).events[5]?.place.offset ?? 0
    bytes.fill(0xff, second, second + 30)
    const { events, rejects } = read(bytes)
    expect(ids({ events, rejects })).toEqual(range(1, 60).filter((id) => id !== 6))
    expect(rejects.map(({ message }) => message).join()).toContain('One record')
  })

  test('a record that was hidden by making the one before it longer is read', () => {
    const bytes = log()
    const [first, second] = read(bytes)
      .events.slice(4, 6)
      .map(({ place }) => place)
    const [at, length] = [first?.offset ?? 0, (first?.length ?? 0) + (second?.length ?? 0)]
    bytes.writeUInt32LE(length, at + 4)
    bytes.writeUInt32LE(length, at + length - 4)
    const chunk = bytes.subarray(fileHeadSize, fileHeadSize + chunkSize)
    sealChunk(chunk)
    const { events, rejects } = read(bytes)
    expect(ids({ events, rejects })).toEqual(range(1, 60))
    expect(rejects.map(({ message }) => message).join()).toContain('hidden')
  })

  test('whose templates point at one another, or anywhere, spoils no other record', () => {
    const bytes = log()
    const chunk = bytes.subarray(fileHeadSize, fileHeadSize + chunkSize)
    const at = (read(bytes).events[7]?.place.offset ?? 0) - fileHeadSize
    // The definition of the record's template: into another's middle, into itself, beyond the chunk.
    for (const definition of [600, at + 30, 65_530, 0, 0xffff_ffff]) {
      chunk.writeUInt32LE(definition, at + 24 + 4 + 6)
      sealChunk(chunk)
      const { events, rejects } = read(bytes)
      expect(ids({ events, rejects })).toEqual(range(1, 60).filter((id) => id !== 8))
      expect(rejects.length).toBeGreaterThan(0)
    }
  })

  test('with elements or fragments nested without end costs one reject a record', () => {
    let root: ElementSpec = { name: 'a' }
    for (let i = 0; i < 100; i++) root = { name: 'a', content: [root] }
    let inner: InstanceSpec = { template: logonData, values: [textValue('deep'), numberValue(8, 4, 3)] }
    const shell = { id: 5, root: data({ slot: 0, type: 33 }) }
    for (let i = 0; i < 40; i++) inner = { template: shell, values: [inner] }
    const { events, rejects } = read(
      buildEvtx([[usualRecord(1, 1, { template: { id: 6, root }, values: [] }), usualRecord(2, 1, inner), logon(3)]]),
    )
    expect(events.at(-1)?.field('TargetUserName')).toBe('clerk-3')
    expect(rejects.length).toBeGreaterThanOrEqual(2)
    for (const event of events) expect([event.toXml(), JSON.stringify(event)]).toHaveLength(2)
  })

  test('with counts of values that no record can have is no reason to run out of memory', () => {
    const chunk = buildChunk(chunkOf(1, 3))
    const at = chunk.lastIndexOf(Buffer.from('**\0\0', 'latin1'))
    chunk.writeUInt32LE(0xffff_fff0, at + 24 + 4 + 10)
    sealChunk(chunk)
    expect(ids(read(Buffer.concat([Buffer.alloc(0), chunk])))).toEqual([1, 2])
  })

  test('does not throw, whatever the bytes, and chunks that are intact give their records', () => {
    const edit = fc.record({ at: fc.nat(chunkSize - 1), byte: fc.nat(255), length: fc.integer({ min: 1, max: 64 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), fc.nat(2), (edits, which) => {
        const bytes = log()
        const from = fileHeadSize + which * chunkSize
        for (const { at, byte, length } of edits)
          bytes.fill(byte, from + at, Math.min(from + at + length, from + chunkSize))
        if (edits.length % 2 === 0) sealChunk(bytes.subarray(from, from + chunkSize))
        const { events } = read(bytes)
        for (const event of events) {
          expect([event.toXml(), JSON.stringify(event), event.raw, event.timeMs, event.logsource]).toHaveLength(5)
          for (const name of event.names) event.field(name)
        }
        const intact = range(1, 60).filter((id) => Math.floor((id - 1) / 20) !== which)
        expect(ids({ events, rejects: [] })).toEqual(expect.arrayContaining(intact))
      }),
      { numRuns: 150, seed: 7 },
    )
  })
})

test('a log is recognised by its first bytes', () => {
  expect(recogniseEvtx(log())).toBe(1)
  expect(recogniseEvtx(log().subarray(fileHeadSize))).toBeGreaterThan(0.5)
  expect(recogniseEvtx(Buffer.from('ElfFil'))).toBe(0)
  expect(systemTemplate.root.name).toBe('Event')
})
