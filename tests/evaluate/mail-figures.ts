/** Figures of scores: recall at a share of false positives with bootstrap intervals over clusters, clusters of near-duplicate
 *  mails, and how well campaigns were put together. It reads no mail. */
import { Random } from '../recording/random.ts'

/** A mail that was scored. */
export interface Scored {
  readonly id: string
  readonly score: number
  /** Mails of one cluster stand or fall together. */
  readonly cluster: string
}

/** The lowest threshold above which at most `share` of the mails lie. */
export function thresholdAt(sound: readonly Scored[], share: number): number {
  const scores = sound.map(({ score }) => score).sort((a, b) => b - a)
  return scores[Math.floor(scores.length * share)] ?? Number.NEGATIVE_INFINITY
}

const shareAbove = (mails: readonly Scored[], threshold: number): number =>
  mails.length === 0 ? Number.NaN : mails.filter(({ score }) => score > threshold).length / mails.length

/** A share with the interval in which 95% of the resamples lie. */
export interface Interval {
  readonly share: number
  readonly low: number
  readonly high: number
  readonly threshold: number
}

function byCluster(mails: readonly Scored[]): Scored[][] {
  const clusters = new Map<string, Scored[]>()
  for (const mail of mails) {
    const list = clusters.get(mail.cluster)
    if (list === undefined) clusters.set(mail.cluster, [mail])
    else list.push(mail)
  }
  return [...clusters.values()]
}

const resamples = 300

/** Recall of `bad` where at most `share` of `sound` is called bad; whole clusters are drawn anew for the interval, of both. */
export function recallAt(bad: readonly Scored[], sound: readonly Scored[], share: number): Interval {
  const threshold = thresholdAt(sound, share)
  const random = new Random(`bootstrap/${bad.length}/${sound.length}/${share}`)
  const badClusters = byCluster(bad)
  const soundClusters = byCluster(sound)
  const draw = (clusters: readonly Scored[][]): Scored[] => clusters.flatMap(() => random.pick(clusters))
  const shares: number[] = []
  for (let i = 0; i < resamples && badClusters.length > 0; i++) {
    shares.push(shareAbove(draw(badClusters), thresholdAt(draw(soundClusters), share)))
  }
  shares.sort((a, b) => a - b)
  const at = (part: number): number => shares[Math.floor(shares.length * part)] ?? Number.NaN
  return { share: shareAbove(bad, threshold), low: at(0.025), high: at(0.975), threshold }
}

/** The first mail of each cluster, in the order given: what is found of a text that was never seen before. */
export const firstOfEach = (mails: readonly Scored[]): Scored[] =>
  byCluster(mails).map((cluster) => cluster[0] as Scored)

/** FNV-1a of three words, mixed with a seed. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value ^= value >>> 15
  return Math.imul(value, 0x2c1b3c6d) >>> 0
}

const hashes = 60
const band = 3

/** Clusters of near-duplicates: texts that share about 0.7 of their three-word shingles or more, by MinHash, single link.
 *  Made here anew, so that the watch's own sketch is not its own judge. */
export function clusterTexts(texts: readonly string[]): string[] {
  const parent = texts.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== at) at = parent[at] as number
    return at
  }
  const signatures = texts.map(signatureOf)
  const buckets = new Map<string, number>()
  for (const [index, signature] of signatures.entries()) {
    for (let at = 0; at < hashes; at += band) {
      const key = `${at} ${signature.slice(at, at + band).join(' ')}`
      const other = buckets.get(key)
      if (other === undefined) buckets.set(key, index)
      else if (agreement(signature, signatures[other] as number[]) >= 0.65) parent[root(index)] = root(other)
    }
  }
  return texts.map((_, index) => `cluster ${root(index)}`)
}

function signatureOf(text: string): number[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const shingles = new Set(words.map((_, index) => words.slice(index, index + 3).join(' ')).slice(0, 3_000))
  if (shingles.size === 0) shingles.add(text.slice(0, 50))
  return Array.from({ length: hashes }, (_, seed) => {
    let least = 0xffffffff
    for (const shingle of shingles) least = Math.min(least, hash(shingle, seed * 0x9e3779b1))
    return least
  })
}

const agreement = (a: readonly number[], b: readonly number[]): number =>
  a.filter((value, index) => value === b[index]).length / a.length

/** How campaigns that were found agree with the true ones. */
export interface CampaignFigures {
  /** Share of mails that are in a campaign with a majority of their own kind. */
  readonly purity: number
  /** Share of pairs of one true campaign that were put together. */
  readonly recall: number
  /** Share of true campaigns of two and more that were named when the second mail came. */
  readonly atSecond: number
}

/** `found` is empty where a mail was put into no campaign; mails are in the order of time. */
export function campaignFigures(mails: readonly { readonly truth: string; readonly found: string }[]): CampaignFigures {
  const groups = new Map<string, Map<string, number>>()
  const truths = new Map<string, string[]>()
  for (const [index, { truth, found }] of mails.entries()) {
    const kind = truth === '' ? `alone ${index}` : truth
    if (found !== '') {
      const counts = groups.get(found) ?? new Map<string, number>()
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
      groups.set(found, counts)
    }
    if (truth !== '') truths.set(truth, [...(truths.get(truth) ?? []), found])
  }
  let members = 0
  let majority = 0
  for (const counts of groups.values()) {
    members += [...counts.values()].reduce((sum, count) => sum + count, 0)
    majority += Math.max(...counts.values())
  }
  let pairs = 0
  let joined = 0
  let several = 0
  let named = 0
  for (const founds of truths.values()) {
    if (founds.length < 2) continue
    several++
    if (founds[1] !== '') named++
    // The first mail of a campaign has no company yet: it counts with the campaign of the others.
    const whole = [founds[0] === '' ? (founds[1] as string) : (founds[0] as string), ...founds.slice(1)]
    for (let i = 0; i < whole.length; i++) {
      for (let j = i + 1; j < whole.length; j++) {
        pairs++
        if (whole[i] !== '' && whole[i] === whole[j]) joined++
      }
    }
  }
  return { purity: majority / members, recall: joined / pairs, atSecond: named / several }
}
