/** Walks through XML without building a tree: tags with their attributes, and text. It does not check that the text is
 *  well-formed, and takes no declarations of entities, so that nothing grows. */
import { limits } from '../../core/limits.ts'

/** A tag that opens, by its name without prefix. */
export interface XmlTag {
  readonly name: string
  /** `w` of `w:t`; empty where there is none. */
  readonly prefix: string
  /** It closes itself: `<a/>`. */
  readonly isEmpty: boolean
  /** An attribute's value by its name without prefix, in any case; undefined where it has none. */
  attribute(name: string): string | undefined
}

/** What is called on the way. */
export interface XmlEvents {
  readonly open: (tag: XmlTag) => void
  readonly close?: (name: string) => void
  readonly text?: (text: string) => void
  /** Beginnings of tags that are looked for beyond the bound of all, with the flag `g`: `/<(?:w:)?instrText/g`. */
  readonly telling?: RegExp
}

/** Walks through a text; false where there were more tags than are read. */
export function scanXml(text: string, events: XmlEvents): boolean {
  let at = 0
  for (let count = 0; at < text.length; count++) {
    if (count >= limits.markupTokensMax) return scanTelling(text, at, events)
    const open = text.indexOf('<', at)
    const end = open < 0 ? text.length : open
    if (end > at && events.text) events.text(decodeEntities(text.slice(at, end)))
    if (open < 0) return true
    at = readTag(text, open, events)
  }
  return true
}

/** Beyond the bound: tags that tell something, and the text behind each. */
function scanTelling(text: string, from: number, events: XmlEvents): false {
  const { telling } = events
  let at = from
  for (let count = 0; telling !== undefined && count < limits.tellingTagsMax; count++) {
    telling.lastIndex = at
    const found = telling.exec(text)
    if (found === null) break
    at = readTag(text, found.index, events)
    const next = text.indexOf('<', at)
    const end = next < 0 ? text.length : next
    if (end > at) events.text?.(decodeEntities(text.slice(at, end)))
    // Closes what was opened, which is not looked for.
    events.close?.('')
    at = end
  }
  return false
}

/** Reads what begins with `<`; gives the place behind it. */
function readTag(text: string, open: number, events: XmlEvents): number {
  const next = text.charCodeAt(open + 1)
  if (next === 0x21) return readDeclaration(text, open, events)
  if (next === 0x3f) return behind(text, '?>', open + 2)
  const end = tagEnd(text, open + 1)
  if (next === 0x2f) {
    events.close?.(localName(text.slice(open + 2, end).trim()))
    return end + 1
  }
  const isEmpty = text.charCodeAt(end - 1) === 0x2f
  const body = text.slice(open + 1, isEmpty ? end - 1 : end)
  const space = body.search(/[\s/]/)
  const fullName = space < 0 ? body : body.slice(0, space)
  const colon = fullName.indexOf(':')
  const name = fullName.slice(colon + 1)
  events.open({
    name,
    prefix: colon < 0 ? '' : fullName.slice(0, colon),
    isEmpty,
    attribute: (wanted) => (space < 0 ? undefined : attributeOf(body, space, wanted.toLowerCase())),
  })
  if (isEmpty) events.close?.(name)
  return end + 1
}

function readDeclaration(text: string, open: number, events: XmlEvents): number {
  if (text.startsWith('<!--', open)) return behind(text, '-->', open + 4)
  if (text.startsWith('<![CDATA[', open)) {
    const end = text.indexOf(']]>', open + 9)
    events.text?.(text.slice(open + 9, end < 0 ? text.length : end))
    return end < 0 ? text.length : end + 3
  }
  return behind(text, '>', open + 2)
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at + mark.length
}

/** The `>` that ends a tag: one within quotes does not. */
function tagEnd(text: string, from: number): number {
  let quote = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quote !== 0) {
      if (code === quote) quote = 0
    } else if (code === 0x22 || code === 0x27) quote = code
    else if (code === 0x3e) return at
  }
  return text.length
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0x2f

/** Attributes are read from left to right each time: tags have few. HTML's unquoted values are taken too. */
function attributeOf(body: string, from: number, wanted: string): string | undefined {
  let at = from
  for (let turn = 0; at < body.length && turn < 1_000; turn++) {
    while (at < body.length && isBlank(body.charCodeAt(at))) at++
    const nameAt = at
    while (at < body.length && body[at] !== '=' && !isBlank(body.charCodeAt(at))) at++
    const name = localName(body.slice(nameAt, at)).toLowerCase()
    while (at < body.length && isBlank(body.charCodeAt(at)) && body[at] !== '/') at++
    let value = ''
    if (body[at] === '=') {
      at++
      while (at < body.length && isBlank(body.charCodeAt(at)) && body[at] !== '/') at++
      const quote = body[at]
      const valueAt = quote === '"' || quote === "'" ? at + 1 : at
      at = valueAt
      if (valueAt > 0 && (quote === '"' || quote === "'")) {
        const end = body.indexOf(quote, valueAt)
        at = end < 0 ? body.length : end
        value = body.slice(valueAt, at)
        at++
      } else {
        while (at < body.length && (body[at] === '/' || !isBlank(body.charCodeAt(at)))) at++
        value = body.slice(valueAt, at)
      }
    } else if (at === nameAt) at++
    if (name === wanted) return decodeEntities(value.slice(0, limits.markupValueCharactersMax))
  }
  return undefined
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  Tab: '\t',
  NewLine: '\n',
  colon: ':',
  sol: '/',
  lpar: '(',
  rpar: ')',
  period: '.',
}

/** Undoes references to characters, by number and by the names that matter; others stay as they are. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-f]{1,8})|#([0-9]{1,8})|([a-z]{2,8}));?/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name as string] ?? whole
    const code = hex !== undefined ? Number.parseInt(hex as string, 16) : Number.parseInt(decimal as string, 10)
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd'
  })
}
