/** Recognises how a source is compressed and encoded, by its first bytes and never by its name, and gives its text as
 *  UTF-8. Offsets in a source are offsets in this text. A UTF-8 byte order mark is left to the formats. */
import { type ByteInput, FileInput, peekBytes } from './byte-input.ts'
import { GzipInput } from './gzip-input.ts'
import { Utf16Input } from './utf16-input.ts'
import { ZstdInput } from './zstd-input.ts'

export type Compression = 'none' | 'gzip' | 'zstd'
/** How the text is encoded before it becomes UTF-8. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** A source's text, and how it was wrapped. */
export interface TextInput {
  readonly input: ByteInput
  readonly compression: Compression
  readonly encoding: TextEncoding
}

/** gzip: RFC 1952 section 2.3.1. zstd: RFC 8878 sections 3.1.1 and 3.1.2 (a skippable frame may come first). */
export function recogniseCompression(head: Uint8Array): Compression {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  if (a !== undefined && a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd'
  return 'none'
}

/** UTF-16 is taken only with its byte order mark, which SQL Server and PowerShell write. */
export function recogniseEncoding(head: Uint8Array): TextEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

const magicBytes = 4

/** The bytes of a raw input, unpacked where they are packed. */
export async function openUnpacked(path: string, raw: ByteInput): Promise<Omit<TextInput, 'encoding'>> {
  const { head, input } = await peekBytes(raw, magicBytes)
  const compression = recogniseCompression(head)
  return { input: decompress(path, compression, input), compression }
}

/** The text of a raw input. For a plain file the result reads synchronously; other inputs answer with promises. */
export async function openText(path: string, raw: ByteInput): Promise<TextInput> {
  const { input: unpacked, compression } = await openUnpacked(path, raw)
  const textPeek = await peekBytes(unpacked, magicBytes)
  const encoding = recogniseEncoding(textPeek.head)
  if (raw instanceof FileInput) raw.endsAtLine = compression === 'none' && encoding === 'utf-8'
  const input = encoding === 'utf-8' ? textPeek.input : new Utf16Input(textPeek.input, encoding)
  return { input, compression, encoding }
}

function decompress(path: string, compression: Compression, raw: ByteInput): ByteInput {
  switch (compression) {
    case 'none':
      return raw
    case 'gzip':
      return new GzipInput(path, raw)
    case 'zstd':
      return new ZstdInput(path, raw)
  }
}
