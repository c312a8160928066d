/** `bellwether scan` and `bellwether demo`: arguments in, a scan, words out. */
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { levelRank } from '../core/finding.ts'
import type { IncidentId } from '../core/ids.ts'
import { emptyOffice, type Office } from '../core/office.ts'
import type { Place } from '../core/place.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { OfficeFile } from '../desk/config/office-file.ts'
import { ownRulesPath, RuleLibrary } from '../desk/rules/rule-library.ts'
import { formatNames, formats } from '../formats/formats.ts'
import { type IndicatorList, readIndicatorList } from '../formats/indicator-list.ts'
import { readEvidence } from '../sources/evidence-lines.ts'
import type { Problem } from '../sources/problem.ts'
import type { MakeEngine } from '../watches/machines/watch.ts'
import type { ProtectedIdentity } from '../watches/mail/identity.ts'
import { emptyMailOffice, type MailOffice } from '../watches/mail/mail-office.ts'
import { type Command, exitCodes, formatFor, parseArguments, type ScanCommand } from './arguments.ts'
import { EvidenceIndex, type IndexedLine, renderEvidenceLine } from './evidence.ts'
import { HitsFile } from './hits-file.ts'
import { type Generator as GeneratedBy, jsonDocumentParts } from './json-document.ts'
import { officeFileOf, readVendorLists } from './mail-facts.ts'
import { ocsfLines } from './ocsf.ts'
import { printable } from './printable.ts'
import { ProgressBar } from './progress.ts'
import { type EvidenceLine, type ReportInput, renderReport } from './report.ts'
import { colourWanted } from './report-page.ts'
import { placeKey, rereadOf, type ScanResult, scan } from './scan.ts'
import type { MailScanParts } from './scan-mail.ts'
import { usageText } from './usage.ts'

/** Evidence lines read back for one incident in the report. */
const evidenceReadMax = 4
const columnsDefault = 80
const root = join(import.meta.dirname, '..', '..')
const recorded = (name: string): string => relative(process.cwd(), join(root, 'data', 'recording', name))
const recording = { paths: [recorded('access.log.gz')], databasePaths: [recorded('postgresql.json.gz')] }

/** Reads the arguments and does what they ask for. The answer is the exit code. */
export function readLogs(argv: readonly string[]): Promise<number> | number {
  // Small steps of the garbage collector: a scan lets go of nearly all it touches, and memory stays flat at half the size.
  setFlagsFromString('--max-semi-space-size=8')
  setFlagsFromString('--semi-space-growth-factor=1')
  const command = parseArguments(argv, formatNames)
  if (!command.ok) {
    process.stderr.write(`${command.error.message}\n`)
    return exitCodes.usage
  }
  return run(command.value)
}

async function run(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(usageText(formats))
      return exitCodes.done
    case 'version':
      process.stdout.write(`bellwether ${await version()}\n`)
      return exitCodes.done
    case 'demo': {
      const { name: _, ...output } = command
      if (!command.quiet && command.output === 'report') process.stdout.write(demoWelcome)
      return runScan({ ...output, ...recording, name: 'scan', formats: [], indicatorPaths: [], rulePaths: [] })
    }
    case 'scan':
      return runScan(command)
  }
}

const demoWelcome = `This is a made-up recording of an invented county's voter-registration site,
under attack. To scan your own:  npx bellwether scan /var/log/nginx/access.log*

`

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return (manifest as { version: string }).version
}

async function runScan(command: ScanCommand): Promise<number> {
  const facts = await readOfficeFile(command.officePath)
  if (!facts.ok) return refuse(facts.error)
  const { office } = facts.value
  const vendors = await readVendorLists(facts.value.lists, (text) => process.stderr.write(text))
  if (!vendors.ok) return refuse([vendors.error])
  const indicators = await readIndicators(command.indicatorPaths)
  if (!indicators.ok) return refuse(indicators.error)
  const evidence = command.evidencePath === undefined ? undefined : new EvidenceIndex()
  const hits = command.hitsPath === undefined ? undefined : new HitsFile(command.hitsPath)
  const bar = new ProgressBar(process.stderr, () => performance.now())
  const result = await scan({
    paths: command.paths,
    databasePaths: command.databasePaths,
    formatFor: (path) => formatFor(path, command.formats),
    formatOptions: command.utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes: command.utcOffsetMinutes },
    office,
    indicators: indicators.value,
    spool: true,
    onEvidence: (place, kind, finding) => {
      evidence?.add(place, kind, finding)
    },
    loadEngine: () => loadEngine(command.rulePaths),
    hasOtherRules: command.rulePaths.length > 0,
    loadMail: () => loadMail(facts.value.mail, vendors.value),
    ...(hits === undefined ? {} : { onMatch: (match) => hits.add(match) }),
    onProgress: (state) => {
      if (!command.quiet) bar.update({ ...state, lines: state.records })
    },
  })
  bar.clear()
  const hitsWritten = hits?.close() ?? ok(undefined)
  if (!hitsWritten.ok) process.stderr.write(`${hitsWritten.error}\n`)
  const problems: Problem[] = [...result.problems]
  let isWritten = hitsWritten.ok
  try {
    if (evidence !== undefined && command.evidencePath !== undefined) {
      const written = await writeEvidence(command.evidencePath, evidence, result, problems)
      if (!written.ok) {
        process.stderr.write(`${written.error}\n`)
        isWritten = false
      }
    }
    const input = await reportInput(office, result, problems)
    await print(render(command, input, { name: 'bellwether', version: await version() }))
  } finally {
    for (const stream of result.streams) stream.dispose()
  }
  return isWritten ? exitCodeOf(command, result) : exitCodes.nothingRead
}

function render(command: ScanCommand, input: ReportInput, generator: GeneratedBy): Iterable<string> {
  switch (command.output) {
    case 'json':
      return jsonDocumentParts(input, generator)
    case 'ocsf':
      return ocsfLines(input, generator)
    case 'report': {
      const colour = colourWanted(command.colour, process.stdout.isTTY === true, process.env)
      return [renderReport(input, { columns: process.stdout.columns ?? columnsDefault, colour })]
    }
  }
}

/** Writes parts to standard output, no faster than they are taken. A reader that closes early (`| head`) has seen what
 *  it wanted. */
async function print(parts: Iterable<string>): Promise<void> {
  let closed = false
  process.stdout.on('error', () => {
    closed = true
  })
  for (const part of parts) {
    if (closed) return
    if (!process.stdout.write(part)) await new Promise<void>((resolve) => awaitDrain(resolve))
  }
}

function awaitDrain(resolve: () => void): void {
  process.stdout.once('drain', resolve)
  process.stdout.once('error', resolve)
}

function exitCodeOf(command: ScanCommand, result: ScanResult): number {
  const failOn = command.failOn
  if (failOn !== undefined && result.incidents.some(({ level }) => levelRank(level) >= levelRank(failOn))) {
    return exitCodes.found
  }
  return result.sources.some((source) => source.records > 0) ? exitCodes.done : exitCodes.nothingRead
}

function refuse(messages: readonly string[]): number {
  for (const message of messages) process.stderr.write(`${message}\n`)
  return exitCodes.usage
}

async function readOfficeFile(path: string | undefined): Promise<Result<OfficeFile, string[]>> {
  if (path === undefined) return ok({ office: emptyOffice, mail: emptyMailOffice, lists: [] })
  const text = await readText(path, 'office file')
  return text.ok ? officeFileOf(text.value, path) : text
}

async function readIndicators(paths: readonly string[]): Promise<Result<IndicatorList[], string[]>> {
  const lists: IndicatorList[] = []
  for (const path of paths) {
    const text = await readText(path, 'list of addresses')
    if (!text.ok) return text
    const list = readIndicatorList(basename(path), text.value)
    if (list.addresses.size === 0)
      return err([`${path} holds no address. Give a list with one address a line, or a CSV.`])
    lists.push(list)
  }
  return ok(lists)
}

async function readText(path: string, what: string): Promise<Result<string, string[]>> {
  try {
    return ok(await readFile(path, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return err([`The ${what} ${path} cannot be read (${code}). Check its name and that you may read it.`])
  }
}

/** Writes every line that belongs to a finding. What can no longer be read is a problem, not a silence. */
async function writeEvidence(
  path: string,
  index: EvidenceIndex,
  result: ScanResult,
  problems: Problem[],
): Promise<Result<void, string>> {
  try {
    await pipeline(evidenceLines(index, result, problems), createWriteStream(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return err(`The evidence file ${path} cannot be written (${code}). Choose another place and scan again.`)
  }
  const left = index.statement()
  if (left !== undefined) problems.push({ path, code: 'read-error', message: left })
  return ok(undefined)
}

async function* evidenceLines(index: EvidenceIndex, result: ScanResult, problems: Problem[]): AsyncGenerator<string> {
  for (const [source, lines] of bySource(index)) {
    const render = ({ line, offset, kinds, findings }: IndexedLine, bytes: Uint8Array): string => {
      const ids = findings.map((finding) => result.findingIds[finding] as string)
      return renderEvidenceLine({ file: source, line, offset, bytes, kinds, findings: ids })
    }
    if (result.withoutText.has(source)) {
      // The bytes of such a log mean nothing by themselves: its records were put into words as they were read.
      for (const line of lines) yield render(line, Buffer.from(result.texts.get(placeKey({ ...line, source })) ?? ''))
      continue
    }
    const reread = rereadOf(result, source)
    if (reread === undefined) continue
    for await (const { place, raw } of readEvidence(reread, lines, problems)) yield render(place, raw)
  }
}

/** The index's lines, one source after the other, each as a stream. */
function* bySource(index: EvidenceIndex): Generator<[source: string, lines: Iterable<IndexedLine>]> {
  const lines = index.lines()
  let next = lines.next()
  while (!next.done) {
    const source = next.value.source
    const ofSource = (function* () {
      while (!next.done && next.value.source === source) {
        yield next.value
        next = lines.next()
      }
    })()
    yield [source, ofSource]
    // What the reader left (a file that is gone) is stepped over.
    while (!next.done && next.value.source === source) next = lines.next()
  }
}

async function reportInput(office: Office, result: ScanResult, problems: Problem[]): Promise<ReportInput> {
  return {
    officeName: office.name,
    incidents: result.incidents,
    sources: result.sources,
    problems,
    firstTimeMs: result.firstTimeMs,
    lastTimeMs: result.lastTimeMs,
    evidenceLines: await firstEvidence(result, problems),
    generatedAtMs: Date.now(),
  }
}

/** The protected identities that come with Bellwether, and the reader of attached files; loaded when there is mail. */
async function loadMail(office: MailOffice, vendors: readonly ProtectedIdentity[]): Promise<MailScanParts> {
  const { examine } = await import('../formats/documents/examine.ts')
  const { openBarCodeReader } = await import('../sources/bar-codes/zxing-reader.ts')
  const { mailCodes } = await import('../sources/mail/mail-codes.ts')
  const { shippedIdentities } = await import('../watches/mail/shipped-identities.ts')
  const reader = await openBarCodeReader()
  return {
    checker: { identities: [...shippedIdentities, ...vendors], office, examine },
    codesOf: (message) => mailCodes(message, reader, examine),
  }
}

/** Our rules and those of the paths, compiled when the first event comes. What cannot be used is said, and the rest is
 *  used. */
async function loadEngine(paths: readonly string[]): Promise<MakeEngine> {
  const library = await RuleLibrary.load([ownRulesPath, ...paths])
  return (onLimit) => {
    const { engine, rejects } = library.compile(onLimit)
    const waiting = rejects.filter(({ kind }) => kind === 'waits').length
    if (waiting > 0) {
      const rules = waiting === 1 ? '1 rule waits' : `${waiting} rules wait`
      process.stderr.write(`${rules} for your office's own values (docs/how-to/rules.md).\n`)
    }
    for (const { file, line, problem, mend } of rejects.filter(({ kind }) => kind === 'rule')) {
      process.stderr.write(`${printable(file)}, line ${line}: ${printable(problem)} ${printable(mend)}\n`)
    }
    return engine
  }
}

/** Reads back the first lines of evidence of each incident. */
async function firstEvidence(result: ScanResult, problems: Problem[]): Promise<Map<IncidentId, EvidenceLine[]>> {
  const wanted = new Map<string, (Place & { incident: IncidentId })[]>()
  const lines = new Map<IncidentId, EvidenceLine[]>()
  for (const incident of result.incidents) {
    const places = incident.findings.flatMap((finding) => finding.evidence.slice(0, evidenceReadMax))
    for (const place of places.slice(0, evidenceReadMax)) {
      const text = result.texts.get(placeKey(place))
      if (text !== undefined) {
        lines.set(incident.id, [...(lines.get(incident.id) ?? []), { place, raw: text }])
        continue
      }
      wanted.set(place.source, [...(wanted.get(place.source) ?? []), { ...place, incident: incident.id }])
    }
  }
  for (const [source, places] of wanted) {
    const reread = rereadOf(result, source)
    if (reread === undefined) continue
    places.sort((a, b) => a.offset - b.offset)
    for await (const { place, raw } of readEvidence(reread, places, problems)) {
      const { incident, ...at } = place
      lines.set(incident, [...(lines.get(incident) ?? []), { place: at, raw: new TextDecoder().decode(raw) }])
    }
  }
  return lines
}
