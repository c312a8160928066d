/** Writes visits as an nginx `escape=json` access log: one object a line, values as strings, under given keys. */
import type { Visit } from '../exchange.ts'
import { isoTime } from './text.ts'

/** Which key holds what: offices name the keys of their JSON logs as they like. */
export interface JsonKeys {
  readonly time: string
  readonly client: string
  readonly request: string
  readonly status: string
  readonly bodyBytes: string
  readonly seconds: string
  readonly referer: string
  readonly agent: string
  readonly forwarded: string
  readonly requestId: string
}

export const nginxKeys: JsonKeys = {
  time: 'time_iso8601',
  client: 'remote_addr',
  request: 'request',
  status: 'status',
  bodyBytes: 'body_bytes_sent',
  seconds: 'request_time',
  referer: 'http_referer',
  agent: 'http_user_agent',
  forwarded: 'x_forwarded_for',
  requestId: 'request_id',
}

export function nginxJsonLine(
  visit: Visit,
  utcOffsetMinutes: number,
  requestId: string,
  keys: JsonKeys = nginxKeys,
): string {
  return JSON.stringify({
    [keys.time]: isoTime(visit.timeMs, utcOffsetMinutes),
    [keys.client]: visit.client,
    [keys.request]: `${visit.method} ${visit.target} HTTP/1.1`,
    [keys.status]: String(visit.status),
    [keys.bodyBytes]: String(visit.bodyBytes),
    [keys.seconds]: (visit.durationMs / 1_000).toFixed(3),
    [keys.referer]: visit.referer,
    [keys.agent]: visit.agent,
    [keys.forwarded]: visit.forwarded ?? '',
    [keys.requestId]: requestId,
  })
}
