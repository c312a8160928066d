import { describe, expect, test } from 'vitest'
import { readHeaders } from '../../src/formats/mail/header-fields.ts'
import { readMail } from '../../src/formats/mail/read-mail.ts'
import { Random } from '../recording/random.ts'
import { makeMailSet, type SetMail } from './mail-set.ts'
import { encryptedZip } from './other-files.ts'
import { vendorsOf } from './vendors.ts'

const set = makeMailSet(7, { campaigns: 2, recipients: 2, negatives: 160, ham: 200 })
const live = set.mails.filter(({ truth }) => truth.label !== 'history')

/** What can be seen of a mail without reading what it says. */
function outsideOf({ bytes, truth }: SetMail): string[] {
  const { headers, bodyStart } = readHeaders(bytes, 0, bytes.length)
  const names = headers.map(({ name }) => name)
  return [
    ...names.map((name) => `has ${name}`),
    ...names.slice(1).map((name, index) => `${names[index]} before ${name}`),
    ...headers.filter(({ name }) => name !== 'from').map(({ name, raw }) => `${name} of ${raw.length >> 5}`),
    `headers ${headers.length}`,
    `header bytes ${bodyStart >> 7}`,
    `hour ${new Date(truth.timeMs).getUTCHours()}`,
    `day ${new Date(truth.timeMs).getUTCDay()}`,
  ]
}

interface Count {
  other: number
  attack: number
}

/** Naive Bayes learnt of one half and asked of the other, halves apart by campaign: the share of pairs (attack, other) in
 *  which the attack scores higher. 0.5 is chance. */
function areaUnderCurve(mails: readonly SetMail[]): number {
  const campaigns = [...new Set(mails.map(({ truth }) => truth.campaign || truth.file))]
  const half = new Set(new Random('halves').shuffle(campaigns).slice(0, campaigns.length / 2))
  const counts = new Map<string, Count>()
  const totals: Count = { other: 1, attack: 1 }
  const asked: { isAttack: boolean; features: string[] }[] = []
  for (const mail of mails) {
    const isAttack = mail.truth.label === 'attack'
    const features = outsideOf(mail)
    if (!half.has(mail.truth.campaign || mail.truth.file)) {
      asked.push({ isAttack, features })
      continue
    }
    totals[isAttack ? 'attack' : 'other']++
    for (const feature of new Set(features)) {
      const count = counts.get(feature) ?? { other: 1, attack: 1 }
      count[isAttack ? 'attack' : 'other']++
      counts.set(feature, count)
    }
  }
  const score = (features: readonly string[]): number =>
    [...new Set(features)].reduce((sum, feature) => {
      const { other, attack } = counts.get(feature) ?? { other: 1, attack: 1 }
      return sum + Math.log(attack / totals.attack) - Math.log(other / totals.other)
    }, 0)
  const attacks = asked.filter(({ isAttack }) => isAttack).map(({ features }) => score(features))
  const others = asked.filter(({ isAttack }) => !isAttack).map(({ features }) => score(features))
  let above = 0
  for (const a of attacks) for (const b of others) above += a > b ? 1 : a === b ? 0.5 : 0
  return above / (attacks.length * others.length)
}

describe('a set of mails', () => {
  test('is the same for the same seed, and another for another', () => {
    const size = { campaigns: 1, recipients: 1, negatives: 8, ham: 4 }
    expect(makeMailSet(3, size)).toEqual(makeMailSet(3, size))
    expect(makeMailSet(3, size).vendors).not.toEqual(makeMailSet(4, size).vendors)
  })

  test('holds mails that can all be read, with their truth', () => {
    for (const { bytes, truth } of set.mails) {
      const read = readMail(bytes, { source: truth.file, line: 1, offset: 0, length: bytes.length })
      expect([truth.file, read.ok && read.value.problems]).toEqual([truth.file, []])
    }
  })

  test('does not tell attacks by the order, presence or length of headers, but for those that a technique is made of', () => {
    // A Reply-To elsewhere, a foreign signature and a failed check are the technique itself.
    const outside = new Set(['reply-to', 'return-path', 'spf', 'dkim', 'dmarc', 'thread'])
    const mails = live.filter(({ truth }) => truth.label !== 'attack' || !outside.has(truth.sender))
    const area = areaUnderCurve(mails)
    expect(area).toBeGreaterThan(0.4)
    expect(area).toBeLessThan(0.62)
  })

  test('names no vendor in a mail that is to name it elsewhere', () => {
    const subjects = live.filter(({ truth }) => truth.technique === 'claim-subject')
    expect(subjects.length).toBeGreaterThan(0)
    for (const { bytes, truth } of subjects) {
      const read = readMail(bytes, { source: '', line: 1, offset: 0, length: 0 })
      const name = set.vendors.find(({ id }) => id === truth.identity)?.name ?? '?'
      if (!read.ok) throw new Error('not read')
      expect(read.value.subject).toContain(name)
      expect(read.value.text).not.toContain(name)
      expect(read.value.from[0]?.name).not.toContain(name)
    }
  })
})

test('vendors are invented anew by each seed', () => {
  const names = (seed: number): string[] => vendorsOf(new Random(seed), 5).map(({ name }) => name)
  expect(names(1).slice(0, 5)).not.toEqual(names(2).slice(0, 5))
  expect(new Set(names(1)).size).toBe(names(1).length)
})

test('an encrypted archive is marked as such', () => {
  const bytes = encryptedZip('a.txt', new TextEncoder().encode('secret words'), 'pass')
  expect(Buffer.from(bytes).readUInt16LE(6) & 1).toBe(1)
  expect(Buffer.from(bytes).toString('latin1')).not.toContain('secret words')
})
