/** Cuts HTML into tags and text, as browsers do where it is malformed, each character once. It builds no tree. */
import { limits } from '../../core/limits.ts'
import { decodeEntities } from './html-entities.ts'

/** What stands next in the HTML. Text is as it stands, its character references not undone. */
export type HtmlToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly name: string }

/** Elements whose content is no markup: it runs to their own end tag. */
const rawElements = new Set(['script', 'style', 'title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes'])

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c

const noAttributes: ReadonlyMap<string, string> = new Map()

/** Reads one HTML text, token by token. */
export class HtmlTokens {
  readonly #html: string
  #at = 0
  /** The element whose raw content comes next. */
  #raw = ''

  constructor(html: string) {
    this.#html = html
  }

  /** The next token; undefined at the end. */
  next(): HtmlToken | undefined {
    if (this.#raw !== '') return this.#rawContent()
    const html = this.#html
    while (this.#at < html.length) {
      const start = this.#at
      const open = html.indexOf('<', start)
      if (open < 0) {
        this.#at = html.length
        return { kind: 'text', text: html.slice(start) }
      }
      if (!this.#isMarkup(open)) {
        // A `<` of the text; up to the next one it is text all the same.
        const next = html.indexOf('<', open + 1)
        this.#at = next < 0 ? html.length : next
        return { kind: 'text', text: html.slice(start, this.#at) }
      }
      if (open > start) {
        this.#at = open
        return { kind: 'text', text: html.slice(start, open) }
      }
      const token = this.#markup(open)
      if (token !== undefined) return token
    }
    return undefined
  }

  #isMarkup(open: number): boolean {
    const code = this.#html.charCodeAt(open + 1)
    return isLetter(code) || code === 0x2f || code === 0x21 || code === 0x3f
  }

  /** What begins at `<`; undefined for what is shown nowhere. */
  #markup(open: number): HtmlToken | undefined {
    const html = this.#html
    const code = html.charCodeAt(open + 1)
    if (code === 0x21 && html.startsWith('--', open + 2)) {
      // `<!-->` is a whole comment (HTML standard, "comment start state").
      const end = html.startsWith('>', open + 4) ? open + 2 : html.indexOf('-->', open + 4)
      this.#at = end < 0 ? html.length : end + 3
      return undefined
    }
    if (code === 0x21 || code === 0x3f || (code === 0x2f && !isLetter(html.charCodeAt(open + 2)))) {
      const end = html.indexOf('>', open)
      this.#at = end < 0 ? html.length : end + 1
      return undefined
    }
    const isClose = code === 0x2f
    let at = open + (isClose ? 2 : 1)
    const nameStart = at
    while (at < html.length && !isSpace(html.charCodeAt(at)) && html[at] !== '>' && html[at] !== '/') at++
    const name = html.slice(nameStart, Math.min(at, nameStart + 40)).toLowerCase()
    const attributes = this.#attributes(at)
    if (isClose) return { kind: 'close', name }
    if (rawElements.has(name)) this.#raw = name
    return { kind: 'open', name, attributes }
  }

  /** Reads attributes up to the `>` that ends the tag, and leaves the place after it. */
  #attributes(from: number): ReadonlyMap<string, string> {
    const html = this.#html
    let at = from
    let attributes: Map<string, string> | undefined
    for (;;) {
      while (at < html.length && (isSpace(html.charCodeAt(at)) || html[at] === '/')) at++
      if (at >= html.length || html[at] === '>') break
      const nameStart = at
      at++
      while (at < html.length && !isSpace(html.charCodeAt(at)) && !'=>/'.includes(html[at] as string)) at++
      const nameEnd = at
      while (at < html.length && isSpace(html.charCodeAt(at))) at++
      let value = ''
      if (html[at] === '=') {
        at++
        while (at < html.length && isSpace(html.charCodeAt(at))) at++
        const quote = html[at]
        if (quote === '"' || quote === "'") {
          const end = html.indexOf(quote, at + 1)
          value = html.slice(at + 1, end < 0 ? html.length : end)
          at = end < 0 ? html.length : end + 1
        } else {
          const start = at
          while (at < html.length && !isSpace(html.charCodeAt(at)) && html[at] !== '>') at++
          value = html.slice(start, at)
        }
      }
      attributes ??= new Map()
      const name = html.slice(nameStart, Math.min(nameEnd, nameStart + 60)).toLowerCase()
      if (attributes.size < limits.htmlAttributesMax && !attributes.has(name)) {
        attributes.set(name, decodeEntities(value.slice(0, limits.htmlAttributeCharactersMax)))
      }
    }
    this.#at = Math.min(html.length, at + 1)
    return attributes ?? noAttributes
  }

  #rawContent(): HtmlToken {
    const html = this.#html
    const name = this.#raw
    this.#raw = ''
    const start = this.#at
    let end = html.indexOf('</', start)
    while (end >= 0 && html.slice(end + 2, end + 2 + name.length).toLowerCase() !== name)
      end = html.indexOf('</', end + 2)
    this.#at = end < 0 ? html.length : end
    return { kind: 'text', text: html.slice(start, this.#at) }
  }
}
