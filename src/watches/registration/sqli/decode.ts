/** The readings of a value: what a server, a framework or a database could make of the bytes that stand in a request.
 *  Undoes encodings layer by layer; it never judges, and it makes no SQL out of text that is not encoded as SQL. */
import { limits } from '../../../core/limits.ts'

const hexDigit = (code: number): number =>
  code >= 48 && code <= 57
    ? code - 48
    : code >= 65 && code <= 70
      ? code - 55
      : code >= 97 && code <= 102
        ? code - 87
        : -1

function hexValue(text: string, from: number, digits: number): number {
  let value = 0
  for (let i = from; i < from + digits; i++) {
    const digit = i < text.length ? hexDigit(text.charCodeAt(i)) : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/** `%XX` and `%uXXXX` undone once; a percent sign that starts neither stays. */
export function decodePercent(text: string): string {
  let at = text.indexOf('%')
  if (at < 0) return text
  let out = ''
  let kept = 0
  while (at >= 0) {
    const wide = text.charCodeAt(at + 1) === 117 || text.charCodeAt(at + 1) === 85
    const code = wide ? hexValue(text, at + 2, 4) : hexValue(text, at + 1, 2)
    if (code >= 0) {
      out += text.slice(kept, at) + String.fromCharCode(code)
      kept = at + (wide ? 6 : 3)
      at = text.indexOf('%', kept)
    } else at = text.indexOf('%', at + 1)
  }
  return out + text.slice(kept)
}

const namedEntities: Record<string, string> = {
  apos: "'",
  quot: '"',
  lt: '<',
  gt: '>',
  amp: '&',
  nbsp: ' ',
  lpar: '(',
  rpar: ')',
  equals: '=',
  num: '#',
  semi: ';',
  comma: ',',
  sol: '/',
  ast: '*',
  excl: '!',
  vert: '|',
  verbar: '|',
  percnt: '%',
  plus: '+',
  commat: '@',
  lowbar: '_',
  grave: '`',
  Tab: '\t',
  NewLine: '\n',
  lsquo: "'",
  rsquo: "'",
  ldquo: '"',
  rdquo: '"',
}

/** HTML entities undone once: named, decimal and hexadecimal, with or without their semicolon for numbers. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#[xX]0{0,6}([0-9a-fA-F]{1,5})|#0{0,6}([0-9]{1,6})|([a-zA-Z]{2,8})(?=;));?/g,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return Object.hasOwn(namedEntities, name) ? (namedEntities[name] as string) : whole
      const code = hex === undefined ? Number.parseInt(decimal as string, 10) : Number.parseInt(hex, 16)
      return code <= 0xffff ? String.fromCharCode(code) : whole
    },
  )
}

/** `\uXXXX` and `\xXX`, as JavaScript and JSON write characters. */
function decodeBackslash(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:[uU]([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/g, (_, wide: string | undefined, byte: string) =>
    String.fromCharCode(Number.parseInt(wide ?? byte, 16)),
  )
}

const decodeOnce = (text: string): string => decodeBackslash(decodeEntities(decodePercent(text)))

const followsUtf8 = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xc0) === 0x80

/** UTF-8 to characters, overlong forms (RFC 3629 section 3 forbids them; lax decoders take them) included. A byte that
 *  belongs to no sequence stays as it is. */
function decodeUtf8(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const lead = text.charCodeAt(i)
    const length = lead < 0xc0 || lead > 0xf7 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    let code = length === 2 ? lead & 0x1f : length === 3 ? lead & 0x0f : length === 4 ? lead & 0x07 : lead
    let read = 1
    while (read < length && followsUtf8(text, i + read)) code = (code << 6) | (text.charCodeAt(i + read++) & 0x3f)
    if (read < length || code > 0xffff) out += String.fromCharCode(lead)
    else {
      out += String.fromCharCode(code)
      i += length - 1
    }
  }
  return out
}

const lookalikes: Record<string, string> = {
  '‘': "'",
  '’': "'",
  ʼ: "'",
  ʹ: "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '″': '"',
}

/** Characters that a database's conversion to a smaller character set turns into ASCII ones: full-width forms,
 *  typographic quotes, and every kind of space. */
function foldLookalikes(text: string): string {
  if (!/[^\x00-\x7f]/.test(text)) return text
  return text
    .replace(/[‘’ʼʹ′“”″]/g, (mark) => lookalikes[mark] as string)
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u00a0\u0085\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]/g, ' ')
}

const finish = (text: string): string => foldLookalikes(decodeUtf8(text))

/** The text of a value that is base64 as a whole, or null: it must be long enough to hold an attack (12 characters
 *  without padding), have several capitals (base64 of SQL always does), and decode to printable ASCII. */
export function decodeBase64(text: string): string | null {
  if (
    text.length < base64LengthMin ||
    !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ||
    text.replace(/=+$/, '').length < base64LengthMin ||
    text.replace(/[^A-Z]/g, '').length < base64CapitalsMin
  )
    return null
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  return /^[\t\n\r\x20-\x7e]+$/.test(decoded) ? decoded : null
}

/** The shortest base64 that is decoded; the prefilter relies on it. */
export const base64LengthMin = 12

/** The fewest capitals in base64 that is decoded; the prefilter relies on it. */
export const base64CapitalsMin = 3

/** The layers of a value: as it stands, after one decoding, and after as many as change it. */
function layers(text: string): string[] {
  const first = decodeOnce(text)
  let last = first
  for (let round = 1; round < limits.decodeRoundsMax; round++) {
    const next = decodeOnce(last)
    if (next === last) break
    last = next
  }
  return first === last ? [first] : [first, last]
}

/** Readings that undo what only some filters and databases undo, where the text shows the trick. */
function* oddReadings(text: string): Generator<string> {
  // ASP drops a percent sign that starts no escape: %S%E%L%E%C%T.
  if (/%[A-Za-z_]%[A-Za-z_ ]%?|(?:%[^%]){5}/.test(text)) yield text.replaceAll('%', '')
  // Filters that delete comments or null bytes put the halves of a word together.
  if (/[A-Za-z]\/\*[^*]{0,40}\*\/[A-Za-z]/.test(text))
    yield text.replace(/(?<=[A-Za-z])\/\*[^*]{0,40}\*\/(?=[A-Za-z])/g, '')
  if (/[A-Za-z]\x00[A-Za-z]/.test(text)) yield text.replaceAll('\x00', '')
}

/** `+` is a space in a query string, and itself in a path, a cookie or a user agent. Where the text has neither
 *  another space nor a quote, it can only be the space. */
function plusReadings(raw: string): string[] {
  if (!raw.includes('+')) return [raw]
  const spaced = raw.replaceAll('+', ' ')
  return /[ '"]|%(?:25)*(?:20|27|22|09|0[aA])|\/\*/.test(raw) ? [spaced, raw] : [spaced]
}

/** All distinct readings of `raw`, most literal first, at most a dozen. `+` is read as a space and as itself, because
 *  a query string means the one and a path, a cookie or a user agent the other. */
export function readings(raw: string): string[] {
  const found = new Set<string>()
  const starts = plusReadings(raw)
  for (const start of starts) for (const layer of layers(start)) found.add(finish(layer))
  // A plus sign that came out of another encoding stands for a space where the text has no other.
  for (const text of [...found]) if (text.includes('+') && !/\s/.test(text)) found.add(text.replaceAll('+', ' '))
  const encoded = decodeBase64(raw.includes('%') ? decodePercent(raw) : raw)
  if (encoded !== null) for (const layer of layers(encoded)) found.add(finish(layer))
  for (const text of [...found]) for (const odd of oddReadings(text)) found.add(odd)
  return [...found].slice(0, limits.readingsMax)
}
