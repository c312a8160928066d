/** Delimited text by RFC 4180, strictly: fields may be quoted, quotes inside are doubled, quoted fields may hold line
 *  ends. Finds where a record ends on code units and splits a record's text; it knows no header and no types. */
import type { Frame, Framer, Units } from './database-reader.ts'

const lineFeed = 10
const carriageReturn = 13
const quote = 34

/** A framer of records whose fields are parted by `delimiter` (a code unit). A quote inside an unquoted field, or
 *  anything but a delimiter, a quote or a line end after a closing quote, is `broken` (RFC 4180 section 2, rules 5
 *  to 7): that is how a record that a crash tore is told from a field of many lines. */
export function delimitedFramer(delimiter: number): Framer {
  return (units, start, end, last, frame) => {
    let lines = 1
    let at = start
    for (;;) {
      if (at < end && units[at] === quote) {
        at = skipQuoted(units, at + 1, end, frame)
        lines += frame.lines
        if (at < 0) return 'open'
      } else {
        at = skipPlain(units, at, end, delimiter)
        if (at < 0) return 'broken'
      }
      if (at >= end) return finish(frame, end, end, lines, last)
      const unit = units[at] as number
      if (unit === delimiter) at++
      else if (unit === lineFeed) return finish(frame, at, at + 1, lines, true)
      else if (unit !== carriageReturn) return 'broken'
      else if (at + 1 >= end) return finish(frame, at, end, lines, last)
      else if (units[at + 1] === lineFeed) return finish(frame, at, at + 2, lines, true)
      else return 'broken'
    }
  }
}

function finish(frame: Frame, end: number, next: number, lines: number, isKnown: boolean): 'whole' | 'open' {
  frame.end = end
  frame.next = next
  frame.lines = lines
  return isKnown ? 'whole' : 'open'
}

/** Past the closing quote of the field whose text begins at `from`, or -1 where it is not closed; `frame.lines` counts
 *  the line ends on the way. */
function skipQuoted(units: Units, from: number, end: number, frame: Frame): number {
  frame.lines = 0
  for (let at = from; at < end; at++) {
    const unit = units[at] as number
    if (unit === lineFeed) frame.lines++
    else if (unit === quote) {
      if (at + 1 < end && units[at + 1] === quote) at++
      else return at + 1
    }
  }
  return -1
}

/** The unit after an unquoted field, or -1 where it holds a quote. */
function skipPlain(units: Units, from: number, end: number, delimiter: number): number {
  for (let at = from; at < end; at++) {
    const unit = units[at] as number
    if (unit === delimiter || unit === lineFeed) return at
    if (unit === carriageReturn && (at + 1 >= end || units[at + 1] === lineFeed)) return at
    if (unit === quote) return -1
  }
  return end
}

/** The fields of one record's text (no line end behind it), or null where the quoting is broken. */
export function splitDelimited(text: string, delimiter = ','): string[] | null {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text.charCodeAt(at) === quote) {
      const close = closingQuote(text, at + 1)
      if (close < 0) return null
      const inner = text.slice(at + 1, close)
      fields.push(inner.includes('"') ? inner.replaceAll('""', '"') : inner)
      at = close + 1
      if (at < text.length && text[at] !== delimiter) return null
    } else {
      const found = text.indexOf(delimiter, at)
      const stop = found < 0 ? text.length : found
      const plain = text.slice(at, stop)
      if (plain.includes('"')) return null
      fields.push(plain)
      at = stop
    }
    if (at >= text.length) return fields
    at++
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2)
  return at
}
