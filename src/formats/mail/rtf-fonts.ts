/** Character sets of fonts in RTF (RTF 1.9.1, `\fcharset`), as the Encoding standard names them. */

const charsets: Readonly<Record<number, string>> = {
  0: 'windows-1252',
  // Symbols, whose bullet is the middle dot of this set.
  2: 'windows-1252',
  77: 'macintosh',
  128: 'shift_jis',
  129: 'euc-kr',
  130: 'euc-kr',
  134: 'gbk',
  136: 'big5',
  161: 'windows-1253',
  162: 'windows-1254',
  163: 'windows-1258',
  177: 'windows-1255',
  178: 'windows-1256',
  186: 'windows-1257',
  204: 'windows-1251',
  222: 'windows-874',
  238: 'windows-1250',
}

/** The character set; empty where the font has none of its own, as the default has not. */
export const charsetOfFont = (number: number): string => charsets[number] ?? ''
