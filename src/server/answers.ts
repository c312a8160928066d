/** What goes out and what comes in, held to its schema: an answer holds only what its schema names, whatever the desk
 *  added to the object; numbers in addresses become numbers before they are judged. */
import type { preValidationHookHandler, RouteOptions } from 'fastify'

/** A JSON schema as far as answers and addresses use it. */
interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
}
type Pick = (value: unknown) => unknown

const asIs: Pick = (value) => value
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Makes a function that leaves out of a value what the schema does not name. */
export function pickerFor(shape: Shape): Pick {
  if (shape.type === 'object' && shape.properties !== undefined) {
    const pickers = Object.entries(shape.properties).map(([name, each]) => [name, pickerFor(each)] as const)
    return (value) => {
      if (!isObject(value)) return value
      const picked: Record<string, unknown> = {}
      for (const [name, pick] of pickers) if (Object.hasOwn(value, name)) picked[name] = pick(value[name])
      return picked
    }
  }
  if (shape.type === 'array' && shape.items !== undefined) {
    const pick = pickerFor(shape.items)
    return (value) => (Array.isArray(value) ? value.map(pick) : value)
  }
  const inner = shape.anyOf?.map(pickerFor).find((pick) => pick !== asIs)
  return inner ?? asIs
}

/** For Fastify's `setSerializerCompiler`: no code is generated, which takes less memory than it would save in time. */
export const serializerFor = ({ schema }: { readonly schema: unknown }): ((value: unknown) => string) => {
  const pick = pickerFor(schema as Shape)
  return (value) => JSON.stringify(pick(value))
}

const numberForm = /^-?\d{1,16}(?:\.\d{1,6})?$/
const numericNames = (schema: unknown): readonly string[] =>
  Object.entries((schema as Shape | undefined)?.properties ?? {})
    .filter(([, { type }]) => type === 'integer' || type === 'number')
    .map(([name]) => name)

function convert(values: unknown, names: readonly string[]): void {
  if (!isObject(values)) return
  for (const name of names) {
    const value = values[name]
    if (typeof value === 'string' && numberForm.test(value)) values[name] = Number(value)
  }
}

/** For Fastify's `onRoute`: addresses hold text only, so what the schema wants as a number is made one. */
export function readNumbers(route: RouteOptions): void {
  const inQuery = numericNames(route.schema?.querystring)
  const inPath = numericNames(route.schema?.params)
  if (inQuery.length + inPath.length === 0) return
  const hook: preValidationHookHandler = (request, _reply, done) => {
    convert(request.query, inQuery)
    convert(request.params, inPath)
    done()
  }
  const before = route.preValidation ?? []
  route.preValidation = [...(Array.isArray(before) ? before : [before]), hook]
}
