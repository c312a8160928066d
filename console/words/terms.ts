/** The vocabulary of the desk in words that a county clerk reads without help; that of findings is `core/vocabulary.ts`. Tables are
 *  total: a new state or level without words does not compile. */

import { capitalised, counted, inDigits } from '../../src/core/counts.ts'
import { kindWords } from '../../src/core/vocabulary.ts'
import type { IncidentSummaryView, IncidentView } from '../../src/desk/api/incidents.ts'
import type { SourceView } from '../../src/desk/api/today.ts'

export type Kind = IncidentSummaryView['kinds'][number]
export type Level = IncidentSummaryView['level']
export type State = IncidentSummaryView['state']
export type Exposure = NonNullable<IncidentView['exposure']>
export type Tone = 'red' | 'orange' | 'gold' | 'blue' | 'green' | 'gray'

/** The colour of each level. */
export const levelTones: Readonly<Record<Level, Tone>> = {
  critical: 'red',
  high: 'orange',
  medium: 'gold',
  low: 'blue',
  informational: 'gray',
}

export const levelOrder: readonly Level[] = ['critical', 'high', 'medium', 'low', 'informational']

/** Who did it, before the name. */
export const actorWords: Readonly<Record<IncidentSummaryView['actors'][number]['type'], string>> = {
  address: 'from ',
  role: 'database role ',
  sender: 'mail from ',
  account: 'signed in as ',
  computer: 'at the computer ',
}

export const allKinds = Object.keys(kindWords) as Kind[]

/** The plain words of a kind as a heading; of a kind that this console does not know yet, its own name. */
export const kindTitle = (kind: string): string => capitalised(kindWords[kind as Kind]?.plain ?? kind)

export const stateWords: Readonly<
  Record<State, { readonly name: string; readonly tone: Tone; readonly means: string }>
> = {
  new: { name: 'New', tone: 'red', means: 'Nobody has looked at it yet.' },
  acknowledged: { name: 'Acknowledged', tone: 'gold', means: 'Somebody is on it.' },
  contained: { name: 'Contained', tone: 'blue', means: 'The attack is stopped. The clean-up goes on.' },
  closed: { name: 'Closed', tone: 'gray', means: 'Nothing more is to be done.' },
}

/** `About 7,948 voter records`. */
export function exposureInShort({ recordsMin, recordsMax, recordsLikely }: Exposure): string {
  if (recordsMax === 0) return 'No voter records'
  if (recordsMin === recordsMax) return counted(recordsMin, 'voter record')
  return `About ${counted(recordsLikely, 'voter record')}`
}

/** What the bounds mean, in sentences; none where the number is exact. */
export function exposureBounds({ recordsMin, recordsMax }: Exposure): string {
  if (recordsMin === recordsMax) return ''
  const least = recordsMin === 0 ? 'It may have been none.' : `At least ${inDigits(recordsMin)} were shown for certain.`
  const most =
    recordsMax === null
      ? 'How many at most, the logs do not show.'
      : `It cannot have been more than ${inDigits(recordsMax)}.`
  return `${least} ${most}`
}

export const sourceStateWords: Readonly<Record<SourceView['state'], { readonly name: string; readonly tone: Tone }>> = {
  waiting: { name: 'Waiting', tone: 'gray' },
  reading: { name: 'Catching up', tone: 'blue' },
  live: { name: 'Live', tone: 'green' },
  silent: { name: 'Silent', tone: 'gold' },
  failed: { name: 'Cannot be read', tone: 'red' },
}

export const sourceKindWords: Readonly<Record<SourceView['kind'], string>> = {
  follow: 'Files that are followed',
  drop: 'A folder that files are put into',
  syslog: 'Messages from other machines (syslog)',
  push: 'Sent in by another program (HTTP)',
  upload: 'Files uploaded by hand',
  milter: 'Mail, as the mail server takes it in',
  imap: 'A mailbox (IMAP)',
  'microsoft-365': 'Mailboxes in Microsoft 365',
  'google-workspace': 'Mailboxes in Google Workspace',
  'mail-upload': 'Mail uploaded by hand',
}

export type RoleName = 'official' | 'analyst' | 'tester' | 'viewer'
/** What each role is called and what it may do. */
export const roleWords: Readonly<Record<RoleName, { readonly name: string; readonly may: string }>> = {
  official: { name: 'Official', may: 'Runs the office: decides, blocks, changes settings and accounts.' },
  analyst: { name: 'Analyst', may: 'Reads and decides: acknowledges, blocks, closes, adds sources, hunts.' },
  tester: { name: 'Tester', may: 'Tests the office within an agreed scope. Sees no evidence and no voter data.' },
  viewer: { name: 'Viewer', may: 'Reads. Changes nothing.' },
}

export const allRoles: readonly RoleName[] = ['official', 'analyst', 'viewer', 'tester']
