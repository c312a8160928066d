/** Bytes of a named character set as text. Names are taken as browsers take them (Encoding standard); a name nobody knows,
 *  or none, is read as UTF-8 where the bytes are that, else as windows-1252. */
import { latin1Text } from '../latin1.ts'

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

/** The text without a name: UTF-8 if it is that, else windows-1252. */
export function guessText(bytes: Uint8Array): string {
  if (isPlain(bytes)) return latin1Text(bytes)
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return decoderOf('windows-1252')?.decode(bytes) ?? latin1Text(bytes)
  }
}

/** The text of bytes in a character set; `known` says whether the name meant one. Bytes that are wrong in it become
 *  U+FFFD. An ASCII label on other bytes is not believed. */
export function decodeText(bytes: Uint8Array, charset: string): { text: string; known: boolean } {
  const name = charset.trim().toLowerCase()
  const isAscii = name === '' || name === 'us-ascii' || name === 'ascii'
  if (isAscii) return { text: guessText(bytes), known: true }
  const decoder = decoderOf(name)
  if (decoder === undefined) return { text: guessText(bytes), known: false }
  if (!name.startsWith('utf-16') && name !== 'unicode' && isPlain(bytes)) {
    return { text: latin1Text(bytes), known: true }
  }
  return { text: decoder.decode(bytes), known: true }
}
