/** The vocabulary of detection: what a watch says (`Hit`), and what is made of it (`Finding`). Levels are Sigma's
 *  and OCSF's severities under one name; nothing here knows a particular watch's reasoning. */
import type { FindingId } from './ids.ts'
import type { Place } from './place.ts'

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Level = (typeof levels)[number]

/** The level's place in `levels`, from 0. */
export const levelRank = (level: Level): number => levels.indexOf(level)
/** The graver of two levels. */
export const maxLevel = (a: Level, b: Level): Level => (levelRank(a) >= levelRank(b) ? a : b)

export const findingKinds = [
  'sql-injection',
  'new-statement',
  'enumeration',
  'scan',
  'authorised-scan',
  'password-guessing',
  'password-spraying',
  'after-block',
  'mail-impersonation',
  'mail-phishing',
  'mail-campaign',
  'mail-unreadable',
  'rule-match',
  'software-changed',
  'limit-reached',
  'source-silent',
  'source-clock',
  'record-set-aside',
  'messages-lost',
  'bundle-refused',
] as const
/** What a finding is about. */
export type FindingKind = (typeof findingKinds)[number]

/** Who makes findings: a watch, or the desk itself (of its sources and of what it could not do). */
export type WatchName = 'registration' | 'mail' | 'machines' | 'desk'

/** Who finds a kind: the ids of findings are derived from it. */
export const watchOf: Readonly<Record<FindingKind, WatchName>> = {
  'sql-injection': 'registration',
  'new-statement': 'registration',
  enumeration: 'registration',
  scan: 'registration',
  'authorised-scan': 'registration',
  'password-guessing': 'registration',
  'password-spraying': 'registration',
  'after-block': 'registration',
  'mail-impersonation': 'mail',
  'mail-phishing': 'mail',
  'mail-campaign': 'mail',
  'mail-unreadable': 'mail',
  'rule-match': 'machines',
  'software-changed': 'machines',
  'limit-reached': 'registration',
  'source-silent': 'desk',
  'source-clock': 'desk',
  'record-set-aside': 'desk',
  'messages-lost': 'desk',
  'bundle-refused': 'desk',
}

/** What came of an attack, as far as the logs show. `probe`: it was tried and the site reacted in a way that tells
 *  the attacker something (an error, a delay). `success`: data came back, or the database did what was injected. */
export const outcomes = ['attempt', 'probe', 'success'] as const
export type Outcome = (typeof outcomes)[number]

/** A count of distinct voter records, as bounds and a best estimate; `basis` says in words how it was counted. */
export interface Exposure {
  readonly recordsMin: number
  readonly recordsMax: number
  readonly recordsLikely: number
  readonly basis: readonly string[]
}

/** Records that one hit shows to have been exposed. Items of many hits are folded into an `Exposure`: the same key or
 *  position counts once, however often it was fetched.
 *  - `key`: a look-up page answered for one voter key (`key` is a hash of it, never the key).
 *  - `positions`: rows `from` (inclusive) to `to` (exclusive) of a table in a given order, as a dump pages through it.
 *  - `rows`: a number of rows that can only be bounded, for example from the size of the answer; `set` names what was
 *    asked, so that asking twice counts once. */
export type Exposed =
  | { readonly by: 'key'; readonly page: string; readonly key: number; readonly certain: boolean }
  | {
      readonly by: 'positions'
      readonly table: string
      readonly ordering: string
      readonly from: number
      readonly to: number
      readonly certain: boolean
    }
  | {
      readonly by: 'rows'
      readonly table: string
      readonly set: string
      readonly rowsMin: number
      readonly rowsMax: number
      readonly rowsLikely: number
    }

export const actorTypes = ['address', 'role', 'sender', 'account', 'computer'] as const
/** Who did it: an address, the database role where only the database log saw it, the address that a mail says it comes
 *  from, the account that was signed in at a machine, or the machine itself where nothing more is known. */
export interface Actor {
  readonly type: (typeof actorTypes)[number]
  readonly value: string
}

/** What a detection rule says of its match. */
export interface RuleWords {
  /** The rule's title. */
  readonly title: string
  /** One sentence for a clerk: what it means. Rules of others have none. */
  readonly plain?: string
  /** What to do now, in order. */
  readonly doNow?: readonly string[]
  /** Techniques of MITRE ATT&CK, such as `T1070.001`. */
  readonly techniques?: readonly string[]
}

/** One record that a watch holds against somebody. Many hits of one kind, actor and target make one `Finding`. */
export interface Hit {
  readonly kind: FindingKind
  /** Which detection said so, for example `registration/sql-injection/union`. */
  readonly rule: string
  readonly level: Level
  /** How sure the watch is, 0 to 1. */
  readonly confidence: number
  /** Event time, milliseconds since the epoch, UTC. */
  readonly timeMs: number
  readonly actor: Actor
  /** What was attacked: a page such as `/status`, or a database. */
  readonly target: string
  /** Where in the request or statement, for example `parameter dl` or `cookie`. */
  readonly part?: string
  readonly outcome?: Outcome
  /** The tool that the record betrays, for example `sqlmap`. */
  readonly tool?: string
  /** The record. */
  readonly place: Place
  /** The record at which the watch made up its mind: later than `place` where a hit is found in hindsight. */
  readonly decidedAtMs: number
  /** Records that this hit shows to have been exposed. */
  readonly exposes?: readonly Exposed[]
  /** Identifies the form of the attack (literals removed), so that a campaign that changes addresses is still one. */
  readonly shape?: string
  /** Of a `rule-match`: what the rule says. Each rule makes a finding of its own. */
  readonly words?: RuleWords
  /** The record in words, where its source's bytes are no text (EVTX), or what writes it: asked while it is at hand. */
  readonly text?: string | (() => string)
}

/** One claim of a watch: hits of one kind, by one actor, against one target. */
export interface Finding {
  readonly id: FindingId
  readonly watch: WatchName
  readonly kind: FindingKind
  readonly rules: readonly string[]
  readonly level: Level
  readonly confidence: number
  readonly actor: Actor
  readonly target: string
  readonly parts: readonly string[]
  readonly outcome?: Outcome
  readonly tools: readonly string[]
  readonly shapes: readonly string[]
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** Event time of the record at which the finding was first made. */
  readonly detectedAtMs: number
  readonly hitCount: number
  /** The first places, at most `limits.evidencePlacesMax`; the evidence file holds all. */
  readonly evidence: readonly Place[]
  readonly words?: RuleWords
}
