/** The body of an Outlook message that is kept as RTF: the HTML that was put into it (MS-OXRTFEX), or else its plain text.
 *  Objects and fields in it are for the examination of documents. */
import { limits } from '../../core/limits.ts'
import { type RtfEvents, scanRtf } from '../documents/rtf-scan.ts'
import { latin1Bytes, latin1Text } from '../latin1.ts'
import { decodeText } from './charset.ts'
import { charsetOfCodePage } from './outlook-properties.ts'

/** A body as RTF gives it. */
export interface RtfBody {
  /** The text, or the HTML's source. */
  readonly text: string
  readonly isHtml: boolean
}

/** Characters that have a word of their own. */
const characters: Readonly<Record<string, string>> = {
  par: '\r\n',
  line: '\r\n',
  row: '\r\n',
  cell: '\t',
  tab: '\t',
  lquote: '\u2018',
  rquote: '\u2019',
  ldblquote: '\u201c',
  rdblquote: '\u201d',
  bullet: '\u2022',
  endash: '\u2013',
  emdash: '\u2014',
  emspace: ' ',
  enspace: ' ',
}
const skippedDestinations = new Set(
  'fonttbl colortbl stylesheet info generator listtable pict fldinst objdata objclass objname template themedata datastore header footer headerl headerr footerl footerr'.split(
    ' ',
  ),
)

/** Reads the body. */
export function readRtfBody(rtf: Uint8Array): RtfBody {
  const reader = new BodyReader()
  scanRtf(latin1Text(rtf), reader)
  return reader.finish()
}

interface Group {
  readonly isSkipped: boolean
  readonly isTag: boolean
  readonly isLooks: boolean
}

class BodyReader implements RtfEvents {
  readonly #groups: Group[] = []
  readonly #texts: string[] = []
  #length = 0
  #narrow = ''
  #charset = 'windows-1252'
  #isHtml = false
  /** Looks and things of RTF alone, which the HTML must not have: between `\htmlrtf` and `\htmlrtf0`. */
  #isLooks = false
  #isTag = false
  #isSkipped = false

  groupStart(): void {
    this.#groups.push({ isSkipped: this.#isSkipped, isTag: this.#isTag, isLooks: this.#isLooks })
  }

  groupEnd(): void {
    const outer = this.#groups.pop()
    this.#isSkipped = outer?.isSkipped ?? false
    this.#isTag = outer?.isTag ?? false
    this.#isLooks = outer?.isLooks ?? false
  }

  control(word: string, isIgnorable: boolean, number: number): void {
    switch (word) {
      case 'fromhtml':
        // It means something in the head alone, which begins with the version.
        if (this.#length === 0 && this.#groups.length <= 1) this.#isHtml = true
        return
      case 'ansicpg':
        this.#setCharset(number)
        return
      case 'htmlrtf':
        this.#isLooks = number !== 0
        return
      case 'htmltag':
        if (isIgnorable && this.#isHtml) this.#isTag = true
        else if (isIgnorable) this.#isSkipped = true
        return
      default:
    }
    const character = characters[word]
    if (character !== undefined) this.text(character, true)
    else if (skippedDestinations.has(word) || isIgnorable) this.#isSkipped = true
  }

  #setCharset(codePage: number): void {
    this.#flush()
    this.#charset = charsetOfCodePage(codePage) || this.#charset
  }

  text(text: string, isUnicode: boolean): void {
    if (this.#isSkipped || (this.#isHtml && this.#isLooks && !this.#isTag)) return
    if (this.#length >= limits.mailHtmlCharactersMax) return
    this.#length += text.length
    if (!isUnicode) {
      this.#narrow += text
      return
    }
    this.#flush()
    this.#texts.push(text)
  }

  binary(): void {}

  #flush(): void {
    if (this.#narrow === '') return
    this.#texts.push(decodeText(latin1Bytes(this.#narrow), this.#charset).text)
    this.#narrow = ''
  }

  finish(): RtfBody {
    this.#flush()
    return { text: this.#texts.join(''), isHtml: this.#isHtml }
  }
}
