/** A mail's HTML made anew for a person to look at: only elements of a short list, none of their attributes but spans of
 *  cells, all text escaped. It loads nothing, leads nowhere, asks for nothing and runs nothing, whatever it was made of; where
 *  links lead is written out beside them. */
import { limits } from '../../core/limits.ts'
import { decodeEntities } from './html-entities.ts'
import { HtmlTokens } from './html-tokens.ts'

/** What is kept, by name alone. */
const keptElements = new Set(
  'p div span br hr b strong i em u s small sub sup blockquote pre code ul ol li dl dt dd h1 h2 h3 h4 h5 h6 center table caption thead tbody tfoot tr td th'.split(
    ' ',
  ),
)
const emptyElements = new Set(['br', 'hr'])
/** Their content is no text for readers. */
const droppedContent = new Set(
  'head style script template title noembed noframes noscript object applet svg math select datalist textarea iframe'.split(
    ' ',
  ),
)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Text as it stands between tags. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (each) => entities[each] ?? each)

/** `colspan` and `rowspan` of a cell, as numbers. */
function spansOf(name: string, attributes: ReadonlyMap<string, string>): string {
  if (name !== 'td' && name !== 'th') return ''
  return ['colspan', 'rowspan']
    .map((span) => {
      const count = Number(attributes.get(span))
      return Number.isInteger(count) && count > 1 && count <= limits.htmlSpansMax ? ` ${span}="${count}"` : ''
    })
    .join('')
}

/** Gathers the new HTML. */
class View {
  readonly #pieces: string[] = []
  #length = 0
  /** Names of elements that are open in the new HTML. */
  readonly #open: string[] = []
  /** Where the link that is open leads. */
  #target: string | undefined
  #dropped: string | undefined

  get isFull(): boolean {
    return this.#length >= limits.mailViewCharactersMax
  }

  text(raw: string): void {
    if (this.#dropped === undefined) this.#add(escapeHtml(decodeEntities(raw)))
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#dropped !== undefined) return
    if (droppedContent.has(name)) {
      this.#dropped = name
      return
    }
    if (name === 'a') {
      this.#closeLink()
      this.#target = attributes.get('href')
      return
    }
    if (name === 'img') this.#note(attributes.get('alt') ?? '', 'Picture, not shown')
    else if (name === 'input' || name === 'button')
      this.#note(attributes.get('value') ?? '', 'Field of a form, not shown')
    else if (keptElements.has(name)) {
      this.#add(`<${name}${spansOf(name, attributes)}>`)
      if (!emptyElements.has(name) && this.#open.length < limits.htmlDepthMax) this.#open.push(name)
    }
  }

  close(name: string): void {
    if (this.#dropped !== undefined) {
      if (this.#dropped === name || name === 'body') this.#dropped = undefined
      return
    }
    if (name === 'a') this.#closeLink()
    const at = this.#open.lastIndexOf(name)
    if (at < 0) return
    for (const each of this.#open.splice(at).reverse()) this.#add(`</${each}>`)
  }

  finish(isCut: boolean): string {
    this.#closeLink()
    for (const each of this.#open.splice(0).reverse()) this.#pieces.push(`</${each}>`)
    if (isCut || this.isFull) this.#pieces.push('<p><i>The rest of this mail is not shown.</i></p>')
    return this.#pieces.join('')
  }

  #note(own: string, otherwise: string): void {
    this.#add(` <small>[${escapeHtml(own === '' ? otherwise : `${otherwise}: ${own}`)}]</small> `)
  }

  #closeLink(): void {
    if (this.#target === undefined) return
    this.#add(` <small>[leads to ${escapeHtml(this.#target.slice(0, limits.mailExcerptCharactersMax))}]</small>`)
    this.#target = undefined
  }

  #add(piece: string): void {
    if (this.isFull) return
    this.#pieces.push(piece)
    this.#length += piece.length
  }
}

/** The view of a mail's HTML; empty where there is none. */
export function htmlView(html: string): string {
  if (html.trim() === '') return ''
  const isCut = html.length > limits.mailHtmlCharactersMax
  const tokens = new HtmlTokens(isCut ? html.slice(0, limits.mailHtmlCharactersMax) : html)
  const view = new View()
  for (let token = tokens.next(); token !== undefined && !view.isFull; token = tokens.next()) {
    if (token.kind === 'text') view.text(token.text)
    else if (token.kind === 'open') view.open(token.name, token.attributes)
    else view.close(token.name)
  }
  return view.finish(isCut)
}
