/** Properties of an Outlook item by their numbers (MS-OXPROPS), however they are kept, and the code pages that name the
 *  character sets of their texts. It knows no property's meaning. */

/** Types of properties (MS-OXCDATA 2.11.1). */
export const propertyTypes = {
  int16: 0x0002,
  int32: 0x0003,
  bool: 0x000b,
  object: 0x000d,
  int64: 0x0014,
  text8: 0x001e,
  text16: 0x001f,
  time: 0x0040,
  classId: 0x0048,
  binary: 0x0102,
} as const

/** The properties of a message, a recipient or an attachment. What there is none of reads as empty. */
export interface MapiValues {
  /** The character set of texts of one byte a character; empty where none is named. */
  readonly charset: string
  /** A number; 0 where there is none. */
  number(id: number): number
  flag(id: number): boolean
  /** Milliseconds since the epoch; NaN where there is none. */
  timeMs(id: number): number
  text(id: number, charactersMax?: number): string
  bytes(id: number, bytesMax?: number): Uint8Array
}

/** Names of code pages as the Encoding standard has them; those that are named `windows-N` there are left out. */
const charsets: Readonly<Record<number, string>> = {
  866: 'ibm866',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  1361: 'euc-kr',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20127: 'us-ascii',
  20866: 'koi8-r',
  20932: 'euc-jp',
  21866: 'koi8-u',
  38598: 'iso-8859-8-i',
  50220: 'iso-2022-jp',
  50221: 'iso-2022-jp',
  50222: 'iso-2022-jp',
  51932: 'euc-jp',
  51936: 'gbk',
  51949: 'euc-kr',
  52936: 'gb18030',
  54936: 'gb18030',
  65000: 'utf-7',
  65001: 'utf-8',
}

/** The name of a code page; empty where it is none. */
export function charsetOfCodePage(codePage: number): string {
  if (codePage === 874 || (codePage >= 1_250 && codePage <= 1_258)) return `windows-${codePage}`
  if (codePage >= 28_591 && codePage <= 28_606) return `iso-8859-${codePage - 28_590}`
  return charsets[codePage] ?? ''
}

/** Milliseconds of a time in 100 ns since 1601 (MS-DTYP 2.3.3), given as two halves; NaN of none. */
export function msOfFileTime(low: number, high: number): number {
  const ticks = high * 4_294_967_296 + low
  return ticks === 0 ? Number.NaN : Math.floor(ticks / 10_000) - 11_644_473_600_000
}
