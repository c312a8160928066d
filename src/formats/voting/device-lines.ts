/** Plain logs of voting devices, one event a line: a time, then or before it the device, a level, a code, and words. Makers
 *  publish no description of their logs, so nothing is known here of any maker's own codes: lines of this common shape are
 *  read, and their words mapped onto NIST SP 1500-101. What the words do not say is `na`. */
import type { EventRecord } from '../event.ts'
import { type EventLine, type EventLineParser, EventLineReader, recogniseByLines } from '../events/event-lines.ts'
import {
  aboutField,
  type EventProblem,
  isoTimeMs,
  monthOf,
  textOf,
  unitedStatesTimeMs,
} from '../events/event-values.ts'
import { type EventFields, FieldEvent } from '../events/field-event.ts'
import type { EventFormat, FormatOptions } from '../format.ts'

const name = 'voting-device-log'
const noTime: EventProblem = {
  reason: 'not-this-format',
  message: 'This line has no date and time near its beginning, or no words behind them.',
}

const clock = '\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d{1,6})?(?: ?[AaPp]\\.?[Mm]\\.?)?'
const between = '(?:[T,;|\\t ]| \\| ){1,3}'
const times = new RegExp(
  `(\\d{4}-\\d{2}-\\d{2})${between}(${clock})(Z|[+-]\\d{2}:?\\d{2})?` +
    `|(\\d{1,2}/\\d{1,2}/(?:\\d{4}|\\d{2}))${between}(${clock})` +
    `|(\\d{1,2})[- /]([A-Za-z]{3})[- /](\\d{4})${between}(${clock})` +
    `|(\\d{4}) ([A-Za-z]{3}) (\\d{1,2})${between}(${clock})` +
    `|([A-Za-z]{3,9}) (\\d{1,2}),? (\\d{4})${between}(${clock})`,
)
const headCharacters = 96

/** A line, taken apart. */
interface DeviceLine {
  readonly timeMs: number
  readonly before: string
  readonly after: string
}

function takeApart(text: string, utcOffsetMinutes: number): DeviceLine | undefined {
  const found = times.exec(text.slice(0, headCharacters))
  if (found === null) return undefined
  const [whole, isoDay, isoClock, zone, usDay, usClock, d1, m1, y1, c1, y2, m2, d2, c2, m3, d3, y3, c3] = found
  const named = (year = '', month = '', day = '', at = ''): number =>
    unitedStatesTimeMs(`${monthOf(month)}/${day}/${year} ${at.replace(',', '.')}`, utcOffsetMinutes)
  const timeMs =
    isoDay !== undefined
      ? isoTimeMs(`${isoDay}T${isoClock}${zone ?? ''}`, utcOffsetMinutes)
      : usDay !== undefined
        ? unitedStatesTimeMs(`${usDay} ${(usClock ?? '').replace(',', '.')}`, utcOffsetMinutes)
        : m1 !== undefined
          ? named(y1, m1, d1, c1)
          : m2 !== undefined
            ? named(y2, m2, d2, c2)
            : named(y3, m3, d3, c3)
  const after = text.slice(found.index + whole.length)
  return Number.isNaN(timeMs) || !/[A-Za-z]{2}/.test(after)
    ? undefined
    : { timeMs, before: text.slice(0, found.index), after }
}

const levels = /^(?:INFO(?:RMATION)?|NOTICE|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRITICAL|DEBUG|ALERT|SUP|AUDIT)$/i

/** Kinds of events, by the words of their descriptions, in the order in which they are tried. */
const kinds: readonly (readonly [type: string, words: RegExp])[] = [
  ['polls-closed', /\bpolls?\b.{0,20}\bclos|\bclos\w{0,4}\b.{0,12}\bpolls?\b|\bterminal closed\b|\belection closed\b/i],
  ['polls-opened', /\bpolls?\b.{0,20}\bopen|\bopen\w{0,4}\b.{0,12}\bpolls?\b|\bterminal opened\b/i],
  ['ballot-rejected', /\bballot\b.{0,40}\b(?:reject|return|misread|jam|not accepted)|\b(?:over|under)voted? ballot\b/i],
  ['ballot-cast', /\b(?:ballot|vote)s?\b.{0,24}\b(?:cast|accepted|counted|tabulated|recorded)\b|\bvote cast\b/i],
  [
    'totals-reset',
    /\b(?:zero|clear|reset|erase)\w{0,5}\b.{0,24}\b(?:count|total|result|vote|memory)|\bclear and test\b/i,
  ],
  ['report', /\b(?:zero|results?|totals?) (?:report|tape)\b|\bprint\w{0,4}\b/i],
  [
    'clock',
    /\b(?:clock|date|time)\b.{0,24}\b(?:set|changed|adjusted)\b|\b(?:set|change)\w{0,4}\b.{0,12}\b(?:clock|date|time)\b/i,
  ],
  ['sign-in', /\b(?:log(?:ged)?[ -]?(?:in|on|out|off)|password|passcode|pin|smart ?card|authenticat\w{0,6}|user)\b/i],
  ['software', /\b(?:firmware|software|hash|checksum|signature|version|integrity)\b/i],
  ['media', /\b(?:usb|memory (?:card|stick|device)|compact ?flash|removable|media|peb)\b/i],
  ['network', /\b(?:network|ethernet|modem|wi-?fi|wireless|transmi\w{1,7}|ip address)\b/i],
  ['enclosure', /\b(?:door|cover|seal|tamper|lid|case|key switch|intrusion)\b/i],
  ['power', /\b(?:power|battery|shut ?down|start(?:ed)?[ -]?up|boot\w{0,4}|restart\w{0,3})\b/i],
]
const failed =
  /\b(?:fail\w{0,4}|denied|invalid|incorrect|wrong|error|reject\w{0,3}|refused|mismatch|unable|not (?:accepted|valid|found))\b/i
const succeeded =
  /\b(?:success\w{0,6}|accepted|opened|closed|cast|complete\w{0,3}|passed|verified|ok|printed|counted|started)\b/i

function fieldsOf(line: DeviceLine): EventFields {
  const fields: EventFields = new Map([[aboutField, 'voting']])
  const head = line.before.split(/[\s,;|]+/).filter((part) => part !== '')
  const [device] = head
  if (device !== undefined) fields.set('DeviceId', device.replace(/^[[("]+|[\])":]+$/g, ''))
  const words: string[] = []
  for (const part of [...head.slice(1), ...line.after.split(/[,;|\t]|\s{2,}|^\s/)].map((each) => each.trim())) {
    if (part === '' || part === '-') continue
    const bare = part.replace(/^[[("]+|[\])":]+$/g, '')
    if (levels.test(bare) && !fields.has('Severity')) fields.set('Severity', bare.toUpperCase())
    else if (/^(?:0x)?[0-9A-F]{2,10}$/i.test(bare) && /\d/.test(bare) && !fields.has('Id')) fields.set('Id', bare)
    else words.push(part)
  }
  const text = words.join(' | ')
  const coded = /^(?:\[?([A-Z]{3,11})\]?[: ]{1,3})?(?:(\d{4,10})[: ]{1,3})?(.*)$/s.exec(text)
  if (coded?.[1] !== undefined && levels.test(coded[1])) fields.set('Severity', coded[1])
  if (coded?.[2] !== undefined && !fields.has('Id')) fields.set('Id', coded[2])
  const isTaken = coded !== null && (coded[1] === undefined || levels.test(coded[1]))
  const description = isTaken ? (coded[3] as string) : text
  fields.set('Description', description)
  fields.set('Type', kinds.find(([, is]) => is.test(description))?.[0] ?? 'other')
  fields.set('Disposition', failed.test(description) ? 'failure' : succeeded.test(description) ? 'success' : 'na')
  return fields
}

class DeviceLineParser implements EventLineParser {
  readonly #options: FormatOptions

  constructor(options: FormatOptions) {
    this.#options = options
  }

  parse(line: EventLine): EventRecord | EventProblem {
    const text = line.text()
    const parts = takeApart(text, this.#options.utcOffsetMinutes ?? 0)
    if (parts === undefined) return noTime
    const computer = /^[^\s,;|]{1,64}/.exec(parts.before.trimStart())?.[0] ?? ''
    const facts = { format: name, place: line.place, timeMs: parts.timeMs, computer, kindOf: this.#options.kindOf }
    return new FieldEvent(
      facts,
      () => fieldsOf(parts),
      () => text,
    )
  }
}

const votingWords =
  /\b(?:ballots?|polls?|votes?|voter|precinct|election|tabulat\w{1,4}|scanner|zero report|peb|cast|contest)\b/i
/** Lines of this shape are written by much else; a voting device's speak of voting. */
const certainty = 0.5
const votingShare = 0.2

function recognise(sample: Uint8Array): number {
  let voting = 0
  let count = 0
  const share = recogniseByLines(sample, new EventLineReader(new DeviceLineParser({})), (record) => {
    count++
    if (votingWords.test(textOf(record.field('Description')))) voting++
    return 1
  })
  return count > 0 && voting / count >= votingShare ? certainty * share : 0
}

/** Takes `utcOffsetMinutes`: devices write local time without a zone. */
export const deviceLines: EventFormat = {
  kind: 'events',
  name,
  title: 'Voting devices: plain device log',
  cut: 'lines',
  recognise,
  open: (options) => new EventLineReader(new DeviceLineParser(options)),
}
