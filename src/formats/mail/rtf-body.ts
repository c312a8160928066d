/** The body of an Outlook message that is kept as RTF: the HTML or plain text that was put into it (MS-OXRTFEX), or else its
 *  own text as simple HTML with its links. Objects and other fields in it are for the examination of documents. */
import { limits } from '../../core/limits.ts'
import { type RtfEvents, scanRtf } from '../documents/rtf-scan.ts'
import { latin1Bytes, latin1Text } from '../latin1.ts'
import { decodeText } from './charset.ts'
import { charsetOfCodePage } from './mapi-values.ts'
import { charsetOfFont } from './rtf-fonts.ts'

/** A body as RTF gives it. */
export interface RtfBody {
  /** What the RTF was made of: `html` and `text` are wrapped in it, `rich` was written in it. */
  readonly kind: 'html' | 'text' | 'rich'
  /** Plain text where it was made of that, else the source of HTML. */
  readonly source: string
  /** Whether data of an object stands in it. */
  readonly hasObject: boolean
}

/** Characters that have a word of their own. */
const characters: Readonly<Record<string, string>> = {
  par: '\r\n',
  line: '\r\n',
  sect: '\r\n',
  page: '\r\n',
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
  qmspace: ' ',
}
const skippedDestinations = new Set(
  'colortbl stylesheet info generator listtable pict objdata objclass objname template themedata datastore header footer headerl headerr footerl footerr headerf footerf'.split(
    ' ',
  ),
)

/** Reads the body. */
export function readRtfBody(rtf: Uint8Array): RtfBody {
  const reader = new BodyReader()
  scanRtf(latin1Text(rtf), reader)
  return reader.finish()
}

/** What a group inherits from the one around it, and what ends with it. */
interface Group {
  readonly place: 'text' | 'tag' | 'fonts' | 'instruction' | 'skipped'
  /** Looks and things of RTF alone, which the wrapped text must not have: between `\htmlrtf` and `\htmlrtf0`. */
  readonly isLooks: boolean
  readonly isHidden: boolean
  readonly font: number
  readonly isLink: boolean
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll('\r\n', '<br>\r\n')

class BodyReader implements RtfEvents {
  readonly #groups: Group[] = []
  readonly #texts: string[] = []
  readonly #fonts = new Map<number, string>()
  #now: Group = { place: 'text', isLooks: false, isHidden: false, font: -1, isLink: false }
  #kind: RtfBody['kind'] = 'rich'
  #length = 0
  #narrow = ''
  #narrowCharset = ''
  #narrowHidden = false
  #charset = 'windows-1252'
  #defaultFont = -1
  #tableFont = -1
  #instruction = ''
  #hasObject = false

  groupStart(): void {
    this.#groups.push(this.#now)
    this.#set({ isLink: false })
  }

  groupEnd(): void {
    if (this.#now.isLink) this.#put('</a>')
    const outer = this.#groups.pop()
    if (outer !== undefined) this.#now = outer
  }

  #set(change: Partial<Group>): void {
    this.#now = { ...this.#now, ...change }
  }

  control(word: string, isIgnorable: boolean, number: number): void {
    if (this.#now.place === 'fonts') return this.#fontWord(word, number)
    switch (word) {
      case 'fromhtml':
      case 'fromtext':
        // They mean something in the head alone, which begins with the version.
        if (this.#length === 0 && this.#groups.length <= 1) this.#kind = word === 'fromhtml' ? 'html' : 'text'
        return
      case 'ansicpg':
        this.#charset = charsetOfCodePage(number) || this.#charset
        return
      case 'mac':
        this.#charset = 'macintosh'
        return
      case 'deff':
        this.#defaultFont = number
        return
      case 'f':
        return this.#set({ font: number })
      case 'plain':
        return this.#set({ font: this.#defaultFont, isHidden: false })
      case 'v':
        return this.#set({ isHidden: number !== 0 })
      case 'htmlrtf':
        return this.#set({ isLooks: number !== 0 })
      case 'fonttbl':
        return this.#set({ place: 'fonts' })
      case 'fldinst':
        this.#instruction = ''
        return this.#set({ place: 'instruction' })
      case 'fldrslt':
        return this.#openLink()
      case 'objdata':
        this.#hasObject = true
        break
      case 'htmltag':
        if (isIgnorable && this.#kind === 'html') return this.#set({ place: 'tag' })
        break
      default:
    }
    const character = characters[word]
    if (character !== undefined) this.text(character, true)
    else if (skippedDestinations.has(word) || isIgnorable) this.#set({ place: 'skipped' })
  }

  /** The table of fonts says in which character set text of each font is. */
  #fontWord(word: string, number: number): void {
    if (word === 'f') this.#tableFont = number
    const charset = word === 'fcharset' ? charsetOfFont(number) : word === 'cpg' ? charsetOfCodePage(number) : ''
    if (charset !== '' && this.#fonts.size < limits.rtfFontsMax) this.#fonts.set(this.#tableFont, charset)
  }

  /** What a field that leads somewhere shows is a link, in RTF that is the body itself. */
  #openLink(): void {
    if (this.#kind !== 'rich' || this.#now.place !== 'text') return
    const found = /^\s{0,20}HYPERLINK\s{1,20}(?:"([^"]*)"?|([^\s"\\]\S*))/i.exec(this.#instruction)
    const target = found?.[1] ?? found?.[2] ?? ''
    if (target.trim() === '') return
    this.#put(`<a href="${escaped(target)}">`)
    this.#set({ isLink: true })
  }

  text(text: string, isUnicode: boolean): void {
    const { place, isLooks } = this.#now
    if (place === 'instruction') {
      if (this.#instruction.length < limits.mailLinkCharactersMax) this.#instruction += text
      return
    }
    if (place === 'skipped' || place === 'fonts') return
    if (isLooks && this.#kind !== 'rich' && place !== 'tag') return
    if (this.#length >= limits.mailHtmlCharactersMax) return
    this.#length += text.length
    if (isUnicode) {
      this.#flush()
      this.#push(text, this.#now.isHidden)
      return
    }
    const charset = this.#fonts.get(this.#now.font) ?? this.#charset
    if (charset !== this.#narrowCharset || this.#now.isHidden !== this.#narrowHidden) this.#flush()
    this.#narrowCharset = charset
    this.#narrowHidden = this.#now.isHidden
    // A zero ends the packed text of some programs.
    this.#narrow += text.replaceAll('\0', '')
  }

  binary(): void {}

  #flush(): void {
    if (this.#narrow === '') return
    this.#push(decodeText(latin1Bytes(this.#narrow), this.#narrowCharset).text, this.#narrowHidden)
    this.#narrow = ''
  }

  /** Source as it is, behind what was read so far. */
  #put(source: string): void {
    this.#flush()
    this.#texts.push(source)
  }

  #push(text: string, isHidden: boolean): void {
    if (this.#kind !== 'rich') this.#texts.push(text)
    else this.#texts.push(isHidden ? `<span style="display:none">${escaped(text)}</span>` : escaped(text))
  }

  finish(): RtfBody {
    this.#flush()
    return { kind: this.#kind, source: this.#texts.join(''), hasObject: this.#hasObject }
  }
}
