/** Examines pages and vector pictures that came as files: script that puts a file together on the reader's machine, forms
 *  that ask for a password, redirects, links, text. Script is read, never run. */
import { limits } from '../../core/limits.ts'
import { bufferOf, decodeText } from './bytes.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import type { FileKind } from './file-kind.ts'
import { kindOfBytes } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'
import { withoutBlankLines } from './ooxml-part.ts'
import { judgeScript } from './page-script.ts'
import { decodeEntities, scanXml, type XmlTag } from './xml-scan.ts'

/** Examines a page or picture. */
export function examinePage(subject: Subject, kind: FileKind, inspection: Inspection): void {
  const text = decodeText(subject.bytes.subarray(0, limits.documentPartBytesMax))
  const { markup, scripts } = splitScripts(text)
  const reader = new PageReader(subject, inspection)
  scanXml(markup, {
    open: (tag) => reader.open(tag),
    text: (content) => reader.text(content),
    close: (name) => reader.close(name),
  })
  reader.finish()
  const code = [...scripts, ...reader.handlers].join('\n')
  if (code.trim() === '') return
  inspection.add('html-script', subject.path, `${kind === 'svg' ? 'picture' : 'page'} with script`)
  reportScript(code, reader.hasDownload, subject, inspection)
}

function reportScript(code: string, hasDownload: boolean, subject: Subject, inspection: Inspection): void {
  const signs = judgeScript(code, hasDownload)
  for (const proof of signs.smuggling) inspection.add('html-smuggling', subject.path, proof)
  for (const target of signs.redirects) {
    inspection.add('html-redirect', subject.path, `script leads to ${target}`)
    inspection.addLink(target, subject.path, 'html')
  }
  if (signs.asksPassword) inspection.add('html-form', subject.path, 'script writes a field for a password')
  for (const [index, bytes] of signs.hidden.entries())
    inspection.enqueue(subject, `hidden content ${index + 1}`, bytes, 'part')
}

/** Bodies of scripts apart from the rest: within them `<` is no tag. */
function splitScripts(text: string): { markup: string; scripts: string[] } {
  const scripts: string[] = []
  const rest: string[] = []
  const openings = /<script\b/gi
  let from = 0
  for (
    let match = openings.exec(text);
    match !== null && scripts.length < limits.documentFilesMax;
    match = openings.exec(text)
  ) {
    const open = text.indexOf('>', match.index)
    if (open < 0) break
    rest.push(text.slice(from, open + 1))
    from = open + 1
    // Closed by itself it has no body: `<script href="…"/>` in a picture.
    if (text[open - 1] === '/') continue
    const closing = /<\/script/gi
    closing.lastIndex = from
    const end = closing.exec(text)?.index ?? text.length
    scripts.push(decodeCdata(text.slice(from, end)))
    from = end
    openings.lastIndex = end
  }
  rest.push(text.slice(from))
  return { markup: rest.join(''), scripts }
}

const decodeCdata = (script: string): string =>
  script.includes('<![CDATA[')
    ? script.replace('<![CDATA[', '').replace(']]>', '')
    : script.includes('&#')
      ? decodeEntities(script)
      : script

/** Attributes by which a page brings something in or sends it off. */
const targetAttributes = ['href', 'src', 'action', 'data', 'formaction'] as const

/** Elements that end a line of text. */
const blocks = new Set(['p', 'br', 'div', 'tr', 'li', 'h1', 'h2', 'h3', 'td', 'text', 'tspan'])

class PageReader {
  readonly #subject: Subject
  readonly #inspection: Inspection
  readonly handlers: string[] = []
  hasDownload = false
  #visible = ''
  #hidden = 0
  #embedded = 0

  constructor(subject: Subject, inspection: Inspection) {
    this.#subject = subject
    this.#inspection = inspection
  }

  open(tag: XmlTag): void {
    const name = tag.name.toLowerCase()
    if (name === 'style' || name === 'title') this.#hidden += name === 'style' && !tag.isEmpty ? 1 : 0
    if (name === 'input' && /^password$/i.test(tag.attribute('type') ?? '')) {
      this.#inspection.add('html-form', this.#subject.path, 'form with a field for a password')
    } else if (name === 'meta' && /^refresh$/i.test(tag.attribute('http-equiv') ?? ''))
      this.#refresh(tag.attribute('content') ?? '')
    else if (name === 'application' && /^hta$/i.test(tag.prefix)) {
      this.#inspection.add('script-file', this.#subject.path, 'page that runs as a program (HTA)')
    } else if (name === 'a' || name === 'area') this.hasDownload ||= tag.attribute('download') !== undefined
    for (const event of ['onload', 'onerror', 'onclick', 'onmouseover', 'onfocus', 'onbegin', 'ontoggle', 'onsubmit']) {
      const code = tag.attribute(event)
      if (code !== undefined && this.handlers.length < limits.documentEntriesMax) this.handlers.push(code)
    }
    for (const attribute of targetAttributes) {
      const target = tag.attribute(attribute)
      if (target !== undefined) this.#target(name, attribute, target.trim(), tag)
    }
    if (blocks.has(name)) this.#visible += '\n'
  }

  #refresh(content: string): void {
    const target = /url\s{0,20}=\s{0,20}["']?([^"']{1,2048})/i.exec(content)?.[1] ?? ''
    if (target === '') return
    this.#inspection.add('html-redirect', this.#subject.path, `page leads to ${target}`)
    this.#target('a', 'href', target, undefined)
  }

  #target(element: string, attribute: string, target: string, tag: XmlTag | undefined): void {
    if (target.startsWith('#') || target === '') return
    if (/^data:/i.test(target)) return this.#data(element, target, tag)
    const place = placeOfTarget(target)
    if (/^(?:java|vb)script:/i.test(target)) {
      this.handlers.push(target.slice(target.indexOf(':') + 1))
    } else if (place === 'handler') {
      this.#inspection.add('external-relationship', this.#subject.path, `${element}: ${target}`)
    } else if (place === 'share' && /^file:|^\\\\/i.test(target)) {
      this.#inspection.add('external-relationship', this.#subject.path, `${element}: ${target}`)
    } else if (place === 'near') {
      const feature = judgeRelationship(element === 'a' ? 'hyperlink' : 'image', target)
      if (feature !== undefined) this.#inspection.add(feature, this.#subject.path, `${element}: ${target}`)
    }
    if (element === 'script' && place === 'web') {
      this.#inspection.add('html-script', this.#subject.path, `script from ${target}`)
    }
    const isShown = element === 'img' || element === 'image' || element === 'link' || attribute === 'data'
    if (place !== 'inside' && !isShown) this.#inspection.addLink(target, this.#subject.path, 'html')
  }

  /** Content within an address: a picture shown is ordinary, a file to download or a page in a frame is not. */
  #data(element: string, target: string, tag: XmlTag | undefined): void {
    const type = /^data:([a-z0-9.+/-]{0,100})/i.exec(target)?.[1]?.toLowerCase() ?? ''
    const bytes = dataBytes(target)
    if (/^(?:image\/(?!svg)|font\/|audio\/|video\/)/.test(type)) {
      const isShown = element === 'img' || element === 'image' || element === 'source' || element === 'link'
      if (isShown && this.#inspection.wantsPictures) this.#enqueue(bytes)
      return
    }
    const acts = ['a', 'area', 'iframe', 'frame', 'object', 'embed', 'form', 'meta'].includes(element)
    if (!acts && element !== 'script') return
    if (element === 'script') {
      this.handlers.push(bufferOf(bytes).toString('utf8'))
      return
    }
    const name = tag?.attribute('download')
    const shown = name === undefined ? '' : `, saved as ${name}`
    const isPage = /html|svg|xml|^$/.test(type) || kindOfBytes(bytes) === 'html'
    this.#inspection.add(
      'html-smuggling',
      this.#subject.path,
      `${isPage ? 'a page' : 'a file'} of type ${type || 'unknown'} lies in an address of the page${shown}`,
    )
    this.#enqueue(bytes, name)
  }

  #enqueue(bytes: Uint8Array, name?: string): void {
    this.#embedded++
    this.#inspection.enqueue(this.#subject, name || `content ${this.#embedded}`, bytes, name ? 'file' : 'part')
  }

  text(content: string): void {
    if (this.#hidden === 0 && this.#visible.length < limits.documentTextCharactersMax * 2) this.#visible += content
  }

  close(name: string): void {
    if (blocks.has(name.toLowerCase())) this.#visible += '\n'
    if (name.toLowerCase() === 'style' && this.#hidden > 0) this.#hidden--
  }

  finish(): void {
    this.#inspection.addText(withoutBlankLines(this.#visible))
  }
}

/** The bytes that a data address holds (RFC 2397), of which entities and percent signs are undone. */
function dataBytes(target: string): Uint8Array {
  const comma = target.indexOf(',')
  if (comma < 0) return new Uint8Array(0)
  const body = target.slice(comma + 1)
  if (/;base64/i.test(target.slice(0, comma)))
    return bufferOf(Buffer.from(body.replaceAll('%2B', '+').replaceAll('%2F', '/').replaceAll('%3D', '='), 'base64'))
  return bufferOf(
    Buffer.from(
      body.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ),
  )
}
