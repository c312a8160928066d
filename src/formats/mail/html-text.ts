/** What a reader sees of a mail's HTML: its text, the links with the words that stand on them, forms, the texts of images;
 *  and apart from it the text that is there and not shown. Linear in the HTML's length; nothing is fetched. */
import { limits } from '../../core/limits.ts'
import { decodeEntities } from './html-entities.ts'
import {
  type Declarations,
  hidingSelectors,
  isHiding,
  isTiny,
  looksSame,
  parseColour,
  parseDeclarations,
} from './html-style.ts'
import { type HtmlToken, HtmlTokens } from './html-tokens.ts'
import type { MailLink } from './message.ts'

/** What was read of the HTML. */
export interface HtmlReading {
  readonly text: string
  /** Text that is in the HTML and that nobody sees. */
  readonly hiddenText: string
  /** What of the text stands in quotations. */
  readonly quotedText: string
  readonly links: readonly MailLink[]
  readonly imageTexts: readonly string[]
  /** Scripts that stand in the HTML. Mail programs run none; what opens the mail as a page would. */
  readonly scripts: readonly string[]
  readonly isCut: boolean
}

const voidElements = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '))
const unseenElements = new Set('head style script template noframes noembed object applet title datalist'.split(' '))
const lineElements = new Set(
  'address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul option br'.split(
    ' ',
  ),
)

/** An element that is open, with what it hands down to what stands in it. */
interface Open {
  readonly name: string
  readonly isHidden: boolean
  readonly isTiny: boolean
  readonly isQuoted: boolean
  /** Of the letters and of what is behind them; undefined where it is not known. */
  readonly colour: number | undefined
  readonly ground: number | undefined
}

interface OpenLink {
  readonly target: string
  text: string
  alt: string
  hasPicture: boolean
}

/** Pieces of text up to a bound. */
class Gathered {
  readonly #pieces: string[] = []
  #length = 0
  readonly #lengthMax: number
  #endsInSpace = true
  isCut = false

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  /** Adds text, white space collapsed. */
  add(text: string): void {
    let flat = text.replace(/[ \t\n\r\f]+/g, ' ')
    if (this.#endsInSpace && flat.startsWith(' ')) flat = flat.slice(1)
    if (flat === '') return
    this.#push(flat)
    this.#endsInSpace = flat.endsWith(' ')
  }

  break(character: '\n' | ' '): void {
    if (this.#pieces.length === 0 || (character === ' ' && this.#endsInSpace)) return
    if (character === '\n' && this.#pieces.at(-1) === '\n' && this.#pieces.at(-2) === '\n') return
    this.#push(character)
    this.#endsInSpace = true
  }

  #push(text: string): void {
    if (this.#length >= this.#lengthMax) {
      this.isCut = true
      return
    }
    this.#pieces.push(text)
    this.#length += text.length
  }

  get text(): string {
    return this.#pieces.join('').trim()
  }
}

const page: Open = { name: '', isHidden: false, isTiny: false, isQuoted: false, colour: 0, ground: 0xffffff }

class HtmlReader {
  readonly #shown = new Gathered(limits.mailTextCharactersMax)
  readonly #hidden = new Gathered(limits.mailTextCharactersMax)
  readonly #quoted = new Gathered(limits.mailTextCharactersMax)
  readonly #links: MailLink[] = []
  readonly #imageTexts: string[] = []
  readonly #scripts: string[] = []
  readonly #hiding = new Set<string>()
  readonly #open: Open[] = [page]
  /** Elements opened beyond the bound, which are not kept: their end tags must not close others. */
  #overDepth = 0
  #link: OpenLink | undefined
  #base = ''

  read(html: string): HtmlReading {
    const isCut = html.length > limits.mailHtmlCharactersMax
    const tokens = new HtmlTokens(isCut ? html.slice(0, limits.mailHtmlCharactersMax) : html)
    for (let token = tokens.next(); token !== undefined; token = tokens.next()) this.#take(token)
    this.#closeLink()
    return {
      text: this.#shown.text,
      hiddenText: this.#hidden.text,
      quotedText: this.#quoted.text,
      links: this.#links,
      imageTexts: this.#imageTexts,
      scripts: this.#scripts,
      isCut: isCut || this.#shown.isCut,
    }
  }

  get #top(): Open {
    return this.#open.at(-1) ?? page
  }

  #take(token: HtmlToken): void {
    if (token.kind === 'text') this.#takeText(token.text)
    else if (token.kind === 'open') this.#takeOpen(token.name, token.attributes)
    else this.#takeClose(token.name)
  }

  #takeText(raw: string): void {
    const top = this.#top
    if (top.name === 'style') {
      for (const selector of hidingSelectors(raw)) this.#hiding.add(selector)
      return
    }
    if (top.name === 'script') {
      if (this.#scripts.length < limits.mailPartsMax) this.#scripts.push(raw)
      return
    }
    if (unseenElements.has(top.name)) return
    const text = decodeEntities(raw)
    if (top.isHidden || top.isTiny || isColourless(top)) {
      this.#hidden.add(text)
      return
    }
    this.#shown.add(text)
    if (top.isQuoted) this.#quoted.add(text)
    if (this.#link !== undefined && this.#link.text.length < limits.mailLinkTextCharactersMax) this.#link.text += text
  }

  #takeOpen(name: string, attributes: ReadonlyMap<string, string>): void {
    if (lineElements.has(name)) this.#break('\n')
    else if (name === 'td' || name === 'th') this.#break(' ')
    const style = parseDeclarations(attributes.get('style') ?? '')
    const isShown = !this.#top.isHidden && !this.#isHidden(name, attributes, style)
    this.#takeLinks(name, attributes, isShown)
    if (voidElements.has(name)) return
    if (this.#open.length >= limits.htmlDepthMax) {
      this.#overDepth++
      return
    }
    // An element of the head that never closes ends where the body begins.
    if (name === 'body' && this.#top.name === 'head') this.#open.pop()
    const above = this.#top
    const isPicture = attributes.has('background') || /url\(/.test(attributes.get('style') ?? '')
    const ground = parseColour(style.get('background-color') ?? style.get('background') ?? attributes.get('bgcolor'))
    this.#open.push({
      name,
      isHidden: above.isHidden || !isShown || unseenElements.has(name),
      isTiny: isTiny(style) ?? above.isTiny,
      isQuoted: above.isQuoted || name === 'blockquote',
      colour: parseColour(style.get('color') ?? attributes.get('color') ?? attributes.get('text')) ?? above.colour,
      ground: isPicture ? undefined : ground === undefined || ground === -1 ? above.ground : ground,
    })
  }

  #isHidden(name: string, attributes: ReadonlyMap<string, string>, style: Declarations): boolean {
    if (attributes.has('hidden') || isHiding(style)) return true
    if (this.#hiding.size === 0) return false
    const names = (attributes.get('class') ?? '')
      .toLowerCase()
      .split(/\s+/, 20)
      .map((each) => `.${each}`)
    const id = attributes.get('id')
    if (id !== undefined) names.push(`#${id.toLowerCase()}`)
    return this.#hiding.has(name) || names.some((each) => this.#hiding.has(each) || this.#hiding.has(name + each))
  }

  #takeLinks(name: string, attributes: ReadonlyMap<string, string>, isShown: boolean): void {
    switch (name) {
      case 'base':
        this.#base ||= attributes.get('href') ?? ''
        return
      case 'a':
      case 'area':
      case 'v:roundrect':
      case 'v:rect': {
        const target = attributes.get('href') ?? attributes.get('xlink:href')
        if (target === undefined) return
        this.#closeLink()
        if (name === 'a') this.#link = { target, text: '', alt: '', hasPicture: false }
        else this.#add(target, attributes.get('alt') ?? '', 'html', name === 'area')
        return
      }
      case 'form':
        this.#add(attributes.get('action') ?? '', '', 'form')
        return
      case 'button':
      case 'input':
        if (attributes.has('formaction'))
          this.#add(attributes.get('formaction') ?? '', attributes.get('value') ?? '', 'form')
        return
      case 'iframe':
      case 'frame':
      case 'embed':
        if (attributes.has('src')) this.#add(attributes.get('src') ?? '', '', 'html')
        return
      case 'object':
        if (attributes.has('data')) this.#add(attributes.get('data') ?? '', '', 'html')
        return
      case 'meta': {
        const refresh = /^refresh$/i.test(attributes.get('http-equiv') ?? '') ? attributes.get('content') : undefined
        const target = /url\s?=\s?['"]?([^'"]{1,8000})/i.exec(refresh ?? '')?.[1]
        if (target !== undefined) this.#add(target, '', 'html')
        return
      }
      case 'img':
        this.#takeImage(attributes, isShown)
    }
  }

  #takeImage(attributes: ReadonlyMap<string, string>, isShown: boolean): void {
    const alt = (attributes.get('alt') ?? attributes.get('title') ?? '')
      .trim()
      .slice(0, limits.mailLinkTextCharactersMax)
    if (alt !== '' && isShown && this.#imageTexts.length < limits.mailImageTextsMax) this.#imageTexts.push(alt)
    if (this.#link !== undefined && isShown) {
      this.#link.alt ||= alt
      this.#link.hasPicture = true
    }
    const source = attributes.get('src')
    if (source !== undefined && !/^(?:cid|data):/i.test(source.trim())) this.#add(source, alt, 'image')
  }

  #takeClose(name: string): void {
    if (name === 'a') this.#closeLink()
    if (lineElements.has(name)) this.#break('\n')
    if (this.#overDepth > 0 && this.#open.length >= limits.htmlDepthMax && this.#top.name !== name) {
      this.#overDepth--
      return
    }
    for (let i = this.#open.length - 1; i > 0; i--) {
      if (this.#open[i]?.name === name) {
        this.#open.length = i
        return
      }
    }
  }

  #break(character: '\n' | ' '): void {
    const isHidden = this.#top.isHidden
    if (isHidden) this.#hidden.break(character)
    else this.#shown.break(character)
    if (!isHidden && this.#top.isQuoted) this.#quoted.break(character)
    if (this.#link !== undefined && !isHidden) this.#link.text += ' '
  }

  #closeLink(): void {
    const link = this.#link
    this.#link = undefined
    if (link === undefined) return
    const text = link.text.replace(/[ \t\r\n\f]+/g, ' ').replace(/^ | $/g, '')
    this.#add(link.target, text === '' ? link.alt : text, 'html', link.hasPicture)
  }

  #add(target: string, text: string, from: MailLink['from'], isPicture = false): void {
    if (this.#links.length >= limits.mailLinksMax) return
    const cut = cleanTarget(target.slice(0, limits.mailLinkCharactersMax))
    this.#links.push({
      target: this.#base === '' || from === 'form' ? cut : resolveTarget(cut, this.#base),
      text: text.slice(0, limits.mailLinkTextCharactersMax),
      from,
      ...(isPicture ? { isPicture } : {}),
    })
  }
}

const isColourless = ({ colour, ground }: Open): boolean =>
  colour === -1 || (colour !== undefined && ground !== undefined && looksSame(colour, ground))

/** Browsers drop line ends and tabs inside an address, and space around it (URL standard, "basic URL parser"). */
const cleanTarget = (target: string): string => target.replace(/[\t\n\r]+/g, '').trim()

/** A relative target as the base makes it; as it stands where it is absolute or cannot be resolved. */
function resolveTarget(target: string, base: string): string {
  if (target === '' || /^[a-z][a-z0-9+.-]{0,30}:/i.test(target) || target.startsWith('#')) return target
  try {
    return new URL(target, base).href
  } catch {
    return target
  }
}

/** Reads HTML. */
export const readHtml = (html: string): HtmlReading => new HtmlReader().read(html)
