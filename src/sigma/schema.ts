/** Validates rule files against the JSON schemas of the Sigma specification (draft 2020-12, the keywords that those
 *  schemas use). The caller loads the schemas; none is part of the product. Parsing says whether a rule can be used; this
 *  says whether it is written as the specification asks. */
import { compileRegex } from './regex.ts'
import type { RuleProblem, Scalar } from './rule.ts'
import { cutDocuments, type DocumentNode, readDocument } from './yaml-documents.ts'

/** The schemas, as parsed JSON. */
export interface RuleSchemas {
  readonly detection: unknown
  readonly correlation: unknown
  readonly filter: unknown
}

/** Where a node breaks a schema, and how. */
interface Breach {
  readonly line: number
  readonly path: string
  readonly text: string
}

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const schemasOf = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : [])
const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** The JSON types of a node. */
function typesOf(node: DocumentNode): readonly string[] {
  if (node.kind === 'map') return ['object']
  if (node.kind === 'list') return ['array']
  const { value } = node
  if (value === null) return ['null']
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number']
  return [typeof value]
}

/** A node as comparable text. */
function textOf(node: DocumentNode): string {
  if (node.kind === 'scalar') return JSON.stringify(node.value)
  if (node.kind === 'list') return `[${node.items.map(textOf).join()}]`
  return `{${[...node.entries].map(([key, { value }]) => `${JSON.stringify(key)}:${textOf(value)}`).join()}}`
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

class Validator {
  readonly #patterns = new Map<string, (text: string) => boolean>()

  check(node: DocumentNode, schema: Schema, path: string): Breach[] {
    const breaches = [...this.#checkKind(node, schema, path), ...this.#checkJoined(node, schema, path)]
    if (node.kind === 'scalar') breaches.push(...this.#checkScalar(node.value, node.line, schema, path))
    else if (node.kind === 'list') breaches.push(...this.#checkList(node, schema, path))
    else breaches.push(...this.#checkMap(node, schema, path))
    return breaches
  }

  #checkKind(node: DocumentNode, schema: Schema, path: string): Breach[] {
    const found: Breach[] = []
    const breach = (text: string): number => found.push({ line: node.line, path, text })
    const types =
      schema.type === undefined ? [] : Array.isArray(schema.type) ? namesOf(schema.type) : [String(schema.type)]
    if (types.length > 0 && !typesOf(node).some((type) => types.includes(type)))
      breach(`is not of type ${types.join(' or ')}`)
    if ('const' in schema && textOf(node) !== JSON.stringify(schema.const))
      breach(`is not ${JSON.stringify(schema.const)}`)
    if (Array.isArray(schema.enum) && !schema.enum.some((each) => JSON.stringify(each) === textOf(node))) {
      breach(`is none of ${namesOf(schema.enum).join(', ')}`)
    }
    return found
  }

  /** `anyOf`, `oneOf`, `allOf` and `if`. */
  #checkJoined(node: DocumentNode, schema: Schema, path: string): Breach[] {
    const passes = (each: Schema): boolean => this.check(node, each, path).length === 0
    const found = schemasOf(schema.allOf).flatMap((each) => this.check(node, each, path))
    const anyOf = schemasOf(schema.anyOf)
    if (anyOf.length > 0 && !anyOf.some(passes)) found.push(...this.#nearest(node, anyOf, path))
    const oneOf = schemasOf(schema.oneOf)
    if (oneOf.length > 0 && oneOf.filter(passes).length !== 1) {
      const allowed = oneOf.flatMap((each) => ('const' in each ? [String(each.const)] : []))
      const text =
        allowed.length > 0 ? `is none of ${allowed.join(', ')}` : 'is not exactly one of what is allowed there'
      found.push({ line: node.line, path, text })
    }
    if (isSchema(schema.if)) {
      const next = passes(schema.if) ? schema.then : schema.else
      if (isSchema(next)) found.push(...this.check(node, next, path))
    }
    return found
  }

  /** The breaches of the alternative that is broken least. */
  #nearest(node: DocumentNode, alternatives: readonly Schema[], path: string): Breach[] {
    const each = alternatives.map((schema) => this.check(node, schema, path))
    const depth = (breaches: readonly Breach[]): number => Math.max(...breaches.map((breach) => breach.path.length))
    return each.sort((a, b) => a.length - b.length || depth(b) - depth(a))[0] ?? []
  }

  #checkScalar(value: Scalar, line: number, schema: Schema, path: string): Breach[] {
    const found: Breach[] = []
    const breach = (text: string): number => found.push({ line, path, text })
    if (typeof value === 'number') {
      if (typeof schema.minimum === 'number' && value < schema.minimum) breach(`is below ${schema.minimum}`)
      if (typeof schema.maximum === 'number' && value > schema.maximum) breach(`is above ${schema.maximum}`)
    }
    if (typeof value !== 'string') return found
    if (typeof schema.maxLength === 'number' && value.length > schema.maxLength)
      breach(`is longer than ${schema.maxLength} characters`)
    if (typeof schema.minLength === 'number' && value.length < schema.minLength)
      breach(`is shorter than ${schema.minLength} characters`)
    if (schema.format === 'uuid' && !uuid.test(value)) breach('is not a UUID')
    if (typeof schema.pattern === 'string' && !this.#fits(schema.pattern, value))
      breach(`does not have the form ${schema.pattern}`)
    return found
  }

  /** A pattern that cannot be read asks for nothing. */
  #fits(pattern: string, value: string): boolean {
    let fits = this.#patterns.get(pattern)
    if (fits === undefined) {
      const compiled = compileRegex(pattern, '')
      fits = compiled.ok ? (text: string): boolean => compiled.value.test(text) : (): boolean => true
      this.#patterns.set(pattern, fits)
    }
    return fits(value)
  }

  #checkList(node: Extract<DocumentNode, { kind: 'list' }>, schema: Schema, path: string): Breach[] {
    const { items, line } = node
    const found: Breach[] = []
    if (typeof schema.minItems === 'number' && items.length < schema.minItems)
      found.push({ line, path, text: 'has too few entries' })
    if (typeof schema.maxItems === 'number' && items.length > schema.maxItems)
      found.push({ line, path, text: 'has too many entries' })
    if (schema.uniqueItems === true) {
      const seen = new Set<string>()
      for (const item of items) {
        const text = textOf(item)
        if (seen.has(text)) found.push({ line: item.line, path, text: 'has the same entry twice' })
        seen.add(text)
      }
    }
    const { items: each } = schema
    if (isSchema(each))
      for (const [index, item] of items.entries()) found.push(...this.check(item, each, `${path}[${index}]`))
    return found
  }

  #checkMap(node: Extract<DocumentNode, { kind: 'map' }>, schema: Schema, path: string): Breach[] {
    const { entries, line } = node
    const found: Breach[] = namesOf(schema.required)
      .filter((name) => !entries.has(name))
      .map((name) => ({ line, path, text: `has no ${name}` }))
    const properties = isSchema(schema.properties) ? schema.properties : {}
    for (const [key, entry] of entries) {
      const inner = path === '' ? key : `${path}.${key}`
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined
      if (isSchema(known)) found.push(...this.check(entry.value, known, inner))
      else if (known === undefined && isSchema(schema.additionalProperties)) {
        found.push(...this.check(entry.value, schema.additionalProperties, inner))
      } else if (known === undefined && schema.additionalProperties === false) {
        found.push({ line: entry.line, path: inner, text: 'is not known there' })
      }
    }
    return found
  }
}

/** The places at which the documents of a file are not as the schemas ask. What cannot be read at all is left to
 *  `parseRules`. */
export function validateRules(text: string, file: string, schemas: RuleSchemas): RuleProblem[] {
  const validator = new Validator()
  return cutDocuments(text).flatMap((document) => {
    const read = readDocument(document)
    if (!read.ok) return []
    const node = read.value
    const keys = node.kind === 'map' ? node.entries : new Map()
    const schema = keys.has('correlation')
      ? schemas.correlation
      : keys.has('filter')
        ? schemas.filter
        : schemas.detection
    const title = String(keys.get('title')?.value?.value ?? '')
    return (isSchema(schema) ? validator.check(node, schema, '') : []).map(
      ({ line, path, text: breach }): RuleProblem => {
        const problem = `${path === '' ? 'The rule' : path} ${breach}.`
        return { file, line, title, kind: 'rule', problem, mend: 'Write it as the Sigma specification asks.' }
      },
    )
  })
}
