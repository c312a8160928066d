/** Keeps what is shown current while the console is open, and tells a screen reader of a new incident. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { levelWords } from '../../src/core/vocabulary.ts'
import { type Connection, followEvents } from '../api/events.ts'
import { todayQuery } from '../api/queries.ts'
import { visible } from '../parts/strange-text.tsx'
import { useAnnounce } from './announcer.tsx'

/** A short break is not worth a word. */
const awayShownAfterMs = 3_000

/** Follows the desk, for those who may read; gives whether it can be reached. */
export function useLiveDesk(mayRead: boolean): Connection {
  const queries = useQueryClient()
  const [connection, setConnection] = useState<Connection>('live')
  useEffect(() => {
    if (!mayRead) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = followEvents(queries, (now) => {
      clearTimeout(timer)
      if (now === 'live') setConnection('live')
      else timer = setTimeout(() => setConnection('away'), awayShownAfterMs)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [queries, mayRead])
  useNewIncidents(mayRead)
  return connection
}

function useNewIncidents(mayRead: boolean): void {
  const announce = useAnnounce()
  const { data } = useQuery({ ...todayQuery, enabled: mayRead })
  const known = useRef<Set<string> | undefined>(undefined)
  useEffect(() => {
    if (data === undefined) return
    const ids = data.open.map(({ id }) => id)
    const fresh = known.current && data.open.find(({ id }) => !known.current?.has(id))
    if (fresh) announce(`New incident, ${levelWords[fresh.level].name}: ${visible(fresh.title).slice(0, 200)}`)
    known.current = new Set([...(known.current ?? []), ...ids])
  }, [data, announce])
}
