import { describe, expect, test } from 'vitest'
import { brokeOff } from '../../src/formats/documents/examine.ts'
import { documentCorpus, judgeDocuments, totalsOf } from './documents.ts'

const outcomes = judgeDocuments()
if (outcomes === undefined) console.warn(`The document corpus is not at ${documentCorpus}: its tests are skipped.`)

describe.skipIf(outcomes === undefined)('the document corpus', () => {
  const all = outcomes ?? []

  test('has its active content found, at least 98 of 100', () => {
    expect(all.filter(({ verdict }) => verdict === 'missed').map(({ file }) => file)).toHaveLength(0)
    expect(totalsOf(all).share).toBeGreaterThanOrEqual(0.98)
  })

  test('has no clean file flagged', () => {
    expect(all.filter(({ verdict }) => verdict === 'flagged').map(({ file }) => file)).toEqual([])
  })

  test('is read without breaking off', () => {
    expect(all.filter(({ problems }) => problems.includes(brokeOff)).map(({ file }) => file)).toEqual([])
  })
})
