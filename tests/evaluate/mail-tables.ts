/** Tables of the mail watch's measurement: per technique, and of the evidence. */
import { evidenceOf } from './mail-evidence.ts'
import type { Interval } from './mail-figures.ts'
import type { Judged } from './mail-judge.ts'
import type { Table } from './strings.ts'
import { percent } from './table.ts'

/** `97.2% (95.0 to 98.8)`. */
export const intervalText = ({ share, low, high }: Interval): string =>
  Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)}% (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`

/** Notes a bar and answers the word for the table. */
export type Bar = (name: string, isMet: boolean) => string

function grouped(judged: readonly Judged[]): Map<string, Judged[]> {
  const groups = new Map<string, Judged[]>()
  for (const each of judged) {
    const technique = each.mail.truth?.technique ?? ''
    groups.set(technique, [...(groups.get(technique) ?? []), each])
  }
  return groups
}

/** Found per technique, and flagged per kind of hard negative. */
export function techniqueTable(attacks: readonly Judged[], negatives: readonly Judged[], bar: Bar): Table {
  const isFound = ({ verdict }: Judged): boolean => verdict.impersonation >= 0.5
  const rows = [...grouped(attacks)].map(([technique, mails]) => {
    const found = mails.filter(isFound).length
    const least = technique.startsWith('2016') ? 1 : 0.85
    return [technique, mails.length, percent(found, mails.length), bar(technique, found / mails.length >= least)]
  })
  const sound = [...grouped(negatives)].map(([kind, mails]) => {
    const flagged = mails.filter(({ verdict }) => verdict.verdict !== 'clean').length
    return [`sound: ${kind}`, mails.length, percent(flagged, mails.length), '']
  })
  return {
    title: 'Called impersonation, per technique; flagged, per kind of sound mail',
    columns: ['technique', 'mails', 'share', 'bar'],
    rows: [...rows, ...sound],
  }
}

/** Of the attacks that were found, the share of which each planted part is named. */
export function evidenceTable(attacks: readonly Judged[], bar: Bar): Table {
  const found = attacks.filter(({ verdict }) => verdict.impersonation >= 0.5)
  const rows: (string | number)[][] = []
  for (const part of ['identity', 'claim', 'failure', 'payload'] as const) {
    const wrong = found.filter(
      ({ mail, verdict }) => mail.truth !== undefined && !evidenceOf(mail.truth, verdict)[part],
    )
    const named = found.length - wrong.length
    const of2016 = wrong.filter(({ mail }) => mail.truth?.technique.startsWith('2016'))
    const worst = [...grouped(wrong)].sort((a, b) => b[1].length - a[1].length).slice(0, 4)
    rows.push([
      part,
      percent(named, found.length),
      worst.map(([technique, mails]) => `${technique} ${mails.length}`).join(', '),
      bar(`evidence of 2016: ${part}`, of2016.length === 0),
    ])
  }
  return {
    title: 'Evidence of the attacks found',
    columns: ['part', 'named', 'most often not', '2016 all named'],
    rows,
  }
}
