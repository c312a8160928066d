/** The OpenAPI document as a page that people read: plain HTML and one style sheet, no script, nothing from elsewhere.
 *  It shows the description of the interface only, never data. */
import { accessOf } from './access.ts'

/** A schema as far as the page shows it. */
interface Shape {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly const?: unknown
  readonly maxLength?: number
  readonly maximum?: number
}
interface Operation {
  readonly summary?: string
  readonly parameters?: readonly unknown[]
  readonly requestBody?: unknown
  readonly responses?: Readonly<Record<string, unknown>>
}
/** What the page needs of the document. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths?: Readonly<Record<string, unknown>>
}

const plain = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Nesting that is written out: the deepest schema has five levels. */
const depthShown = 6

/** A schema in a notation close to TypeScript's. */
function shapeText(shape: Shape | undefined, indent = '', depth = 0): string {
  if (shape === undefined || depth > depthShown) return '…'
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum !== undefined) return shape.enum.map((each) => JSON.stringify(each)).join(' | ')
  if (shape.anyOf !== undefined) return shape.anyOf.map((each) => shapeText(each, indent, depth + 1)).join(' | ')
  if (shape.type === 'array') return `Array<${shapeText(shape.items, indent, depth + 1)}>`
  if (shape.type === 'object') {
    const required = new Set(shape.required)
    const inner = `${indent}  `
    const lines = Object.entries(shape.properties ?? {}).map(
      ([name, each]) => `${inner}${name}${required.has(name) ? '' : '?'}: ${shapeText(each, inner, depth + 1)}`,
    )
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`
  }
  return shape.type ?? 'anything'
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The schema of a body or an answer, wherever the document keeps it. */
function schemaIn(value: unknown): Shape | undefined {
  if (!isObject(value) || !isObject(value.content)) return undefined
  const [media] = Object.values(value.content)
  return isObject(media) && isObject(media.schema) ? (media.schema as Shape) : undefined
}

function parameterLine(value: unknown): string {
  if (!isObject(value)) return ''
  const schema = isObject(value.schema) ? (value.schema as Shape) : undefined
  const name = `${String(value.name)}${value.required === true ? '' : '?'}`
  return `<li><code>${plain(name)}</code> in ${plain(String(value.in))}: <code>${plain(shapeText(schema))}</code></li>`
}

function whoMay(method: string, path: string): string {
  const access = accessOf(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'))
  switch (access?.by) {
    case 'anybody':
      return 'anybody'
    case 'session':
      return access.roles.join(', ')
    case 'push-token':
      return 'a sender with its token'
    case 'feed-token':
      return 'a firewall with its token'
    case 'metrics':
      return 'the machine itself, or the token of the configuration'
    case undefined:
      return 'nobody'
  }
}

function operationPart(method: string, path: string, operation: Operation): string {
  const body = schemaIn(operation.requestBody)
  const answer = schemaIn(operation.responses?.['200'])
  const parameters = (operation.parameters ?? []).map(parameterLine).join('')
  return [
    `<section><h2><b>${plain(method.toUpperCase())}</b> ${plain(path)}</h2>`,
    `<p>${plain(operation.summary ?? '')}. <i>For: ${plain(whoMay(method, path))}.</i></p>`,
    parameters === '' ? '' : `<ul>${parameters}</ul>`,
    body === undefined ? '' : `<h3>Sent</h3><pre>${plain(shapeText(body))}</pre>`,
    answer === undefined ? '' : `<h3>Answered</h3><pre>${plain(shapeText(answer))}</pre>`,
    '</section>',
  ].join('')
}

/** The page. */
export function apiPage(document: ApiDocument): string {
  const parts: string[] = []
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    if (!isObject(operations)) continue
    for (const [method, operation] of Object.entries(operations)) {
      if (isObject(operation)) parts.push(operationPart(method, path, operation))
    }
  }
  const { title, version, description = '' } = document.info
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${plain(title)}: interface</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/api/docs.css"></head><body><main>`,
    `<h1>${plain(title)} ${plain(version)}: the interface for programs</h1><p>${plain(description)}</p>`,
    '<p>The same for programs: <a href="/api/openapi.json">openapi.json</a>. <a href="/">Back to the desk</a>.</p>',
    ...parts,
    '</main></body></html>',
  ].join('\n')
}

/** Its style sheet: readable in light and dark. */
export const apiStyle = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;margin:0}
main{max-width:56rem;margin:0 auto;padding:1rem}
h2{font:600 1.1rem/1.4 ui-monospace,monospace;margin:2rem 0 0;overflow-wrap:anywhere}
h3{font-size:1rem;margin:.5rem 0 0}
pre{overflow-x:auto;padding:.75rem;border:1px solid;border-radius:.25rem}
section{border-top:1px solid}
`
