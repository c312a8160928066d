/** The vocabulary of findings and of the desk in words that a county clerk reads without help. Tables are total: a new
 *  kind or state without words does not compile. */
import type { IncidentSummaryView, IncidentView } from '../../src/desk/api/incidents.ts'
import type { SourceView } from '../../src/desk/api/today.ts'
import { capitalised, counted, inDigits } from './counts.ts'

export type Kind = IncidentSummaryView['kinds'][number]
export type Level = IncidentSummaryView['level']
export type State = IncidentSummaryView['state']
export type Outcome = NonNullable<IncidentSummaryView['outcome']>
export type Exposure = NonNullable<IncidentView['exposure']>
export type Tone = 'red' | 'orange' | 'gold' | 'blue' | 'green' | 'gray'

/** What a level asks of the reader. */
export const levelWords: Readonly<
  Record<Level, { readonly name: string; readonly asks: string; readonly tone: Tone }>
> = {
  critical: { name: 'Critical', asks: 'act now', tone: 'red' },
  high: { name: 'High', asks: 'act today', tone: 'orange' },
  medium: { name: 'Medium', asks: 'look at it this week', tone: 'gold' },
  low: { name: 'Low', asks: 'good to know', tone: 'blue' },
  informational: { name: 'For information', asks: 'nothing to do', tone: 'gray' },
}

export const levelOrder: readonly Level[] = ['critical', 'high', 'medium', 'low', 'informational']

/** Each kind of finding: plain words first, and the field's own term for those who look it up. */
export const kindWords: Readonly<Record<Kind, { readonly plain: string; readonly term: string }>> = {
  'sql-injection': { plain: 'database commands typed into the website', term: 'SQL injection' },
  'new-statement': { plain: 'the database asked something new', term: 'new statement shape' },
  enumeration: { plain: 'voter records looked up one after another', term: 'enumeration' },
  scan: { plain: 'a search for weak spots', term: 'vulnerability scan' },
  'authorised-scan': { plain: 'a security test that your office ordered', term: 'authorised scan' },
  'password-guessing': { plain: 'many passwords tried on an account', term: 'password guessing' },
  'password-spraying': { plain: 'the same passwords tried on many accounts', term: 'password spraying' },
  'after-block': { plain: 'a blocked address that keeps trying', term: 'traffic after a block' },
  'mail-impersonation': { plain: 'a mail in somebody else’s name', term: 'impersonation' },
  'mail-phishing': { plain: 'a mail that is out for passwords or money', term: 'phishing' },
  'mail-campaign': { plain: 'the same bad mail to several people', term: 'phishing campaign' },
  'mail-unreadable': { plain: 'a mail that could not be read', term: 'unreadable mail' },
  'rule-match': { plain: 'a machine that did what attackers do', term: 'Sigma rule match' },
  'software-changed': { plain: 'software that is not what it should be', term: 'software integrity' },
  'limit-reached': { plain: 'more than Bellwether could keep track of', term: 'limit reached' },
  'source-silent': { plain: 'a source that fell silent', term: 'source silent' },
  'source-clock': { plain: 'a source whose clock is wrong', term: 'clock skew' },
  'record-set-aside': { plain: 'a record that could not be judged', term: 'record set aside' },
  'messages-lost': { plain: 'messages that were lost on their way', term: 'message loss' },
  'bundle-refused': { plain: 'a bundle that was refused', term: 'bundle refused' },
}

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

/** What came of it, as far as the logs show. */
const outcomeWords: Readonly<Record<Outcome, string>> = {
  attempt: 'It was tried. The logs show no sign that it worked.',
  probe: 'The site reacted, with an error or a delay. That helps an attacker.',
  success: 'It worked, as far as the logs show.',
}

/** True where all that was found is mail: its evidence is mails, not lines of a log. */
export const isAboutMail = (kinds: readonly string[]): boolean => kinds.every((kind) => kind.startsWith('mail-'))

/** What came of it. Of a mail nobody sees whether it was opened. */
export const outcomeSentence = (outcome: Outcome, kinds: readonly string[]): string =>
  outcome === 'attempt' && isAboutMail(kinds)
    ? 'It came to your office. Whether anybody opened or answered it, the desk cannot see: ask.'
    : outcomeWords[outcome]

/** How sure, in words first. The bounds follow the words of estimative probability in ICD 203 (2015). */
export function sureness(confidence: number): string {
  const percent = Math.round(Math.min(1, Math.max(0, confidence)) * 100)
  if (percent >= 95) return `Almost certain (${percent} in 100).`
  if (percent >= 80) return `Very likely (${percent} in 100).`
  if (percent >= 55) return `Likely (${percent} in 100).`
  if (percent >= 45) return `As likely as not (${percent} in 100).`
  return `Not sure (${percent} in 100). Have somebody look at the evidence.`
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
