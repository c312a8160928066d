/** Bytes of a named character set as text. Names are taken as browsers take them (Encoding standard); a name nobody knows,
 *  or none, is read as UTF-8 where the bytes are that, else as windows-1252. */
import { latin1Text } from '../latin1.ts'
import { decodeUtf7 } from './utf7.ts'

const aliases: Readonly<Record<string, string>> = {
  'ansi_x3.4-1968': 'windows-1252',
  'us-ascii': 'windows-1252',
  '7bit': 'windows-1252',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp65001: 'utf-8',
  unicode: 'utf-16le',
}

type Decoder = InstanceType<typeof TextDecoder>

const decoders = new Map<string, Decoder | undefined>()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })
/** Names of UTF-7 (RFC 2152 and older programs), which the Encoding standard leaves out, and Outlook does not. */
const utf7Names = new Set(['utf-7', 'utf7', 'unicode-1-1-utf-7', 'csunicode11utf7', 'x-unicode-2-0-utf-7', 'cp65000'])

/** Kept for every name asked so far, of which a hostile mailbox must not make many. */
const decodersKept = 200

function decoderOf(charset: string): Decoder | undefined {
  if (decoders.has(charset)) return decoders.get(charset)
  if (decoders.size >= decodersKept) decoders.clear()
  let decoder: Decoder | undefined
  try {
    decoder = new TextDecoder(aliases[charset] ?? charset.replace(/^cp(?=125\d$)/, 'windows-'), { ignoreBOM: true })
  } catch {
    decoder = undefined
  }
  decoders.set(charset, decoder)
  return decoder
}

/** Whether every byte is below 0x80, and none begins an escape of ISO-2022. */
function isPlain(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte >= 0x80 || byte === 0x1b) return false
  }
  return true
}

/** The text without a name: UTF-8 if it is that, but for a character here and there that was cut, else windows-1252. */
export function guessText(bytes: Uint8Array): string {
  if (isPlain(bytes)) return latin1Text(bytes)
  try {
    return strictUtf8.decode(bytes)
  } catch {
    const text = lenientUtf8.decode(bytes)
    return isMostlySound(text) ? text : (decoderOf('windows-1252')?.decode(bytes) ?? latin1Text(bytes))
  }
}

/** The text of a page of which nothing but the page itself says its character set; what is UTF-8 beyond ASCII is that. */
export function decodePage(bytes: Uint8Array): { text: string; known: boolean } {
  const stated = /<meta[^>]{1,300}?charset\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})/i.exec(
    latin1Text(bytes, 0, Math.min(bytes.length, pageHeadBytes)),
  )
  const charset = stated?.[1] ?? ''
  if (charset === '') return decodeText(bytes, '')
  try {
    return bytes.some((byte) => byte >= 0x80)
      ? { text: strictUtf8.decode(bytes), known: true }
      : decodeText(bytes, charset)
  } catch {
    return decodeText(bytes, charset)
  }
}

/** Bytes in which a page names its character set: browsers look so far (HTML standard, prescan). */
const pageHeadBytes = 1_024

/** At most one broken character beside four whole ones beyond ASCII: text of one byte a character hardly ever has such. */
function isMostlySound(text: string): boolean {
  let broken = 0
  let whole = 0
  for (const character of text) {
    if (character === '\ufffd') broken++
    else if (character >= '\u0080') whole++
  }
  return whole >= 4 * broken
}

/** The text of bytes in a character set; `known` says whether the name meant one. Bytes that are wrong in it become
 *  U+FFFD. An ASCII label on other bytes is not believed. */
export function decodeText(bytes: Uint8Array, charset: string): { text: string; known: boolean } {
  const name = charset.trim().toLowerCase()
  const isAscii = name === '' || name === 'us-ascii' || name === 'ascii'
  if (isAscii) return { text: guessText(bytes), known: true }
  if (utf7Names.has(name)) return { text: decodeUtf7(bytes), known: true }
  const decoder = decoderOf(name)
  if (decoder === undefined) {
    // `=utf-8">`, `_iso-2022-jp$ESC`: a name with something around it.
    const inner = /[a-z0-9][a-z0-9.:-]{2,40}/.exec(name)?.[0] ?? name
    return inner !== name && decoderOf(inner) !== undefined
      ? decodeText(bytes, inner)
      : { text: guessText(bytes), known: false }
  }
  if (name.startsWith('iso-2022')) return { text: decoder.decode(withoutIdleEscapes(bytes)), known: true }
  if (!name.startsWith('utf-16') && name !== 'unicode' && isPlain(bytes)) {
    return { text: latin1Text(bytes), known: true }
  }
  return { text: decoder.decode(bytes), known: true }
}

/** Bytes of ISO-2022 without escapes that another one follows at once, as where encoded words were joined: to the Encoding
 *  standard they are an error. */
function withoutIdleEscapes(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x1b && bytes[i + 3] === 0x1b && bytes[i + 1] === 0x28) i += 2
    else out[length++] = bytes[i] as number
  }
  return out.subarray(0, length)
}
