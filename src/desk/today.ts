/** Today: from how things stand to one sentence and what to do. Pure, so that each sentence can be tested. */

import { counted, durationInWords } from '../core/counts.ts'
import { levelRank } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import type { IncidentSummaryView } from './api/incidents.ts'
import type { SourceView, TodayView } from './api/today.ts'
import { localTime } from './local-time.ts'

/** What Today is made of. */
export interface TodayFacts {
  /** Open incidents, the most pressing first. */
  readonly open: readonly IncidentSummaryView[]
  readonly openCount: number
  /** The first step of the most pressing incident that nobody has done; undefined where it is not known. */
  readonly firstStep?: string | undefined
  readonly sources: readonly SourceView[]
  readonly problems: readonly string[]
  /** The last time that anything of level medium or above was seen; undefined where it never was. */
  readonly lastTroubleMs: number | undefined
  /** Since when the desk has kept watch. */
  readonly watchingSinceMs: number
  readonly nowMs: number
  readonly demonstration: TodayView['demonstration']
}

/** What Today says. */
export function todayView(facts: TodayFacts): TodayView {
  const { open, openCount, sources, problems, nowMs, demonstration } = facts
  const pressing = open.filter(isPressing)
  const mood = moodOf(facts, pressing)
  const quietSinceMs = Math.max(facts.lastTroubleMs ?? facts.watchingSinceMs, facts.watchingSinceMs)
  return {
    mood,
    sentence: sentenceOf(facts, mood, pressing, quietSinceMs),
    todo: todoOf(facts, mood, pressing),
    ...(mood === 'quiet' ? { quietSinceMs } : {}),
    open: open.slice(0, limits.todayIncidentsMax),
    openCount,
    sources: [...sources],
    problems: [...problems],
    ...(demonstration === undefined ? {} : { demonstration }),
    nowMs,
  }
}

/** Somebody has to act: it is grave, and nobody has taken it up or ended it. */
export const isPressing = (incident: IncidentSummaryView): boolean =>
  levelRank(incident.level) >= levelRank('high') && (incident.state === 'new' || incident.state === 'acknowledged')

const canSee = (source: SourceView): boolean => source.state !== 'failed'

function moodOf(facts: TodayFacts, pressing: readonly IncidentSummaryView[]): TodayView['mood'] {
  if (pressing.length > 0) return 'attack'
  if (!facts.sources.some(canSee)) return 'blind'
  return facts.open.some(({ level }) => levelRank(level) >= levelRank('medium')) ? 'watch' : 'quiet'
}

function sentenceOf(
  facts: TodayFacts,
  mood: TodayView['mood'],
  pressing: readonly IncidentSummaryView[],
  quietSinceMs: number,
): string {
  switch (mood) {
    case 'attack': {
      const [first] = pressing
      const more = pressing.length - 1
      const others = more === 0 ? '' : ` And ${counted(more, 'more incident')} ${more === 1 ? 'is' : 'are'} as grave.`
      return `${first?.title ?? ''}.${others}`
    }
    case 'blind':
      return facts.sources.length === 0
        ? 'Bellwether cannot see anything yet: no log has been named.'
        : 'Bellwether cannot see anything now: none of its sources can be read.'
    case 'watch':
      return `Nothing needs you this minute. ${counted(facts.openCount, 'incident')} ${facts.openCount === 1 ? 'is' : 'are'} open.`
    case 'quiet': {
      const forMs = facts.nowMs - quietSinceMs
      const since = forMs < 60_000 ? 'just now' : `${localTime(quietSinceMs)} (${durationInWords(forMs)})`
      return forMs < 60_000 ? 'Quiet. Bellwether has just begun to watch.' : `Quiet since ${since}.`
    }
  }
}

function todoOf(facts: TodayFacts, mood: TodayView['mood'], pressing: readonly IncidentSummaryView[]): string[] {
  const todo: string[] = []
  if (mood === 'attack') {
    const unseen = pressing.some(({ state }) => state === 'new')
    if (!unseen) todo.push('Go on with the steps of the incident.')
    else if (facts.firstStep === undefined) todo.push('Open the incident and do the first step now.')
    else todo.push(facts.firstStep, 'Then open the incident and go on with its steps.')
  }
  if (mood === 'watch') todo.push('Look at the open incidents this week.')
  if (mood === 'blind' && facts.sources.length === 0) todo.push('Name the first log on the Sources page.')
  const failing = facts.sources.filter((source) => !canSee(source))
  if (failing.length > 0) todo.push(`Look at ${counted(failing.length, 'source')} that cannot be read.`)
  return todo
}
