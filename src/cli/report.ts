/** The report that a clerk reads: what happened, how sure, since when, from where, what was exposed, what to do, whom to
 *  call, and the first lines of evidence; then what was read and what could not be. It renders what it is given and
 *  judges nothing. Everything that came out of a log is attacker-controlled and is shown as printable text only. */

import { capitalised, counted, durationInWords, inBytes, inDigits, inWords } from '../core/counts.ts'
import { type Level, levelRank, watchOf } from '../core/finding.ts'
import type { IncidentId } from '../core/ids.ts'
import type { Place, Reject } from '../core/place.ts'
import { dayInWords, isTime, spanInWords, timeInWords } from '../core/times.ts'
import { exposureInWords, kindWords, levelWords, outcomeSentence, sureness } from '../core/vocabulary.ts'
import type { Incident } from '../incidents/incident.ts'
import { chop, excerpt } from './printable.ts'
import { Page, type PageOptions } from './report-page.ts'

/** What was read of one source. */
export interface SourceSummary {
  /** As the user gave it, or `-`. */
  readonly path: string
  /** The format's name, for example `combined`. */
  readonly format: string
  /** The format's name in plain words. */
  readonly formatTitle: string
  readonly kind: 'requests' | 'statements' | 'events' | 'messages'
  readonly records: number
  readonly rejects: number
  /** The first rejects of this source. */
  readonly rejectExamples: readonly Reject[]
  /** Bytes read, after decompression. */
  readonly bytes: number
}

/** Something that kept a whole source, or a part of the scan, from being done. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** A line of evidence as the report shows it. */
export interface EvidenceLine {
  readonly place: Place
  /** The line as text; it may hold anything. */
  readonly raw: string
}

/** Everything that the report, the JSON document and the OCSF lines are made from. */
export interface ReportInput {
  /** Empty where no office file was given. */
  readonly officeName: string
  readonly incidents: readonly Incident[]
  readonly sources: readonly SourceSummary[]
  readonly problems: readonly Problem[]
  /** Event time of the first and the last record, milliseconds since the epoch; undefined where none was read. */
  readonly firstTimeMs: number | undefined
  readonly lastTimeMs: number | undefined
  /** The first lines of evidence of each incident. */
  readonly evidenceLines: ReadonlyMap<IncidentId, readonly EvidenceLine[]>
  readonly generatedAtMs: number
}

const addressesMax = 8
const targetsMax = 5
const stepsMax = 10
const contextMax = 3
const incidentsInFullMax = 20
const evidenceShownMax = 3
const evidenceRowsMax = 4
const sourcesListedMax = 40
const problemsListedMax = 40
const rejectsListedMax = 3
/** Sentences that carry text from a log (a page's name) are cut here. */
const sentenceCharactersMax = 600
const nameCharactersMax = 120

/** `CRITICAL: act now`. */
const levelInWords = (level: Level): string => `${levelWords[level].name.toUpperCase()}: ${levelWords[level].asks}`

/** The whole report, ending in a line feed. */
export function renderReport(input: ReportInput, options: PageOptions): string {
  const page = new Page(options)
  const incidents = mostSevereFirst(input.incidents)
  header(page, input)
  for (const [i, incident] of incidents.slice(0, incidentsInFullMax).entries()) {
    const evidence = input.evidenceLines.get(incident.id) ?? []
    incidentSection(page, incident, `${i + 1} of ${incidents.length}`, evidence)
  }
  furtherIncidents(page, incidents.slice(incidentsInFullMax))
  whatWasRead(page, input)
  inShort(page, input)
  return page.toString()
}

/** Most severe first; among equals the surest, then the latest. */
export const mostSevereFirst = (incidents: readonly Incident[]): Incident[] =>
  incidents.toSorted(
    (a, b) =>
      levelRank(b.level) - levelRank(a.level) ||
      b.confidence - a.confidence ||
      b.lastSeenMs - a.lastSeenMs ||
      (a.id < b.id ? -1 : 1),
  )

/** The sentences that a reader who reads nothing else takes away. */
export function summarySentences(input: ReportInput): string[] {
  const records = input.sources.reduce((sum, source) => sum + source.records, 0)
  if (records === 0 && input.incidents.length === 0) {
    return ['Nothing could be read, so nothing can be said about an attack. The reasons stand below.']
  }
  const count = (...levels: Level[]) => input.incidents.filter(({ level }) => levels.includes(level)).length
  const today = count('critical', 'high')
  const thisWeek = count('medium')
  const toKnow = count('low', 'informational')
  const things = (n: number) => (n === 1 ? 'thing' : 'things')
  const sentences: string[] = []
  if (today > 0) sentences.push(`${inWords(today)} ${things(today)} ${today === 1 ? 'needs' : 'need'} you today.`)
  if (thisWeek > 0) sentences.push(`${inWords(thisWeek)} ${things(thisWeek)} should be looked at this week.`)
  if (toKnow > 0) sentences.push(`${inWords(toKnow)} ${things(toKnow)} ${toKnow === 1 ? 'is' : 'are'} good to know.`)
  if (sentences.length === 0) {
    const period = periodInWords(input)
    sentences.push(`nothing that looks like an attack was found in ${recordsInWords(input)}${period}.`)
  } else if (today === 0) {
    sentences.unshift('nothing needs you today.')
  }
  return sentences.map(capitalised)
}

/** `306,119 web requests and 41,000 database log entries`. */
function recordsInWords({ sources }: ReportInput): string {
  const words = {
    requests: 'web request',
    statements: 'database log entry',
    events: 'event',
    messages: 'mail',
  } as const
  const manyWords = {
    requests: 'web requests',
    statements: 'database log entries',
    events: 'events',
    messages: 'mails',
  } as const
  const parts = (['requests', 'statements', 'events', 'messages'] as const).flatMap((kind) => {
    const records = sources.reduce((sum, source) => sum + (source.kind === kind ? source.records : 0), 0)
    return records === 0 ? [] : [counted(records, words[kind], manyWords[kind])]
  })
  if (parts.length < 2) return parts[0] ?? 'no record'
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

const periodInWords = ({ firstTimeMs, lastTimeMs }: ReportInput): string =>
  isTime(firstTimeMs) && isTime(lastTimeMs) ? ` ${spanInWords(firstTimeMs, lastTimeMs)}` : ''

function header(page: Page, input: ReportInput): void {
  page.heading(`BELLWETHER${input.officeName === '' ? '' : ` for ${excerpt(input.officeName, nameCharactersMax)}`}`)
  page.gap()
  for (const sentence of summarySentences(input)) page.heading(sentence)
  page.gap()
  page.text(`All times are UTC. This report was made ${timeInWords(input.generatedAtMs)}.`)
  const records = input.sources.reduce((sum, source) => sum + source.records, 0)
  const rejects = input.sources.reduce((sum, source) => sum + source.rejects, 0)
  if (records > 0) {
    if (input.incidents.length > 0) page.text(`Read: ${recordsInWords(input)}${periodInWords(input)}.`)
    else page.text('That is no proof that nothing happened: Bellwether sees only what these logs hold.')
  }
  if (rejects > 0) page.text(`${counted(rejects, 'line')} could not be read: see the end of this report.`)
  if (input.problems.length > 0) {
    page.text(`${counted(input.problems.length, 'problem')} came up while reading: see the end of this report.`)
  }
}

const adviceLabels: Readonly<Record<Level, string>> = {
  critical: 'DO THIS NOW',
  high: 'DO THIS TODAY',
  medium: 'Do this week',
  low: 'What to do',
  informational: 'What to do',
}

function incidentSection(page: Page, incident: Incident, number: string, lines: readonly EvidenceLine[]): void {
  const sentences = (texts: readonly string[]) => texts.map((text) => excerpt(text, sentenceCharactersMax))
  page.gap()
  page.rule('=')
  page.text(`${number} - ${levelInWords(incident.level)}`, incident.level)
  page.heading(excerpt(incident.title, sentenceCharactersMax))
  page.rule('=')
  page.labelled('What happened', incident.story.length === 0 ? [] : [sentences(incident.story).join(' ')])
  page.labelled('What it means', sentences(incident.advice.map(({ meaning }) => meaning)))
  page.labelled('How sure', [sureness(incident.confidence)])
  page.labelled('Also known', alsoKnown(incident.context))
  if (incident.outcome !== undefined) page.labelled('Did it work', [outcomeSentence(incident.outcome, incident.kinds)])
  page.labelled('Records exposed', exposureParagraphs(incident))
  page.labelled('When', whenInWords(incident))
  page.labelled('From where', [fromWhere(incident)])
  page.labelled('What was hit', incident.targets.length === 0 ? [] : [listed(incident.targets, targetsMax)])
  page.gap()
  const steps = [...new Set(incident.advice.flatMap(({ now }) => now))].slice(0, stepsMax)
  page.labelled(
    adviceLabels[incident.level],
    sentences(steps).map((step, i) => `${i + 1}. ${step}`),
  )
  page.gap()
  const contacts = [...new Set(incident.advice.flatMap(({ call }) => call))]
  page.labelled(
    'Whom to call',
    sentences(contacts).map((contact) => `- ${contact}`),
  )
  page.gap()
  page.labelled('For your IT', [technicalTerms(incident)])
  evidenceSection(page, incident, lines)
}

function alsoKnown(context: readonly string[]): string[] {
  const shown = context.slice(0, contextMax).map((one) => excerpt(one, sentenceCharactersMax))
  return context.length > contextMax
    ? [...shown, `And ${inDigits(context.length - contextMax)} more such facts.`]
    : shown
}

function whenInWords(incident: Incident): string[] {
  const { firstSeenMs, lastSeenMs, detectedAtMs, timeline } = incident
  const lastedMs = lastSeenMs - firstSeenMs
  const lasted = lastedMs < 1000 ? 'All of it within a second.' : `That is ${durationInWords(lastedMs)}.`
  const when = `${capitalised(spanInWords(firstSeenMs, lastSeenMs))}. ${lasted}`
  const paragraphs = [when]
  if (timeline.length > 1) {
    const busiest = timeline.reduce((best, day) => (day.hitCount > best.hitCount ? day : best))
    paragraphs.push(`Seen on ${inWords(timeline.length)} days, most of all on ${dayInWords(busiest.dayMs)}.`)
  }
  const delayMs = detectedAtMs - firstSeenMs
  const recognised = delayMs < 1000 ? 'at its first line' : `${durationInWords(delayMs)} after it began`
  const exposed = incident.exposureAtDetection
  const byThen = exposed === undefined ? '' : `, when ${exposureInWords(exposed)} had been exposed`
  return [...paragraphs, `Bellwether recognised it ${recognised}${byThen}.`]
}

function fromWhere(incident: Incident): string {
  const addresses = incident.actors.filter(({ type }) => type === 'address').map(({ value }) => value)
  const roles = incident.actors.filter(({ type }) => type === 'role').map(({ value }) => value)
  const senders = incident.actors.filter(({ type }) => type === 'sender').map(({ value }) => value)
  const accounts = incident.actors.filter(({ type }) => type === 'account').map(({ value }) => value)
  const computers = incident.actors.filter(({ type }) => type === 'computer').map(({ value }) => value)
  const parts: string[] = []
  if (addresses.length === 1) parts.push(`One address: ${listed(addresses, addressesMax)}`)
  if (addresses.length > 1) parts.push(`${inDigits(addresses.length)} addresses: ${listed(addresses, addressesMax)}`)
  if (roles.length > 0) parts.push(`Database sign-in: ${listed(roles, addressesMax)}`)
  if (senders.length > 0) parts.push(`Mail sender, as the mail has it: ${listed(senders, addressesMax)}`)
  if (accounts.length > 0) parts.push(`Signed in as: ${listed(accounts, addressesMax)}`)
  if (computers.length > 0) parts.push(`At the computer: ${listed(computers, addressesMax)}`)
  return parts.length === 0 ? 'The logs do not say.' : `${parts.join('. ')}.`
}

const listed = (names: readonly string[], namesMax: number): string => {
  const shown = names.slice(0, namesMax).map((name) => excerpt(name, nameCharactersMax))
  return `${shown.join(', ')}${names.length > namesMax ? `, and ${inDigits(names.length - namesMax)} more` : ''}`
}

function exposureParagraphs({ exposure, outcome, kinds }: Incident): string[] {
  // Of machines and mail, nothing is counted.
  if (exposure === undefined && kinds.every((kind) => watchOf[kind] !== 'registration')) return []
  if (exposure === undefined) {
    return [outcome === 'success' ? 'The logs do not show how many.' : 'None that the logs show.']
  }
  const basis = exposure.basis.map((one) => excerpt(one, sentenceCharactersMax))
  return [
    `${capitalised(exposureInWords(exposure))}.`,
    ...(basis.length === 0 ? [] : ['How this was counted:', ...basis.map((one) => `- ${sentence(one)}`)]),
  ]
}

/** A phrase as a sentence: capital and full stop added where they are missing. */
const sentence = (text: string): string => `${capitalised(text)}${/[.?!)]$/.test(text) ? '' : '.'}`

function technicalTerms(incident: Incident): string {
  const kinds = incident.kinds.map((kind) => `${kindWords[kind].term} (${kindWords[kind].plain})`)
  const tools = incident.tools.length === 0 ? '' : ` Tool: ${listed(incident.tools, targetsMax)}.`
  return `${capitalised(kinds.join('; '))}.${tools}`
}

function evidenceSection(page: Page, incident: Incident, given: readonly EvidenceLine[]): void {
  const places = incident.findings.flatMap(({ evidence }) => evidence)
  const lines: { place: Place; raw?: string }[] = given.length > 0 ? [...given] : places.map((place) => ({ place }))
  const shown = lines.slice(0, evidenceShownMax)
  if (shown.length === 0) return
  page.gap()
  const first = shown.length === 1 ? 'the first line' : `the first ${inWords(shown.length)} lines`
  page.heading(`Evidence: ${first}${incident.hitCount > shown.length ? ' (--evidence FILE saves them all)' : ''}`)
  const columns = page.columns - 4
  for (const { place, raw } of shown) {
    page.raw(`  ${excerpt(place.source, nameCharactersMax)}:${place.line}`)
    if (raw === undefined) continue
    const room = columns * evidenceRowsMax - 30
    for (const row of chop(excerpt(raw, room), columns)) page.raw(`    ${row}`)
  }
}

function furtherIncidents(page: Page, incidents: readonly Incident[]): void {
  if (incidents.length === 0) return
  page.gap()
  page.heading(
    `${capitalised(inWords(incidents.length))} more of the same or a lower level; --json shows them in full:`,
  )
  for (const incident of incidents.slice(0, sourcesListedMax)) {
    page.indented(`- ${levelInWords(incident.level)}: ${excerpt(incident.title, nameCharactersMax)}`, 2, 4)
  }
}

function whatWasRead(page: Page, { sources, problems }: ReportInput): void {
  page.gap()
  page.rule('-')
  page.heading('What was read')
  if (sources.length === 0) page.indented('Nothing.', 2)
  const worthSaying = sources.filter(({ rejects, records }) => rejects > 0 || records === 0)
  const listedSources = sources.length <= sourcesListedMax ? sources : worthSaying.slice(0, sourcesListedMax)
  for (const source of listedSources) sourceSection(page, source)
  if (listedSources.length < sources.length) {
    const left = sources.filter((source) => !listedSources.includes(source))
    const records = left.reduce((sum, source) => sum + source.records, 0)
    page.indented(`And ${counted(left.length, 'more file')}, with ${counted(records, 'record')}.`, 2)
  }
  if (problems.length === 0) return
  page.gap()
  page.heading('Problems')
  for (const { path, message } of problems.slice(0, problemsListedMax)) {
    const about = message.includes(path) || path === '-' ? '' : `${excerpt(path, nameCharactersMax)}: `
    page.indented(`- ${about}${excerpt(message, sentenceCharactersMax)}`, 2, 4)
  }
  if (problems.length > problemsListedMax) {
    page.indented(`And ${counted(problems.length - problemsListedMax, 'more problem')}; --json shows them all.`, 2)
  }
}

/** On a terminal the top of a long report has scrolled away: the last lines say again what matters. */
function inShort(page: Page, input: ReportInput): void {
  if (input.incidents.length === 0) return
  page.gap()
  page.rule('-')
  page.heading(`In short: ${summarySentences(input).join(' ')}`)
  page.text('What happened and what to do stands above, most severe first.')
}

function sourceSection(page: Page, source: SourceSummary): void {
  const { path, formatTitle, records, rejects, rejectExamples, bytes } = source
  const name = path === '-' ? 'standard input' : excerpt(path, nameCharactersMax)
  page.indented(name, 2, 4)
  page.indented(`${excerpt(formatTitle, nameCharactersMax)}: ${counted(records, 'record')}, ${inBytes(bytes)}.`, 4)
  if (rejects === 0) return
  page.indented(`${counted(rejects, 'line')} could not be read${rejects > rejectsListedMax ? '; the first' : ''}:`, 4)
  for (const { place, message } of rejectExamples.slice(0, rejectsListedMax)) {
    page.indented(`line ${inDigits(place.line)}: ${excerpt(message, sentenceCharactersMax)}`, 6, 8)
  }
}
