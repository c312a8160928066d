/** Which key of a JSON access log holds what: the usual names of nginx, Caddy, Traefik, ECS and cloud load balancers,
 *  and the office's own names over them. Compiled to a tree of keys that the scanner walks along with the bytes. */

import { limits } from '../core/limits.ts'

/** What a value of a JSON line can be for. Each name may stand in `FormatOptions.fieldMap`. */
export const jsonFields = [
  'client',
  'method',
  /** The whole request line, `GET /path?x HTTP/1.1`. */
  'request',
  /** Path and query as they were asked for. */
  'target',
  /** A full URL or a path with its query. */
  'url',
  /** A path whose query may stand in `query`. */
  'path',
  'query',
  'status',
  'bodyBytes',
  'durationSeconds',
  'durationMs',
  'durationNs',
  'time',
  /** A date whose time of day stands in `time`. */
  'date',
  'referer',
  'agent',
  'user',
  'forwarded',
  'host',
  'cookie',
  'requestId',
] as const
export type JsonField = (typeof jsonFields)[number]

/** Position of a field in `jsonFields`: what the scanner works with. */
export const slotOf = Object.fromEntries(jsonFields.map((name, slot) => [name, slot])) as Readonly<
  Record<JsonField, number>
>

/** The usual keys, best first: where a line has several, the first that holds something is taken. Dots reach into
 *  objects, and a key that itself holds the dots counts too (ECS is written both ways). */
const usualKeys: Readonly<Record<JsonField, readonly string[]>> = {
  // Caddy's client_ip is remote_ip seen through Caddy's own trusted proxies.
  client: [
    'request.client_ip',
    'remote_addr',
    'request.remote_ip',
    'client_ip',
    'remote_ip',
    'clientip',
    'source.ip',
    'client.ip',
    'source.address',
    'client.address',
    'request.remote_addr',
    'ClientHost',
    'ClientAddr',
    'httpRequest.remoteIp',
    'c-ip',
    'remote',
    'client',
    'ip',
  ],
  method: [
    'request_method',
    'request.method',
    'http.request.method',
    'method',
    'http_method',
    'RequestMethod',
    'httpRequest.requestMethod',
    'cs-method',
    'verb',
  ],
  request: ['request', 'request_line'],
  target: ['request_uri', 'request.uri'],
  url: ['url.original', 'url.full', 'httpRequest.requestUrl', 'url'],
  path: ['uri', 'url.path', 'RequestPath', 'cs-uri-stem', 'path', 'uri_path'],
  query: ['args', 'query_string', 'url.query', 'cs-uri-query', 'query', 'uri_query'],
  status: [
    'status',
    'http.response.status_code',
    'status_code',
    'response.status',
    'DownstreamStatus',
    'httpRequest.status',
    'sc-status',
  ],
  bodyBytes: [
    'body_bytes_sent',
    'http.response.body.bytes',
    'size',
    'bytes_sent',
    'http.response.bytes',
    'response_size',
    'DownstreamContentSize',
    'httpRequest.responseSize',
    'sc-bytes',
    'bytes',
  ],
  durationSeconds: ['request_time', 'duration', 'httpRequest.latency', 'time-taken', 'latency'],
  durationMs: ['request_time_ms', 'duration_ms', 'response_time_ms', 'latency_ms', 'elapsed_ms'],
  durationNs: ['event.duration', 'Duration'],
  // Milliseconds before seconds; the server's own time before @timestamp, which a log shipper may have set.
  time: [
    'msec',
    'ts',
    'timestamp(ms)',
    'time_iso8601',
    'StartUTC',
    'time_local',
    'timestamp',
    'time',
    '@timestamp',
    'datetime',
  ],
  date: ['date'],
  referer: [
    'http_referer',
    'http_referrer',
    'referer',
    'referrer',
    'request.headers.Referer',
    'request.headers.referer',
    'http.request.referrer',
    'request_Referer',
    'httpRequest.referer',
    'cs(Referer)',
  ],
  agent: [
    'http_user_agent',
    'user_agent.original',
    'user_agent',
    'request.headers.User-Agent',
    'request.headers.user-agent',
    'request_User-Agent',
    'httpRequest.userAgent',
    'cs(User-Agent)',
    'userAgent',
    'agent',
  ],
  user: ['remote_user', 'user_id', 'user.name', 'ClientUsername', 'cs-username'],
  forwarded: [
    'http_x_forwarded_for',
    'x_forwarded_for',
    'proxy_add_x_forwarded_for',
    'request.headers.X-Forwarded-For',
    'request.headers.x-forwarded-for',
    'request_X-Forwarded-For',
    'x-forwarded-for',
    'X-Forwarded-For',
    'forwarded_for',
    'xff',
    'http_forwarded',
    'request.headers.Forwarded',
  ],
  host: ['http_host', 'host', 'request.host', 'server_name', 'url.domain', 'RequestHost', 'x-host-header', 'vhost'],
  cookie: [
    'http_cookie',
    'cookie',
    'request.headers.Cookie',
    'request.headers.cookie',
    'request_Cookie',
    'cs(Cookie)',
    'cookies',
  ],
  requestId: ['request_id', 'http.request.id', 'http_x_request_id', 'x_request_id', 'x-edge-request-id', 'trace_id'],
}

/** Fields that say the same in different ways: an office's own key for one of them sets the usual keys of all aside. */
const alternatives: readonly (readonly JsonField[])[] = [
  ['request', 'target', 'url', 'path'],
  ['durationSeconds', 'durationMs', 'durationNs'],
]

/** The names in a field map that are no `JsonField`: for the caller to complain of; `compileKeys` leaves them out. */
export const unknownJsonFields = (fieldMap: Readonly<Record<string, string>>): string[] =>
  Object.keys(fieldMap).filter((name) => !(jsonFields as readonly string[]).includes(name))

/** One key of an object: the field that its value is for, and what to look for where the value is an object. */
export interface KeyEntry {
  readonly bytes: Uint8Array
  slot: number
  rank: number
  child: KeyNode | undefined
}

/** The keys of one object that matter, in a hash table with open addressing. */
export class KeyNode {
  readonly #entries = new Map<string, KeyEntry>()
  table: (KeyEntry | undefined)[] = [undefined]

  entry(key: string): KeyEntry {
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { bytes: new TextEncoder().encode(key), slot: -1, rank: 255, child: undefined }
      this.#entries.set(key, entry)
      this.#rebuild()
    }
    return entry
  }

  #rebuild(): void {
    let size = 4
    while (size < this.#entries.size * 4) size *= 2
    this.table = new Array<KeyEntry | undefined>(size).fill(undefined)
    for (const entry of this.#entries.values()) {
      let at = hashKey(entry.bytes, 0, entry.bytes.length) & (size - 1)
      while (this.table[at] !== undefined) at = (at + 1) & (size - 1)
      this.table[at] = entry
    }
  }
}

/** A hash of a key's length and of three of its bytes: the comparison that follows looks at all of them. */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  if (end === start) return 0
  const first = bytes[start] as number
  const middle = bytes[(start + end) >> 1] as number
  const last = bytes[end - 1] as number
  return (end - start) * 37 + first * 5 + middle * 11 + last * 17
}

/** The entry of a key in a node's table. */
export function findKey(node: KeyNode, bytes: Uint8Array, start: number, end: number): KeyEntry | undefined {
  const { table } = node
  const mask = table.length - 1
  for (let at = hashKey(bytes, start, end) & mask; ; at = (at + 1) & mask) {
    const entry = table[at]
    if (entry === undefined) return undefined
    const key = entry.bytes
    if (key.length !== end - start) continue
    let same = 0
    while (same < key.length && key[same] === bytes[start + same]) same++
    if (same === key.length) return entry
  }
}

/** Adds a key path: nested (`a`, `b`, `c`), as one key (`a.b.c`), and every cut between. */
function addPath(node: KeyNode, path: readonly string[], slot: number, rank: number): void {
  for (let length = 1; length <= path.length; length++) {
    const entry = node.entry(path.slice(0, length).join('.'))
    if (length === path.length) {
      if (rank < entry.rank) {
        entry.slot = slot
        entry.rank = rank
      }
    } else {
      entry.child ??= new KeyNode()
      addPath(entry.child, path.slice(length), slot, rank)
    }
  }
}

/** The tree of keys for an office's field map over the usual names. */
export function compileKeys(fieldMap: Readonly<Record<string, string>>): KeyNode {
  const root = new KeyNode()
  const own = jsonFields.filter((name) => typeof fieldMap[name] === 'string' && fieldMap[name] !== '')
  const setAside = new Set(own.flatMap((name) => alternatives.find((group) => group.includes(name)) ?? [name]))
  const add = (name: JsonField, key: string, rank: number): void => {
    const path = key.split('.')
    addPath(root, path.length > limits.fieldPathPartsMax ? [key] : path, slotOf[name], rank)
  }
  for (const name of own) add(name, fieldMap[name] as string, 0)
  for (const name of jsonFields) {
    if (setAside.has(name)) continue
    for (const [index, key] of usualKeys[name].entries()) add(name, key, index + 1)
  }
  return root
}
