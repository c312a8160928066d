/** Live updates: the desk says that something changed, and what shows it is asked again. Reconnects by itself, also where
 *  the browser gives up (an answer that is no event stream). */
import type { QueryClient } from '@tanstack/react-query'
import type { DeskEvent } from '../../src/desk/api/today.ts'

/** First queries of the keys that a kind of change concerns. */
const concerned: Readonly<Record<DeskEvent['type'], readonly string[]>> = {
  incidents: ['today', 'incidents', 'incident', 'evidence'],
  sources: ['today', 'sources', 'suggestions', 'push-tokens'],
  blocks: ['blocks', 'incident', 'today'],
  settings: ['settings', 'audit', 'session', 'mail-registry'],
  hunts: ['hunts'],
  mail: ['mails', 'mail', 'today'],
  rules: ['rules'],
  software: ['software'],
  today: ['today'],
}

const retryMsMin = 1_000
const retryMsMost = 30_000

/** `live`: connected. `away`: the desk cannot be reached, and we keep trying. */
export type Connection = 'live' | 'away'

/** Follows the desk's events until the returned function is called. */
export function followEvents(queries: QueryClient, onConnection: (connection: Connection) => void): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = retryMsMin
  let wasAway = false

  const refresh = (names: readonly string[]): void => {
    for (const name of names) void queries.invalidateQueries({ queryKey: [name] })
  }
  const onMessage = (message: MessageEvent<string>): void => {
    try {
      const event = JSON.parse(message.data) as DeskEvent
      refresh(concerned[event.type] ?? [])
    } catch {
      // Not ours: a heartbeat or a newer desk's event.
    }
  }
  const onOpen = (): void => {
    retryMs = retryMsMin
    onConnection('live')
    if (wasAway) void queries.invalidateQueries()
    wasAway = false
  }
  const onError = (): void => {
    wasAway = true
    onConnection('away')
    if (source?.readyState !== EventSource.CLOSED) return
    source = undefined
    // It may be the session that ended: then this leads to the sign-in.
    refresh(['session'])
    timer = setTimeout(connect, retryMs)
    retryMs = Math.min(retryMsMost, retryMs * 2)
  }
  function connect(): void {
    source = new EventSource('/api/events')
    source.onopen = onOpen
    source.onerror = onError
    source.onmessage = onMessage
    for (const type of Object.keys(concerned)) source.addEventListener(type, onMessage)
  }
  connect()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
