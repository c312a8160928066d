/** Judges the script of a page by its words: whether it puts a file or a page together from text in it and hands it over,
 *  where it leads, and whether it writes a field for a password. */
import { limits } from '../../core/limits.ts'
import { bufferOf } from './bytes.ts'
import { kindOfBytes } from './file-kind.ts'

/** What a script shows. */
export interface ScriptSigns {
  readonly smuggling: readonly string[]
  readonly redirects: readonly string[]
  readonly asksPassword: boolean
  /** Content of long texts in it that turned out to be files or pages. */
  readonly hidden: readonly Uint8Array[]
}

/** A text of so many letters of base64 is content, not a key or an address. */
const longTextCharacters = 512
const hiddenCount = 8
const libraryCharacters = 65_536

const makesAddress = /createObjectURL|msSave(?:OrOpen)?Blob|webkitURL|showSaveFilePicker/i
const makesFile = /new\s{1,20}(?:Blob|File)\b|Uint8Array|ArrayBuffer/
const decodes =
  /\batob\b|fromCharCode|fromCodePoint|\bunescape\b|decodeURIComponent|charCodeAt|parseInt\s{0,20}\(|TextDecoder|\.reverse\s{0,20}\(|CryptoJS|subtle\s{0,20}\.\s{0,20}decrypt/
const writesPage =
  /document\s{0,20}\.\s{0,20}(?:write|writeln|open)\b|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|\beval\s{0,20}\(|new\s{1,20}Function\b|\bsetTimeout\s{0,20}\(\s{0,20}["'`]|createContextualFragment|srcdoc/
const goesAway =
  /(?:window|document|top|self|parent|globalThis)?\s{0,20}\.?\s{0,20}\blocation\b\s{0,20}(?:\.\s{0,20}(?:href|replace|assign)\b|=|\[)/
const hasDownloadCall = /\.\s{0,20}download\b|["'`]download["'`]/

/** Judges all script of one page. */
export function judgeScript(code: string, hasDownloadLink: boolean): ScriptSigns {
  const text = code.slice(0, limits.documentPartBytesMax)
  const long = longTexts(text)
  const smuggling: string[] = []
  const hasAddress = makesAddress.test(text)
  const hasDecode = decodes.test(text)
  // Libraries of web pages have all these words; scripts that smuggle are short, but for the content in them.
  const isShort = text.length - long.reduce((sum, each) => sum + each.length, 0) < libraryCharacters
  if (hasAddress && (makesFile.test(text) || hasDecode) && (isShort || long.length > 0)) {
    smuggling.push('script makes a file out of its own text and hands it over')
  } else if (
    (hasDownloadCall.test(text) || hasDownloadLink) &&
    (hasDecode || /data:[a-z]/i.test(text)) &&
    long.length > 0
  ) {
    smuggling.push('script saves a file that lies in its own text')
  }
  if (writesPage.test(text) && hasDecode && (long.length > 0 || hasEscapes(text))) {
    smuggling.push('script unpacks the page or more script from its own text')
  }
  if (isShort && goesAway.test(text) && (/\batob\b|fromCharCode|\.reverse\s{0,20}\(/.test(text) || hasEscapes(text))) {
    smuggling.push('script hides where it leads')
  }
  const hidden = hiddenContents(text, long)
  return {
    smuggling,
    redirects: redirectsOf(text),
    asksPassword:
      /type\s{0,20}=\s{0,20}\\?["']?password/i.test(text) || /\.type\s{0,20}=\s{0,20}["']password/i.test(text),
    hidden,
  }
}

/** Long runs of base64 or hexadecimal digits within quotes. */
function longTexts(text: string): string[] {
  const found: string[] = []
  const pattern = /[A-Za-z0-9+/=_-]{512,}/g
  for (let match = pattern.exec(text); match !== null && found.length < hiddenCount; match = pattern.exec(text)) {
    if (match[0].length >= longTextCharacters) found.push(match[0])
  }
  return found
}

/** Percent or backslash escapes in number, or a list of character codes. */
const hasEscapes = (text: string): boolean =>
  /(?:%[0-9a-f]{2}){100}/i.test(text) ||
  /(?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}){100}/i.test(text) ||
  /(?:\d{1,3}\s?,\s?){100}/.test(text) ||
  /(?:%[0-9a-f]{2}[^%]{0,3}){200}/i.test(text)

function hiddenContents(text: string, long: readonly string[]): Uint8Array[] {
  const found: Uint8Array[] = []
  const take = (bytes: Uint8Array): void => {
    const kind = kindOfBytes(bytes)
    if (!['unknown', 'empty', 'text', 'csv'].includes(kind) && found.length < hiddenCount) found.push(bytes)
  }
  for (const each of long) {
    take(/^[0-9a-f]+$/i.test(each) ? bufferOf(Buffer.from(each, 'hex')) : bufferOf(Buffer.from(each, 'base64')))
  }
  // Pages that are escaped whole: what unescape() would give.
  const escaped = /(?:unescape|decodeURIComponent)\s{0,20}\(\s{0,20}["']([^"']{200,})["']/.exec(text)?.[1]
  if (escaped !== undefined) {
    const plain = escaped.replace(/%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi, (_, wide?: string, narrow?: string) =>
      String.fromCharCode(Number.parseInt(wide ?? narrow ?? '20', 16)),
    )
    take(Buffer.from(plain))
  }
  return found
}

function redirectsOf(text: string): string[] {
  const found: string[] = []
  const pattern =
    /\blocation\b\s{0,20}(?:\.\s{0,20}(?:href|replace|assign)\s{0,20})?(?:=|\()\s{0,20}["'`](https?:[^"'`\s]{3,2000})/gi
  for (let match = pattern.exec(text); match !== null && found.length < 8; match = pattern.exec(text))
    found.push(match[1] as string)
  return found
}
