/** `npm run evaluate -- mail`: how well the mail watch does on generated mail and on the corpora that are there, beside
 *  rspamd and SpamAssassin where they are installed. `--seeds N` generated sets, `--filter-minutes N` for each filter and
 *  set (0: none), `--strict` makes a missed bar an exit code of 1. `--techniques A,B`, `--campaigns N` and
 *  `--recipients N` measure some techniques on many texts; `--wording other` writes them in words that the watch was not
 *  tuned with; `--generated-only` leaves the corpora out. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { wordings } from '../mail-generator/attacks.ts'
import { type SetSize, usualSize } from '../mail-generator/mail-set.ts'
import { Random } from '../recording/random.ts'
import { compareFilters } from './mail-comparison.ts'
import { campaignFigures, firstOfEach, recallAt, type Scored } from './mail-figures.ts'
import { type Judged, judgeSet, judgeStream, measureSpeed } from './mail-judge.ts'
import { type CorpusName, corpusMails, corpusNames, generatedSet, type MeasuredMail } from './mail-sets.ts'
import { evidenceTable, intervalText, techniqueTable } from './mail-tables.ts'
import type { Table } from './strings.ts'
import { markdownTable, percent } from './table.ts'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== 'mail'),
  options: {
    seeds: { type: 'string', default: '2' },
    'first-seed': { type: 'string', default: '1' },
    'filter-minutes': { type: 'string', default: '4' },
    'filter-mails': { type: 'string', default: '150' },
    strict: { type: 'boolean', default: false },
    techniques: { type: 'string' },
    campaigns: { type: 'string', default: String(usualSize.campaigns) },
    recipients: { type: 'string', default: String(usualSize.recipients) },
    wording: { type: 'string', default: 'usual' },
    'generated-only': { type: 'boolean', default: false },
  },
})
const corpora = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
const print = (table: Table): void => console.log(`${markdownTable(table)}\n`)
const missed: string[] = []

/** Notes whether a bar is met. */
function bar(name: string, isMet: boolean): string {
  if (!isMet) missed.push(name)
  return isMet ? 'met' : 'MISSED'
}

const scored = ({ mail, verdict }: Judged): Scored => ({ id: mail.id, score: verdict.score, cluster: mail.cluster })
const impersonation = ({ mail, verdict }: Judged): Scored => ({
  id: mail.id,
  score: verdict.impersonation,
  cluster: mail.cluster,
})

function readCorpora(): Map<CorpusName, MeasuredMail[]> {
  const sets = new Map<CorpusName, MeasuredMail[]>()
  for (const name of corpusNames) {
    const mails = corpusMails(corpora, name)
    if (mails === undefined) console.log(`Skipped: there is no mail/${name} below ${corpora}.\n`)
    else sets.set(name, mails)
  }
  return sets
}

/** Generated mail: what is found at the watch's own thresholds and at shares of false positives. */
function generatedTables(judged: readonly Judged[], list: readonly Judged[]): void {
  const attacks = judged.filter(({ mail }) => mail.truth?.label === 'attack')
  const negatives = judged.filter(({ mail }) => mail.truth?.label === 'hard-negative')
  const ham = [...judged.filter(({ mail }) => mail.truth?.label === 'ham'), ...list]
  const flagged = (mails: readonly Judged[], isBad: (judged: Judged) => boolean): number => mails.filter(isBad).length
  const isFlagged = ({ verdict }: Judged): boolean => verdict.verdict !== 'clean'
  const isPosing = ({ verdict }: Judged): boolean => verdict.impersonation >= 0.5
  const rate = (mails: readonly Judged[], isBad = isFlagged): number =>
    flagged(mails, isBad) / Math.max(1, mails.length)
  const row = (name: string, mails: readonly Judged[], bars: string): (string | number)[] => [
    name,
    mails.length,
    percent(flagged(mails, isFlagged), mails.length),
    percent(
      flagged(mails, ({ verdict }) => verdict.verdict === 'attack'),
      mails.length,
    ),
    percent(flagged(mails, isPosing), mails.length),
    bars,
  ]
  print({
    title: 'Generated mail at the watch’s own thresholds',
    columns: ['set', 'mails', 'flagged', 'called attack', 'called impersonation', 'bar'],
    rows: [
      row('attacks', attacks, bar('generated impersonations found', rate(attacks, isPosing) >= 0.95)),
      row('hard negatives', negatives, bar('hard negatives', rate(negatives) <= 0.05)),
      row('ham, generated and listed', ham, bar('modern ham', rate(ham, isPosing) <= 0.001)),
    ],
  })
  const rows = [0.001, 0.01].map((share) => [
    percent(share * 1_000, 1_000),
    intervalText(recallAt(attacks.map(impersonation), ham.map(impersonation), share)),
    intervalText(recallAt(attacks.map(scored), ham.map(scored), share)),
  ])
  print({
    title: 'Generated attacks found at shares of false positives on ham (95% of resampled campaigns)',
    columns: ['false positives', 'impersonation score', 'whole score'],
    rows,
  })
  print(techniqueTable(attacks, negatives, bar))
  print(evidenceTable(attacks, bar))
}

/** Variants of the mail of 2016 have one text, so that they are one campaign by right: only the mail itself is counted. */
function campaignTable(judged: readonly Judged[]): void {
  const counted = judged.filter(({ mail }) => !/^2016-(?!mail$)/.test(mail.truth?.technique ?? ''))
  const figures = campaignFigures(
    counted.map(({ mail, verdict }) => ({ truth: mail.truth?.campaign ?? '', found: verdict.campaign?.id ?? '' })),
  )
  print({
    title: 'Campaigns',
    columns: ['figure', 'value', 'bar'],
    rows: [
      ['purity', percent(figures.purity * 1_000, 1_000), bar('campaign purity', figures.purity >= 0.95)],
      ['pairs joined', percent(figures.recall * 1_000, 1_000), bar('campaign recall', figures.recall >= 0.85)],
      ['named at the second mail', percent(figures.atSecond * 1_000, 1_000), ''],
    ],
  })
}

/** General phish against sets of ham, judged as one stream in a drawn order. */
function phishTable(judged: readonly Judged[]): void {
  const of = (...names: readonly string[]): Scored[] =>
    judged.filter(({ mail }) => names.includes(mail.id.split('/')[0] as string)).map(scored)
  const phish = of('phish')
  const rows = (
    [
      ['modern list ham', ['ham-list'], 0.75],
      ['hard ham', ['ham-hard'], undefined],
      ['ham of 2002', ['ham-2002'], undefined],
      ['all ham', ['ham-list', 'ham-hard', 'ham-2002'], undefined],
    ] as const
  ).map(([name, sets, least]) => {
    const ham = of(...sets)
    const at = (share: number, mails = phish): string => intervalText(recallAt(mails, ham, share))
    const isMet = least === undefined ? '' : bar('general phish', recallAt(phish, ham, 0.01).share >= least)
    return [name, ham.length, at(0.001), at(0.01), at(0.01, firstOfEach(phish)), isMet]
  })
  print({
    title: `General phish (${phish.length} mails) found at shares of false positives`,
    columns: ['against', 'mails', 'at 0.1%', 'at 1%', 'at 1%, first of each cluster', 'bar'],
    rows,
  })
}

const sets = values['generated-only'] ? new Map<CorpusName, MeasuredMail[]>() : readCorpora()
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => Number(values['first-seed']) + index)
const size: SetSize = {
  ...usualSize,
  campaigns: Number(values.campaigns),
  recipients: Number(values.recipients),
  wording: wordings.find((each) => each === values.wording) ?? 'usual',
  ...(values.techniques === undefined ? {} : { techniques: values.techniques.split(',') }),
}
const generated = seeds.map((seed) => ({ seed, set: generatedSet(corpora, seed, size) }))
const judgedSets: Judged[][] = []
for (const { seed, set } of generated) judgedSets.push(await judgeSet(set, seed))
const stream = new Random('stream').shuffle([...sets.values()].flat())
const judgedStream = judgeStream(stream, [])
generatedTables(
  judgedSets.flat(),
  judgedStream.filter(({ mail }) => mail.id.startsWith('ham-list/')),
)
// A campaign with one recipient has nothing to be joined with.
if (size.recipients > 1) for (const judged of judgedSets) campaignTable(judged)
const phish = sets.get('phish')
if (phish !== undefined) {
  phishTable(judgedStream)
  const { mailsPerSecond, memoryMib } = measureSpeed(join(corpora, 'mail', 'phish'))
  print({
    title: 'Speed on phish, reading and all checks, one core',
    columns: ['mails/s', 'memory, MiB', 'bar'],
    rows: [[mailsPerSecond.toFixed(0), memoryMib.toFixed(0), bar('speed', mailsPerSecond >= 150 && memoryMib <= 300)]],
  })
}
const minutes = Number(values['filter-minutes'])
if (minutes > 0) {
  const tables = await compareFilters({
    generated: generated[0],
    judged: [...(judgedSets[0] ?? []), ...judgedStream],
    mailsMax: Number(values['filter-mails']),
    msMax: minutes * 60_000,
  })
  for (const table of tables) print(table)
}
console.log(missed.length === 0 ? 'Every bar is met.' : `Missed: ${[...new Set(missed)].join('; ')}.`)
if (values.strict && missed.length > 0) process.exitCode = 1
