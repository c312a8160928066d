/** Fits the weights of the signs of phishing: `npx node tests/evaluate/mail-weights.ts`. Corpora are parted by cluster, so that
 *  no mail is judged by weights that its like was fitted on; each weight stays within bounds set by reason. It prints what
 *  five-fold cross-validation finds, and the weights; weights.ts is written by hand from them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '../../src/formats/documents/examine.ts'
import { readMail } from '../../src/formats/mail/read-mail.ts'
import { MailChecker } from '../../src/watches/mail/check.ts'
import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'
import { signNames } from '../../src/watches/mail/signs.ts'
import { likeness, type MailSketch } from '../../src/watches/mail/sketch.ts'
import { signBounds, signWeights } from '../../src/watches/mail/weights.ts'

const folder = join(process.env.BELLWETHER_CORPORA ?? '../shared/corpora', 'mail')
/** Every set of honest mail counts as its size and difficulty deserve, all of them as much as all phish. */
const shares: Readonly<Record<string, number>> = { phish: 1, 'ham-list': 0.5, 'ham-hard': 0.25, 'ham-2002': 0.25 }
const folds = 5

interface Row {
  readonly set: string
  readonly signs: readonly number[]
  readonly sketch: MailSketch
  readonly subject: string
  readonly cluster: number
}

function readSet(set: string): Omit<Row, 'cluster'>[] {
  const checker = new MailChecker({ identities: shippedIdentities, examine })
  const rows: Omit<Row, 'cluster'>[] = []
  for (const file of readdirSync(join(folder, set)).sort()) {
    const read = readMail(readFileSync(join(folder, set, file)), { source: file, line: 1, offset: 0, length: 0 })
    if (!read.ok) continue
    const verdict = checker.check(read.value)
    const signs = verdict.phishingSigns.map((sign) => signNames.indexOf(sign))
    rows.push({ set, signs, sketch: verdict.sketch, subject: read.value.subject.trim().toLowerCase().slice(0, 60) })
  }
  return rows
}

/** Mails of one text, one host of links (phish) or one subject are one cluster. */
function clustered(rows: readonly Omit<Row, 'cluster'>[]): Row[] {
  const parents = rows.map((_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parents[at] !== at) at = parents[at] as number
    return at
  }
  const first = new Map<string, number>()
  for (const [i, { set, sketch, subject }] of rows.entries()) {
    const bands = Array.from(
      { length: sketch.text.length / 8 },
      (_, band) => `text ${band} ${sketch.text.slice(8 * band, 8 * band + 8)}`,
    )
    const hosts = set === 'phish' ? sketch.hosts.map((host) => `host ${host}`) : []
    for (const key of [...bands, ...hosts, `subject ${set} ${subject}`]) {
      const other = first.get(key)
      if (other === undefined) first.set(key, i)
      else if (!key.startsWith('text') || likeness(rows[other]?.sketch.text ?? '', sketch.text) >= 0.5)
        parents[root(i)] = root(other)
    }
  }
  return rows.map((row, i) => ({ ...row, cluster: root(i) }))
}

interface Fit {
  readonly weights: Float64Array
  readonly bias: number
}

const sum = ({ weights, bias }: Fit, { signs }: Row): number =>
  signs.reduce((total, sign) => total + (weights[sign] ?? 0), bias)

/** Logistic regression with a quadratic penalty, by gradient descent with momentum, projected into the bounds. */
function fitWeights(rows: readonly Row[], counts: readonly number[], rounds = 3_000, rate = 1.5, penalty = 3e-4): Fit {
  const weights = new Float64Array(signNames.length)
  const speeds = new Float64Array(signNames.length)
  const bounds = signNames.map((name) => signBounds[name] ?? [0, 2.5])
  const whole = counts.reduce((total, count) => total + count, 0)
  let bias = 0
  let biasSpeed = 0
  for (let round = 0; round < rounds; round++) {
    const gradient = weights.map((weight) => penalty * weight)
    let biasGradient = 0
    for (const [i, row] of rows.entries()) {
      const wrong =
        (1 / (1 + Math.exp(-sum({ weights, bias }, row))) - (row.set === 'phish' ? 1 : 0)) * ((counts[i] ?? 0) / whole)
      biasGradient += wrong
      for (const sign of row.signs) gradient[sign] = (gradient[sign] ?? 0) + wrong
    }
    biasSpeed = 0.9 * biasSpeed - rate * biasGradient
    bias += biasSpeed
    for (let i = 0; i < weights.length; i++) {
      speeds[i] = 0.9 * (speeds[i] ?? 0) - rate * (gradient[i] ?? 0)
      const [low, high] = bounds[i] as readonly [number, number]
      weights[i] = Math.min(high, Math.max(low, (weights[i] ?? 0) + (speeds[i] ?? 0)))
    }
  }
  return { weights, bias }
}

/** What each mail counts: its set's share, large clusters by the root of their size. */
function countsOf(rows: readonly Row[]): number[] {
  const sizes = new Map<number, number>()
  for (const { cluster } of rows) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  const raw = rows.map(({ cluster }) => 1 / Math.sqrt(sizes.get(cluster) ?? 1))
  const bySet = new Map<string, number>()
  for (const [i, { set }] of rows.entries()) bySet.set(set, (bySet.get(set) ?? 0) + (raw[i] ?? 0))
  return rows.map(({ set }, i) => ((raw[i] ?? 0) * (shares[set] ?? 0)) / (bySet.get(set) ?? 1))
}

function report(rows: readonly Row[], scores: readonly number[], title: string): void {
  const of = (sets: readonly string[]): number[] => scores.filter((_, i) => sets.includes(rows[i]?.set ?? ''))
  const phish = of(['phish'])
  for (const sets of [['ham-list'], ['ham-hard'], ['ham-2002'], ['ham-list', 'ham-hard', 'ham-2002']]) {
    const ham = of(sets).sort((a, b) => b - a)
    const found = [0.001, 0.01].map((share) => {
      const threshold = ham[Math.floor(share * ham.length)] ?? 0
      return `${(100 * share).toFixed(1)}%: ${((100 * phish.filter((score) => score > threshold).length) / phish.length).toFixed(1)}% (over ${threshold.toFixed(2)})`
    })
    console.log(`${title}, false positives of ${sets.join(' + ')}: ${found.join(', ')}`)
  }
}

const rows = clustered(Object.keys(shares).flatMap(readSet))
const counts = countsOf(rows)
const clusters = [...new Set(rows.map(({ cluster }) => cluster))]
const foldOf = new Map(clusters.map((cluster, i) => [cluster, (i * 7919) % folds]))
const current: Fit = { weights: Float64Array.from(signNames, (name) => signWeights[name] ?? 0), bias: 0 }
report(
  rows,
  rows.map((row) => sum(current, row)),
  'weights.ts as it stands',
)
const scores = rows.map(() => 0)
for (let fold = 0; fold < folds; fold++) {
  const isHeld = (row: Row): boolean => foldOf.get(row.cluster) === fold
  const fitted = fitWeights(
    rows.filter((row) => !isHeld(row)),
    counts.filter((_, i) => !isHeld(rows[i] as Row)),
  )
  for (const [i, row] of rows.entries()) if (isHeld(row)) scores[i] = sum(fitted, row)
}
report(rows, scores, `${folds}-fold cross-validation`)
const whole = fitWeights(rows, counts)
console.log(`bias ${whole.bias.toFixed(2)}`)
for (const [i, name] of signNames.entries()) {
  if (Math.abs(whole.weights[i] ?? 0) >= 0.05) console.log(`  '${name}': ${(whole.weights[i] ?? 0).toFixed(2)},`)
}
