/** A web request as an event, so that Sigma rules of the category `webserver` see it, under the names that they use (those of
 *  the W3C extended log). It looks into its batch: it is good until the batch is filled anew. */
import type { Place } from '../core/place.ts'
import type { EventField, EventKind, EventRecord } from './event.ts'
import { type Field, field, type RequestBatch, unknown } from './request-batch.ts'

const webServer: EventKind = { category: 'webserver' }
const kinds: Readonly<Record<string, EventKind>> = {
  iis: { product: 'iis', category: 'webserver', service: 'iis' },
  alb: { product: 'aws', category: 'webserver', service: 'alb' },
  cloudfront: { product: 'aws', category: 'webserver', service: 'cloudfront' },
}

/** All kinds of log that requests may be of. */
export const requestKinds: readonly EventKind[] = [webServer, ...Object.values(kinds)]

/** The kind of log that a format reads requests from, by its name. The common form is written by nginx and Apache alike. */
export const requestKindOf = (format: string): EventKind => kinds[format] ?? webServer

/** Fields that are one of the batch's, by Sigma's names. */
const plain: Readonly<Record<string, Field>> = {
  'c-ip': field.client,
  src_ip: field.client,
  'cs-method': field.method,
  'cs-uri': field.target,
  'c-uri': field.target,
  'cs-referer': field.referer,
  'cs-referrer': field.referer,
  'cs-user-agent': field.agent,
  'c-useragent': field.agent,
  'cs-username': field.user,
  'cs-host': field.host,
  'cs-cookie': field.cookie,
}

/** Fields that are numbers. */
const numbers: ReadonlySet<string> = new Set(['sc-status', 'sc-bytes', 'time-taken'])
/** Fields that are made of the target. */
const ofTarget: ReadonlySet<string> = new Set(['cs-uri-stem', 'cs-uri-query', 'c-uri-query', 'c-uri-extension'])

/** Fields in which keywords are searched. */
const keywordFields: readonly Field[] = [
  field.method,
  field.target,
  field.referer,
  field.agent,
  field.user,
  field.host,
  field.cookie,
]

/** Where the value of a field of requests stands in a batch: as text of these fields, as a number, or nowhere. Without a
 *  name, all texts. */
export function fieldsBehind(name: string | undefined): readonly Field[] | 'number' {
  if (name === undefined) return keywordFields
  if (numbers.has(name)) return 'number'
  if (ofTarget.has(name)) return [field.target]
  return Object.hasOwn(plain, name) ? [plain[name] as Field] : []
}

/** What the percent signs of a target stand for; undefined where there are none, or they stand for no text. */
function decoded(text: string): string | undefined {
  if (!text.includes('%')) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

class RequestEvent implements EventRecord {
  readonly computer = ''
  readonly logsource: EventKind
  readonly #batch: RequestBatch
  readonly #record: number
  readonly #client: string | undefined

  constructor(batch: RequestBatch, record: number, kind: EventKind, client: string | undefined) {
    this.#batch = batch
    this.#record = record
    this.logsource = kind
    this.#client = client
  }

  field(name: string): EventField | undefined {
    const of = Object.hasOwn(plain, name) ? plain[name] : undefined
    if (of === field.client && this.#client !== undefined) return this.#client
    if (of !== undefined) return this.#text(of)
    switch (name) {
      case 'cs-uri-stem':
        return this.#path()
      // Rules ask for paths in it as well as for parameters, so that both are offered, and decoded too.
      case 'cs-uri-query':
      case 'c-uri-query':
        return this.#queries()
      case 'c-uri-extension':
        return /\.([A-Za-z0-9]{1,10})$/.exec(this.#path() ?? '')?.[1]
      case 'sc-status':
        return this.#number(this.#batch.status)
      case 'sc-bytes':
        return this.#number(this.#batch.bodyBytes)
      case 'time-taken':
        return this.#number(this.#batch.durationMs)
      default:
        return undefined
    }
  }

  get timeMs(): number {
    return this.#batch.timeMs[this.#record] as number
  }

  get ref(): number {
    return this.#batch.line[this.#record] as number
  }

  get place(): Place {
    return this.#batch.place(this.#record)
  }

  get raw(): readonly string[] {
    const target = decoded(this.#text(field.target) ?? '')
    return [...keywordFields.map((of) => this.#text(of) ?? ''), target ?? ''].filter((text) => text !== '')
  }

  #text(of: Field): string | undefined {
    const text = this.#batch.text(this.#record, of)
    return text === '' ? undefined : text
  }

  #path(): string | undefined {
    const target = this.#text(field.target)
    const mark = target?.indexOf('?') ?? -1
    return mark < 0 ? target : target?.slice(0, mark)
  }

  #queries(): EventField | undefined {
    const target = this.#text(field.target)
    if (target === undefined) return undefined
    const mark = target.indexOf('?')
    const forms = mark < 0 ? [target] : [target, target.slice(mark + 1)]
    const readings = forms.flatMap((form) => [form, decoded(form) ?? form])
    return [...new Set(readings)]
  }

  #number(column: { readonly [record: number]: number }): number | undefined {
    const value = column[this.#record]
    return value === unknown ? undefined : value
  }
}

/** The event of a request of a batch. Fields: `c-ip`, `cs-method`, `cs-uri`, `cs-uri-stem`, `cs-uri-query`, `cs-referer`,
 *  `cs-user-agent`, `cs-username`, `cs-host`, `cs-cookie`, `sc-status`, `sc-bytes`, `time-taken`, and their other names.
 *  `client` is who asked, where that is not the address that the server saw. */
export const requestEvent = (
  batch: RequestBatch,
  record: number,
  kind: EventKind = webServer,
  client?: string,
): EventRecord => new RequestEvent(batch, record, kind, client)
