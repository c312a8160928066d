/** A watch that fails: it throws at a record, or never comes back from it. The failure is put in from outside, by the
 *  preload. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DeskChild, makeScene } from './desk-child.ts'
import { injection, lineOf, ordinaries } from './lines.ts'
import { readOutcome } from './outcome.ts'

const poisonLine = lineOf('192.0.2.66', '/poisoned-page', 160)
const before = ordinaries(0, 150) + injection('203.0.113.5', 155)
const after = injection('203.0.113.6', 170) + ordinaries(171, 100)

async function readWith(does: 'throw' | 'hang') {
  const scene = await makeScene()
  writeFileSync(scene.log, before + poisonLine + after)
  const limits = { analysisSilenceMsMax: 1_000, checkpointMsMin: 500 }
  const desk = new DeskChild(scene.data, { fault: { limits, poison: { text: '/poisoned-page', does } } })
  try {
    await desk.ready()
    for (let tries = 0; tries < 900 && (await desk.figure('bellwether_records_total')) !== 252; tries++) await delay(50)
    // It goes on working: what comes later is read too.
    appendFileSync(scene.log, injection('203.0.113.7', 300))
    for (let tries = 0; tries < 600 && (await desk.figure('bellwether_records_total')) !== 253; tries++) await delay(50)
    const today = await fetch(`${desk.origin}/api/today`, { headers: { cookie: `bellwether=${scene.cookie}` } })
    const { problems } = (await today.json()) as { problems: string[] }
    await desk.stop()
    return { outcome: await readOutcome(scene), problems, complaints: desk.complaints }
  } finally {
    desk.kill()
    scene.remove()
  }
}

const cases = { throw: 'throws at', hang: 'never comes back from' } as const
for (const [does, words] of Object.entries(cases) as ['throw' | 'hang', string][]) {
  test(`a record that the watch ${words} is put aside, named and counted, and all others are analysed`, async () => {
    const { outcome, problems, complaints } = await readWith(does)
    const found = outcome.findings.map((line) => JSON.parse(line) as [kind: string, ...unknown[]])
    expect(found.filter(([kind]) => kind === 'sql-injection')).toHaveLength(3)
    const aside = found.filter(([kind]) => kind === 'record-set-aside')
    expect(aside).toHaveLength(1)
    expect(aside[0]?.[2]).toBe(1)
    expect(outcome.rejects).toHaveLength(1)
    expect(outcome.rejects[0]).toContain('"line":152')
    expect(outcome.sources.join()).toMatch(/"records":253,"rejects":1,/)
    expect(outcome.archive).toEqual(['followed 253 253'])
    expect(problems.join(' ')).toMatch(/analysis had to be started again.*nothing is lost/)
    expect(complaints).toBe('')
  }, 150_000)
}
