/** Says what happened in words that a clerk understands: what, from where, how sure, what came of it. No technical term
 *  comes first. */
import { counted, listed } from '../core/counts.ts'
import {
  type Actor,
  type Exposure,
  type Finding,
  type FindingKind,
  levelRank,
  type Outcome,
  type RuleWords,
  watchOf,
} from '../core/finding.ts'
import { limits } from '../core/limits.ts'

/** What a story is told from. */
export interface StoryFacts {
  readonly kinds: readonly FindingKind[]
  readonly findings: readonly Finding[]
  readonly actors: readonly Actor[]
  readonly outcome?: Outcome
  readonly exposure?: Exposure
  readonly tools: readonly string[]
  readonly targets: readonly string[]
  /** Log lines that belong to it, each once. */
  readonly lineCount: number
  readonly confidence: number
}

/** The kinds in the order of what matters most to say first. */
const order: readonly FindingKind[] = [
  'sql-injection',
  'enumeration',
  'password-guessing',
  'password-spraying',
  'mail-campaign',
  'mail-impersonation',
  'mail-phishing',
  'software-changed',
  'rule-match',
  'new-statement',
  'scan',
  'after-block',
  'authorised-scan',
  'bundle-refused',
  'source-silent',
  'source-clock',
  'messages-lost',
  'record-set-aside',
  'mail-unreadable',
  'limit-reached',
]

/** Of several kinds, the one that matters most. */
export const leadingKind = (kinds: readonly FindingKind[]): FindingKind =>
  order.find((kind) => kinds.includes(kind)) ?? 'limit-reached'

/** One sentence for the top of the incident. */
export function titleOf(facts: StoryFacts): string {
  const kind = leadingKind(facts.kinds)
  const page = pageOf(facts, kind)
  switch (kind) {
    case 'sql-injection':
      if (facts.outcome === 'success') return `Somebody made the voter database answer to them through ${page}`
      if (facts.outcome === 'probe')
        return `Somebody tried to break into the voter database through ${page}, and the site stumbled`
      return `Somebody tried to break into the voter database through ${page}`
    case 'enumeration':
      return `Somebody is collecting voter records one by one from ${page}`
    case 'password-guessing':
      return facts.outcome === 'success'
        ? `Somebody guessed a password and got in at ${page}`
        : `Somebody is guessing passwords at ${page}`
    case 'password-spraying':
      return facts.outcome === 'success'
        ? `Somebody tried passwords from many addresses and got in at ${page}`
        : `Somebody is trying passwords from many addresses at ${page}`
    case 'new-statement':
      if (isBrokenPage(facts)) return `A weak spot: ${page} stumbles over names with an apostrophe`
      return 'The voter database was asked something it was never asked before'
    case 'scan':
      if (facts.findings.some((finding) => finding.level !== 'low')) return 'Somebody searched the site for weak spots'
      return 'The usual scanning that every site on the internet sees'
    case 'after-block':
      return 'A blocked address keeps trying'
    case 'authorised-scan':
      return 'A scanner that your office ordered was at work'
    case 'mail-impersonation':
      return `A mail poses as ${named(facts, kind)}, who did not send it`
    case 'mail-phishing':
      return 'A mail tries to get passwords, money or a way in'
    case 'mail-campaign':
      return facts.kinds.includes('mail-impersonation')
        ? `The same mail, posing as ${named(facts, 'mail-impersonation')}, went to several people`
        : 'The same bad mail went to several people'
    case 'mail-unreadable':
      return 'A mail could not be read'
    case 'rule-match':
      return ruleTitle(facts)
    case 'software-changed':
      return `The software on ${named(facts, kind)} is not what it should be`
    case 'limit-reached':
      return 'More was going on than this program can remember at once'
    case 'source-silent':
      return `A log has stopped coming: ${named(facts, kind)}`
    case 'source-clock':
      return `A clock is wrong: the times in ${named(facts, kind)} do not fit`
    case 'record-set-aside':
      return 'Bellwether failed on a log line and put it aside'
    case 'messages-lost':
      return `Messages were lost on their way from ${named(facts, kind)}`
    case 'bundle-refused':
      return `A file was refused: ${named(facts, kind)}`
  }
}

/** Two to five sentences. */
export function storyOf(facts: StoryFacts): string[] {
  const story = [whoSentence(facts), ...facts.kinds.map((kind) => kindSentence(facts, kind))].filter(
    (text) => text !== '',
  )
  if (facts.tools.length > 0) story.push(`The tool used says it is ${listed(facts.tools)}.`)
  const sure = sureness(facts)
  return sure === '' ? story : [...story, sure]
}

function whoSentence(facts: StoryFacts): string {
  if (isOfDesk(facts)) return ''
  if (facts.findings.every(({ kind }) => watchOf[kind] === 'mail')) return mailSentence(facts)
  if (facts.findings.every(({ kind }) => watchOf[kind] === 'machines')) return machineSentence(facts)
  const addresses = facts.actors.filter((actor) => actor.type === 'address').length
  const records = counted(facts.lineCount, 'log line')
  if (isBrokenPage(facts)) return `${records} of the database log ${facts.lineCount === 1 ? 'shows' : 'show'} it.`
  if (addresses === 0) return `${records} of the database log show it; no web request could be tied to them.`
  return `${records} from ${counted(addresses, 'address', 'addresses')} belong to it.`
}

function machineSentence(facts: StoryFacts): string {
  const machines = listed(
    [...new Set(facts.findings.map(({ target }) => `“${target}”`))].slice(0, limits.machinesNamedMax),
  )
  const accounts = facts.actors.filter(({ type }) => type === 'account').map(({ value }) => `“${value}”`)
  const by = accounts.length === 0 ? '' : ` Signed in: ${listed(accounts.slice(0, limits.machinesNamedMax))}.`
  return `${counted(facts.lineCount, 'record')} of ${machines} ${facts.lineCount === 1 ? 'shows' : 'show'} it.${by}`
}

/** Where, the gravest rule in its own words, and how many others. */
function ruleTitle(facts: StoryFacts): string {
  const rules = rulesOf(facts)
  const others = rules.length - 1
  const first = rules[0]
  const machines = [...new Set(facts.findings.map(({ target }) => target))]
  const where = machines.length === 1 ? `“${machines[0]}”` : counted(machines.length, 'machine')
  const said = first?.plain?.replace(/\.$/, '') ?? `the rule “${first?.title ?? 'without a title'}” fired`
  return `On ${where}: ${said}${others === 0 ? '' : `; ${counted(others, 'more sign', 'more signs')} of an attack`}`
}

/** The rules that matched, the gravest first, each once. */
function rulesOf(facts: StoryFacts): RuleWords[] {
  const rules = new Map<string, RuleWords>()
  for (const { words } of facts.findings.toSorted((a, b) => levelRank(b.level) - levelRank(a.level))) {
    if (words !== undefined && !rules.has(words.title)) rules.set(words.title, words)
  }
  return [...rules.values()]
}

function ruleSentence(facts: StoryFacts): string {
  const rules = rulesOf(facts)
  const shown = rules
    .slice(0, limits.rulesNamedMax)
    .map(({ title, techniques = [] }) =>
      techniques.length === 0 ? `“${title}”` : `“${title}” (${techniques.join(', ')})`,
    )
  const more = rules.length > limits.rulesNamedMax ? [counted(rules.length - limits.rulesNamedMax, 'other')] : []
  return `It is what ${rules.length === 1 ? 'the rule' : 'the rules'} ${listed([...shown, ...more])} ${rules.length === 1 ? 'looks' : 'look'} for. Administrators sometimes do the same: ask who did it, and why.`
}

function mailSentence(facts: StoryFacts): string {
  if (facts.kinds.every((kind) => kind === 'mail-unreadable')) return ''
  const senders = facts.actors.filter((actor) => actor.type === 'sender').length
  const verb = facts.lineCount === 1 ? 'belongs' : 'belong'
  return `${counted(facts.lineCount, 'mail')} from ${counted(senders, 'sender')} ${verb} to it.`
}

function kindSentence(facts: StoryFacts, kind: FindingKind): string {
  const findings = facts.findings.filter((finding) => finding.kind === kind)
  const hits = findings.reduce((sum, finding) => sum + finding.hitCount, 0)
  switch (kind) {
    case 'sql-injection':
      return `They put database commands into the site's own pages (SQL injection), ${counted(hits, 'time')}. ${injectionOutcome(facts.outcome)}`
    case 'enumeration':
      return `They asked for one voter after another, ${counted(hits, 'time')}, in a way that no visitor does. The page itself worked as built: nothing was broken into.`
    case 'password-guessing':
      return `They tried ${counted(hits, 'password')} from the same address.`
    case 'password-spraying':
      return `They tried passwords ${counted(hits, 'time')}, a few from each address, so that no single address stands out.`
    case 'scan':
      return leadingKind(facts.kinds) === 'scan'
        ? 'They asked for pages that do not exist or that only an intruder looks for. This alone took nothing.'
        : ''
    case 'mail-impersonation':
      return 'It gives itself a name that Bellwether protects, and nothing shows that the owner of that name sent it. Each proof is listed with the finding.'
    case 'mail-phishing':
      return 'It has the marks of a mail that wants a password, money or a click. Nothing here shows whether anybody answered or clicked.'
    case 'mail-campaign':
      return 'The mails are alike in their text, their files, their links or the machines that sent them, and went to more than one person. Other offices may have them too.'
    case 'mail-unreadable':
      return `${counted(hits, 'mail')} could not be read, in whole or in part. ${hits === 1 ? 'It was' : 'They were'} not held back, so look before you open ${hits === 1 ? 'it' : 'them'}.`
    case 'rule-match':
      return ruleSentence(facts)
    case 'software-changed':
      return [
        ...findings.flatMap(({ words }) => words?.plain ?? []),
        'An update does this too; then there is a note of who installed it. If there is none, treat it as tampering.',
      ].join(' ')
    case 'after-block':
      return `The site refuses them, and they go on: ${counted(hits, 'refused request')}.`
    case 'new-statement':
      if (isBrokenPage(facts)) {
        return "A name such as O'Brien makes the database fail. What people type there reaches the database as a command: that is the door that break-ins use. Nothing shows that anybody did. Ask whoever wrote the page to repair it."
      }
      return 'This can be a new version of your software. Ask your vendor whether it was updated; if not, treat it as a break-in.'
    case 'authorised-scan':
      return 'It is on your list, so nothing needs to be done.'
    case 'limit-reached':
      return 'The longest unused entries were dropped. Findings stay; a very slow attack may be seen later than it could be.'
    case 'source-silent':
      return 'It used to bring lines at this time of the day, and it brings none. Either the machine or its logging stopped, or somebody stopped it. While it is silent, Bellwether does not see what happens there.'
    case 'source-clock':
      return 'The times of its lines and the clock of this computer are apart. Attacks are still seen, but what happened when cannot be told across machines.'
    case 'record-set-aside':
      return `${counted(hits, 'line')} made a part of Bellwether fail twice. All others were looked at. This is an error in Bellwether; it can also be an attempt to blind it.`
    case 'messages-lost':
      return 'They came faster than this computer could take them, over a way (UDP) that does not wait. What was in them is not known.'
    case 'bundle-refused':
      return 'Nothing of it was read. Either it was damaged on its way, or somebody changed it, or it comes from a machine that is not known here.'
  }
}

/** About the desk and its sources themselves: nobody is accused. */
const isOfDesk = (facts: StoryFacts): boolean => facts.findings.every(({ kind }) => watchOf[kind] === 'desk')

/** The sources or files that findings of a kind name. */
const named = (facts: StoryFacts, kind: FindingKind): string =>
  listed([...new Set(facts.findings.filter((finding) => finding.kind === kind).map(({ target }) => `“${target}”`))])

/** Only names with an apostrophe, and the database's complaint about them. */
const isBrokenPage = (facts: StoryFacts): boolean =>
  facts.findings.every(
    ({ kind, rules }) => kind === 'new-statement' && rules.every((rule) => rule.endsWith('/unescaped-input')),
  )

function injectionOutcome(outcome: Outcome | undefined): string {
  if (outcome === 'success') return 'It worked: the database did what they asked.'
  if (outcome === 'probe')
    return 'The site answered with errors, which tells them where it is weak. No sign that data came back.'
  return 'Nothing shows that it worked.'
}

function sureness(facts: StoryFacts): string {
  const kind = leadingKind(facts.kinds)
  if (kind === 'authorised-scan' || kind === 'limit-reached' || isOfDesk(facts)) return ''
  if (facts.confidence >= 0.9) return 'We are sure of this.'
  // What rules look for has its own word of caution.
  if (kind === 'rule-match' && facts.confidence < 0.7) return ''
  return facts.confidence >= 0.7
    ? 'This is very likely, not certain.'
    : 'This is possible; it may have an innocent cause.'
}

/** The page that the leading kind is about: the one where most came of it. */
function pageOf(facts: StoryFacts, kind: FindingKind): string {
  const ofKind = facts.findings.filter((finding) => finding.kind === kind && finding.target.startsWith('/'))
  const [first] = ofKind.toSorted((a, b) => levelRank(b.level) - levelRank(a.level) || b.hitCount - a.hitCount)
  if (first === undefined) return 'the site'
  const others = new Set(ofKind.map((finding) => finding.target)).size - 1
  if (others === 0) return `the page ${first.target}`
  if (others > pagesWorthCounting) return `the page ${first.target} and many others`
  return `the page ${first.target} and ${counted(others, 'other page')}`
}

/** More pages than this are no pages: somebody put commands into the addresses themselves. */
const pagesWorthCounting = 20
