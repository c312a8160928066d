/** The mail watch beside rspamd and SpamAssassin: the same mails, drawn from every set, and the same list of vendors. */

import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'
import type { MailSet } from '../mail-generator/mail-set.ts'
import { Random } from '../recording/random.ts'
import { recallAt, type Scored } from './mail-figures.ts'
import { type FilterRun, type FilterVendor, runRspamd, runSpamAssassin } from './mail-filters.ts'
import { identitiesOf, type Judged } from './mail-judge.ts'
import { intervalText } from './mail-tables.ts'
import type { Table } from './strings.ts'

/** What is compared. */
export interface Comparison {
  readonly generated: { readonly set: MailSet } | undefined
  readonly judged: readonly Judged[]
  /** Mails drawn from each set. */
  readonly mailsMax: number
  readonly msMax: number
}

const setOf = ({ mail }: Judged): string => mail.truth?.label ?? (mail.id.split('/')[0] as string)

/** Draws the mails in turns from each set, so that a filter that runs out of time has seen all of them. */
function drawn(judged: readonly Judged[], mailsMax: number): Judged[] {
  const random = new Random('comparison')
  const sets = new Map<string, Judged[]>()
  for (const each of judged) sets.set(setOf(each), [...(sets.get(setOf(each)) ?? []), each])
  const lists = [...sets.values()].map((mails) => random.shuffle(mails).slice(0, mailsMax))
  const all: Judged[] = []
  for (let index = 0; index < mailsMax; index++) for (const list of lists) all.push(...list.slice(index, index + 1))
  return all
}

const vendorsOf = (set: MailSet): FilterVendor[] =>
  [...shippedIdentities.filter(({ kind }) => kind !== 'brand'), ...identitiesOf(set)].map((identity) => ({
    names: [identity.name, ...identity.aliases, ...identity.products].filter(
      (name) => !identity.commonWords.includes(name),
    ),
    domains: identity.domains,
  }))

/** Runs the filters and answers their figures beside the watch's, on the mails that each of them scored. */
export async function compareFilters({ generated, judged, mailsMax, msMax }: Comparison): Promise<Table[]> {
  if (generated === undefined) return []
  const mails = drawn(judged, mailsMax)
  const bytes = mails.map(({ mail }) => mail.bytes)
  const vendors = vendorsOf(generated.set)
  const runs: FilterRun[] = [await runRspamd(bytes, vendors, msMax), await runSpamAssassin(bytes, vendors, msMax)]
  const rows: (string | number)[][] = []
  for (const run of runs) {
    if (run.scores.length === 0) {
      rows.push([run.name, `skipped: ${run.skipped}`, '', '', '', ''])
      continue
    }
    const seen = mails.flatMap((each, index) => {
      const score = run.scores[index]
      return score === undefined ? [] : [{ each, score }]
    })
    const theirs = (names: readonly string[]): Scored[] =>
      seen
        .filter(({ each }) => names.includes(setOf(each)))
        .map(({ each, score }) => ({ id: each.mail.id, score, cluster: each.mail.cluster }))
    const ours = (names: readonly string[]): Scored[] =>
      seen
        .filter(({ each }) => names.includes(setOf(each)))
        .map(({ each }) => ({ id: each.mail.id, score: each.verdict.score, cluster: each.mail.cluster }))
    rows.push(row(run.name, theirs, run.mailsPerSecond.toFixed(1), run.skipped))
    rows.push(row(`the watch, same ${seen.length} mails`, ours, '', ''))
  }
  return [
    {
      title: `Beside other filters, found at 1% false positives (up to ${mailsMax} mails of each set)`,
      columns: [
        'filter',
        'attacks / generated ham',
        'attacks / hard negatives',
        'phish / list ham',
        'phish / all ham',
        'mails/s',
        'skipped',
      ],
      rows,
    },
  ]
}

function row(name: string, of: (names: readonly string[]) => Scored[], speed: string, skipped: string): string[] {
  const at = (bad: string, ...sound: string[]): string => intervalText(recallAt(of([bad]), of(sound), 0.01))
  return [
    name,
    at('attack', 'ham'),
    at('attack', 'hard-negative'),
    at('phish', 'ham-list'),
    at('phish', 'ham-list', 'ham-hard', 'ham-2002'),
    speed,
    skipped,
  ]
}
