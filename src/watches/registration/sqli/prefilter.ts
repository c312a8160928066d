/** Says, from a request's raw bytes and before any string is made, whether a field can hold what `judgeValue` would
 *  call SQL injection. It may say yes to ordinary text; it never says no to an injection (a property test holds it to
 *  that).
 *
 *  First a class table: bytes that no injection can do without (quotes, brackets, spaces, escapes, comparison signs
 *  inside a value, double hyphens, ...) send the field on; a field without any is done. The few spellings that need
 *  none of them are looked for on the way: base64 (whole values, whose first nine bytes must decode to printable
 *  text), and a number stuck to a keyword by a point. Second, fields that were sent on are decoded once and read word by word. */

import { beginsAsPath, isUnusual } from './prefilter-starts.ts'
import { evaluateAgent, evaluateField } from './prefilter-words.ts'

/** 0 passes; 1 ends a run and may begin a value; 2 is looked at with its neighbours; 3 sends the field on. */
const classes = new Uint8Array(256).fill(3)
for (const range of ['az', 'AZ', '09']) for (let c = range.charCodeAt(0); c <= range.charCodeAt(1); c++) classes[c] = 0
for (const c of '_~,') classes[c.charCodeAt(0)] = 0
for (const c of '/?&') classes[c.charCodeAt(0)] = 1
for (const c of '=-.:') classes[c.charCodeAt(0)] = 2

const slash = 47
const ampersand = 38
const equals = 61
const point = 46
const hash = 35

const isLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

/** Whether the bytes `[start, end)` of a target, a path, a query, a cookie or a referer, still encoded and with the log
 *  writer's escapes, may hold SQL injection. */
export function mayCarrySql(bytes: Uint8Array, start: number, end: number): boolean {
  // In a path an equals sign is text; in a query or a cookie the first one of a parameter is not.
  let sawEquals = beginsAsPath(bytes, start)
  const table = classes
  let valueStart = start
  let i = start
  for (;;) {
    while (i < end && table[bytes[i] as number] === 0) i++
    const byte = i < end ? (bytes[i] as number) : ampersand
    const kind = table[byte] as number
    if (kind === 3) return evaluateField(bytes, start, end)
    if (kind === 2 && byte !== equals) {
      const next = i + 1 < end ? (bytes[i + 1] as number) : 0
      if (byte !== point) {
        if (byte === next) return evaluateField(bytes, start, end)
      } else if (isDigit(next) && i > start && isLetter(bytes[i - 1] as number)) return evaluateField(bytes, start, end)
    } else {
      // The end of a value, and the start of another.
      if (isUnusual(bytes, valueStart, i)) return evaluateField(bytes, start, end)
      if (i >= end) return false
      if (byte === equals) {
        if (sawEquals && !isPadding(bytes, i, end)) return evaluateField(bytes, start, end)
        sawEquals = true
      } else if (byte !== slash) {
        sawEquals = false
        if (byte === ampersand && isAmpersandOrHash(bytes[i + 1] as number)) return evaluateField(bytes, start, end)
      }
      valueStart = i + 1
    }
    i++
  }
}

const isAmpersandOrHash = (byte: number): boolean => byte === ampersand || byte === hash

/** The equals signs at the end of base64. */
function isPadding(bytes: Uint8Array, at: number, end: number): boolean {
  const next = at + 1 < end ? bytes[at + 1] : ampersand
  return bytes[at - 1] === equals || next === equals || next === ampersand
}

/** The same for a user agent, where brackets, semicolons and spaces are everyday. */
export function mayCarrySqlAgent(bytes: Uint8Array, start: number, end: number): boolean {
  return evaluateAgent(bytes, start, end)
}
