/** Zeek's logs in its own form: values apart by a separator that the head names, with a head again after each rotation. Sets
 *  and vectors become lists, unset values null, empty ones empty. */
import { limits } from '../../core/limits.ts'
import type { Place } from '../../core/place.ts'
import type { EventField, EventRecord, EventScalar } from '../event.ts'
import { type EventLine, type EventLineParser, EventLineReader, recogniseByLines } from '../events/event-lines.ts'
import { aboutField, type EventProblem, epochTimeMs, isoTimeMs, textOf } from '../events/event-values.ts'
import { type EventFields, FieldEvent, valuesOf } from '../events/field-event.ts'
import type { EventFormat, FormatOptions } from '../format.ts'
import { zeekPath } from './zeek-paths.ts'

const name = 'zeek-tsv'
const noHead: EventProblem = {
  reason: 'not-this-format',
  message: 'No line before this one names the fields (#fields), so that its values cannot be told apart.',
}
const wrongCount: EventProblem = {
  reason: 'unexpected-fields',
  message: 'This line has fewer or more values than the fields that the head of the log names.',
}
const badTime: EventProblem = { reason: 'bad-time', message: 'The time of this line ("ts") cannot be read.' }

/** What the head of a log says. */
interface Head {
  separator: string
  setSeparator: string
  empty: string
  unset: string
  path: string
  fields: readonly string[]
  types: readonly string[]
}

const usualHead = (): Head => ({
  separator: '\t',
  setSeparator: ',',
  empty: '(empty)',
  unset: '-',
  path: '',
  fields: [],
  types: [],
})

/** Undoes `\xHH`, which Zeek writes for separators and control characters inside values. */
const undoEscapes = (text: string): string =>
  text.includes('\\x')
    ? text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text

class ZeekTsvParser implements EventLineParser {
  readonly #options: FormatOptions
  #head = usualHead()

  constructor(options: FormatOptions) {
    this.#options = options
  }

  parse(line: EventLine): EventRecord | EventProblem | null {
    const text = line.text()
    if (text.startsWith('#')) {
      this.#directive(text)
      return null
    }
    const head = this.#head
    if (head.fields.length === 0) return noHead
    const parts = text.split(head.separator, limits.logColumnsMax + 1)
    if (parts.length !== head.fields.length) return wrongCount
    const time = parts[head.fields.indexOf('ts')] ?? ''
    const epochMs = epochTimeMs(time)
    const timeMs = Number.isNaN(epochMs) ? isoTimeMs(time) : epochMs
    if (Number.isNaN(timeMs) && head.fields.includes('ts') && time !== head.unset) return badTime
    const facts = { format: name, place: line.place, timeMs, computer: '', kindOf: this.#options.kindOf }
    return new FieldEvent(facts, () => readFields(head, parts, line.place), valuesOf)
  }

  /** A new head begins with `#separator`; what it does not name is as usual. */
  #directive(text: string): void {
    const word = /^#([a-z_]{1,32})/.exec(text)?.[1] ?? ''
    const rest = text.slice(word.length + 2)
    if (word === 'separator') {
      this.#head = { ...usualHead(), separator: undoEscapes(rest.trim()) || '\t' }
      return
    }
    const head = { ...this.#head }
    if (word === 'fields') head.fields = rest.split(head.separator, limits.logColumnsMax)
    else if (word === 'types') head.types = rest.split(head.separator, limits.logColumnsMax)
    else if (word === 'set_separator') head.setSeparator = undoEscapes(rest) || ','
    else if (word === 'empty_field') head.empty = undoEscapes(rest)
    else if (word === 'unset_field') head.unset = undoEscapes(rest)
    else if (word === 'path') head.path = rest.trim()
    else return
    this.#head = head
  }
}

function readFields(head: Head, parts: readonly string[], { source }: Place): EventFields {
  const fields: EventFields = new Map()
  for (const [index, field] of head.fields.entries()) {
    fields.set(field, readValue(parts[index] ?? '', head.types[index] ?? 'string', head))
  }
  const path = zeekPath(head.path, source, (field) => fields.has(field))
  fields.set(aboutField, path)
  if (!fields.has('_path')) fields.set('_path', path)
  return fields
}

function readValue(text: string, type: string, head: Head): EventField {
  if (text === head.unset) return null
  if (/^(?:set|vector|table|list)\b/.test(type)) {
    if (text === head.empty) return []
    const inner = /\[(.{1,32})\]/.exec(type)?.[1] ?? 'string'
    return text.split(head.setSeparator, limits.eventFieldsMax).map((each) => readScalar(each, inner, head))
  }
  return readScalar(text, type, head)
}

function readScalar(text: string, type: string, head: Head): EventScalar {
  if (text === head.unset) return null
  if (text === head.empty) return ''
  if (type === 'bool') return text === 'T' ? true : text === 'F' ? false : text
  if (['count', 'int', 'port', 'double', 'interval', 'time'].includes(type)) {
    const value = Number(text)
    return Number.isNaN(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)) ? text : value
  }
  return undoEscapes(text)
}

/** A head of Zeek's is like no other's; without one, nothing can be read. */
function recognise(sample: Uint8Array): number {
  const head = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, 4_096)).toString('latin1')
  if (!/^\ufeff?(?:\u00ef\u00bb\u00bf)?#separator /.test(head) && !/(?:^|\n)#fields[\t,|; ]/.test(head)) return 0
  const share = recogniseByLines(sample, new EventLineReader(new ZeekTsvParser({})), (record) =>
    textOf(record.field(aboutField)) === '' ? 0.5 : 1,
  )
  return share === 0 && head.includes('#separator \\x') ? 0.8 : share
}

export const zeekTsv: EventFormat = {
  kind: 'events',
  name,
  title: 'Zeek network logs (tab-separated)',
  cut: 'lines',
  recognise,
  open: (options) => new EventLineReader(new ZeekTsvParser(options)),
}
