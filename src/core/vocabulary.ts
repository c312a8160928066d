/** The vocabulary of findings in words that a county clerk reads without help; the report and the console say the same. The
 *  tables are total: a new kind or level without words does not compile. */

import { counted, inDigits } from './counts.ts'
import { type Exposure, type FindingKind, type Level, type Outcome, watchOf } from './finding.ts'

/** How sure, in words first. The bounds follow the words of estimative probability in ICD 203 (2015). */
export function sureness(confidence: number): string {
  const percent = Math.round(Math.min(1, Math.max(0, confidence)) * 100)
  if (percent >= 95) return `Almost certain (${percent} in 100).`
  if (percent >= 80) return `Very likely (${percent} in 100).`
  if (percent >= 55) return `Likely (${percent} in 100).`
  if (percent >= 45) return `As likely as not (${percent} in 100).`
  return `Not sure (${percent} in 100). Have somebody look at the evidence.`
}

/** What a level is called, and what it asks of the reader. */
export const levelWords: Readonly<Record<Level, { readonly name: string; readonly asks: string }>> = {
  critical: { name: 'Critical', asks: 'act now' },
  high: { name: 'High', asks: 'act today' },
  medium: { name: 'Medium', asks: 'look at it this week' },
  low: { name: 'Low', asks: 'good to know' },
  informational: { name: 'For information', asks: 'nothing to do' },
}

/** Each kind of finding: plain words first, and the field's own term for those who look it up. */
export const kindWords: Readonly<Record<FindingKind, { readonly plain: string; readonly term: string }>> = {
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
  'source-silent': { plain: 'a log that has stopped coming', term: 'silent source' },
  'source-clock': { plain: 'a clock that is wrong', term: 'clock offset' },
  'record-set-aside': { plain: 'a line that Bellwether failed on', term: 'record set aside' },
  'messages-lost': { plain: 'messages that were lost on the way', term: 'message loss' },
  'bundle-refused': { plain: 'a file that was not signed as it should be', term: 'bundle refused' },
}

/** What came of it, as far as the logs show. */
const outcomeWords: Readonly<Record<Outcome, string>> = {
  attempt: 'It was tried. The logs show no sign that it worked.',
  probe: 'The site reacted, with an error or a delay. That helps an attacker.',
  success: 'It worked, as far as the logs show.',
}

/** True where all that was found is mail: its evidence is mails, not lines of a log. */
export const isAboutMail = (kinds: readonly FindingKind[]): boolean => kinds.every((kind) => watchOf[kind] === 'mail')

/** What came of it. Of a mail nobody sees whether it was opened. */
export const outcomeSentence = (outcome: Outcome, kinds: readonly FindingKind[]): string =>
  outcome === 'attempt' && isAboutMail(kinds)
    ? 'It came to the office. Whether anybody opened or answered it, nothing here shows: ask.'
    : outcomeWords[outcome]

/** `about 7,948 voter records (at least 7,900, at most 8,100)`; bounds that say nothing more are left out. */
export function exposureInWords(exposure: Exposure): string {
  const { recordsMin, recordsMax, recordsLikely } = exposure
  const bounded = Number.isFinite(recordsMax)
  if (bounded && recordsMin === recordsMax) {
    return recordsMax === 0 ? 'no voter records' : counted(recordsMax, 'voter record')
  }
  const most = bounded ? `at most ${inDigits(recordsMax)}` : 'how many at most, the logs do not show'
  return `about ${counted(recordsLikely, 'voter record')} (at least ${inDigits(recordsMin)}, ${most})`
}
