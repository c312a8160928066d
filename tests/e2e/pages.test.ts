/** Every page of the console on a real desk, empty and with data, in both themes, wide and on a phone: nothing fails,
 *  nothing is refused by the page's policy, no rule of axe-core is broken, and nothing has to be scrolled sideways. */
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IncidentListView } from '../../src/desk/api/incidents.ts'
import { becomes } from '../loopback.ts'
import {
  ask,
  faults,
  hasBrowser,
  makeAccount,
  newVisitor,
  openBrowser,
  send,
  type Visitor,
  type VisitorOptions,
  violations,
  visit,
  waitMs,
} from './browser.ts'
import { type DeskProcess, startDesk } from './desk-process.ts'
import { combinedLine, ordinaryLines } from './log-lines.ts'
import { bringSoftware, clearedLog, hostileMail, upload } from './office-data.ts'
import { attackerAgent, attackPaths } from './office-site.ts'

const looks = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 375 },
  { theme: 'light', width: 375 },
  { theme: 'dark', width: 1280 },
] as const

const everyPage = [
  '/',
  '/incidents',
  '/incidents?state=any',
  '/mail',
  '/mail/check',
  '/mail/registry',
  '/sources',
  '/blocks',
  '/hunt',
  '/rules',
  '/software',
  '/settings',
  '/audit',
  '/account',
]

/** The same person on a screen of another kind. */
async function sameVisitor(browser: Browser, from: Visitor, options: VisitorOptions): Promise<Visitor> {
  const visitor = await newVisitor(browser, options)
  await visitor.context.addCookies(await from.context.cookies())
  return visitor
}

async function faultsOf(visitor: Visitor, origin: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    await visit(visitor.page, origin + path)
    for (const summary of await visitor.page.locator('main summary').all()) await summary.click()
    await visitor.page.locator('.skeleton').first().waitFor({ state: 'detached' })
    found.push(...(await faults(visitor)).map((fault) => `${path}: ${fault}`))
  }
  return found
}

describe.skipIf(!hasBrowser)('on a real desk', () => {
  let browser: Browser
  let desk: DeskProcess
  let official: Visitor
  let incidentPath = ''
  const morePaths: string[] = []

  beforeAll(async () => {
    desk = await startDesk({ configuration: '[office]\nname = "Marlow County Elections"\n' })
    browser = await openBrowser()
    official = await newVisitor(browser)
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await desk?.[Symbol.asyncDispose]()
  }, 60_000)

  test('the pages before the sign-in hold', async () => {
    const found: string[] = []
    for (const look of looks.slice(0, 2)) {
      const visitor = await newVisitor(browser, look)
      found.push(...(await faultsOf(visitor, desk.origin, ['/sign-in', new URL(desk.link ?? '').pathname])))
      await visit(visitor.page, desk.link ?? '')
      found.push(...(await faults(visitor)))
      await visitor.context.close()
    }
    await makeAccount(official.page, desk.link ?? '', 'Maria Alvarez')
    expect(found).toEqual([])
  }, 180_000)

  test.each(looks)(
    'every page of an empty desk holds, $theme at $width px',
    async (look) => {
      const visitor = await sameVisitor(browser, official, look)
      const found = await faultsOf(visitor, desk.origin, everyPage)
      await visitor.context.close()
      expect(found).toEqual([])
    },
    180_000,
  )

  test('an address that leads nowhere says so, and leads back', async () => {
    const { page, complaints } = official
    await visit(page, `${desk.origin}/no-such-page`)
    expect(await page.locator('h1').innerText()).toBe('There is no such page')
    expect(await violations(page)).toEqual([])
    await page.locator('main').getByRole('link').first().click()
    await page.locator('.today__sentence').waitFor()
    expect(complaints.splice(0).every((complaint) => complaint.includes('404'))).toBe(true)
  }, 60_000)

  test('a desk that has seen an attack, took decisions and searched what it kept', async () => {
    const logPath = join(desk.folder, 'access.log')
    const nowMs = Date.now()
    const attack = attackPaths.map((path, index) =>
      combinedLine({
        atMs: nowMs - 60_000 + index * 1_000,
        address: '203.0.113.66',
        path,
        agent: attackerAgent,
        bytes: 90_000,
      }),
    )
    await writeFile(logPath, `${ordinaryLines(nowMs - 60_000)}no line of any log\n${attack.join('')}`)
    const add = (path: string, body: unknown) => send(official, 'POST', path, body)
    const answers = [
      await add('/api/sources', { kind: 'follow', title: 'Website', paths: [logPath], from: 'start' }),
      await add('/api/sources', { kind: 'push', title: 'Website at the hosting company' }),
    ]
    const list = () => ask<IncidentListView>(official, '/api/incidents')
    expect(await becomes(async () => (await list()).total > 0, waitMs)).toBe(true)
    const incident = (await list()).rows[0]
    incidentPath = `/incidents/${incident?.id}`
    const block = { network: '203.0.113.66', reason: 'took voter records', hours: 24, incidentId: incident?.id }
    answers.push(
      await add(`/api${incidentPath}/decide`, { state: 'acknowledged', comment: 'I am on it.' }),
      await add(`/api${incidentPath}/notes`, { text: 'Told the state.' }),
      await add('/api/blocks', block),
      await add('/api/never-block', { network: '192.0.2.0/24', reason: 'our own office' }),
      await add('/api/indicators', { name: 'State advisory 2026-31', text: '203.0.113.66\n203.0.113.99' }),
      await add('/api/accounts/invitations', { role: 'analyst' }),
      await add('/api/hunt', { addresses: ['203.0.113.66'] }),
    )
    expect(answers.filter(({ status }) => status >= 300)).toEqual([])
  }, 180_000)

  test('a desk that has had a rule fire, a hostile mail and changed software', async () => {
    const nowMs = Date.now()
    const eventsPath = join(desk.folder, 'events.jsonl')
    await writeFile(eventsPath, clearedLog(nowMs - 1_000))
    const follow = { kind: 'follow', title: 'Windows events', paths: [eventsPath], from: 'start' }
    expect((await send(official, 'POST', '/api/sources', follow)).status).toBeLessThan(300)
    for (const to of ['clerk@marlow.example', 'deputy@marlow.example']) {
      expect(await upload(official, `${to}.eml`, hostileMail(nowMs - 60_000, to))).toBe(200)
    }
    interface Rows {
      readonly rows: readonly { readonly id: string; readonly fired?: object }[]
    }
    const fired = async () => (await ask<Rows>(official, '/api/rules?order=fired&limit=1')).rows[0]
    expect(await becomes(async () => (await fired())?.fired !== undefined, waitMs)).toBe(true)
    const mails = async () => (await ask<Rows>(official, '/api/mail?offset=0&limit=10')).rows
    expect(await becomes(async () => (await mails()).length === 2, waitMs)).toBe(true)
    const softwareId = await bringSoftware(official, desk)
    morePaths.push(`/rules/${(await fired())?.id}`, `/software/${softwareId}`, `/mail/${(await mails())[0]?.id}`)
    const ofMail = async () => (await ask<IncidentListView>(official, '/api/incidents?kind=mail-campaign')).rows[0]
    expect(await becomes(async () => (await ofMail()) !== undefined, waitMs)).toBe(true)
    morePaths.push(`/incidents/${(await ofMail())?.id}`)
  }, 180_000)

  test('the incident of a campaign leads to its mails', async () => {
    const { page, complaints } = official
    await visit(page, desk.origin + (morePaths[3] ?? ''))
    await page.getByRole('link', { name: 'See its mails' }).click()
    await page.getByText('Only one campaign is shown.').waitFor()
    const mails = page.locator('main a[href^="/mail/"]', { hasText: 'New EViD User Guides' })
    await mails.nth(1).waitFor()
    expect(await mails.count()).toBe(2)
    expect(complaints.splice(0)).toEqual([])
  }, 60_000)

  test('a hostile mail is looked at without anything of it running, loading or leading away', async () => {
    const { page, complaints } = official
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await visit(page, desk.origin + (morePaths[2] ?? ''))
    await page.getByRole('button', { name: 'As it looks, without pictures' }).click()
    await page.frameLocator('iframe').getByText('read the new').waitFor()
    expect(await page.frameLocator('iframe').locator('a, img, form, script, iframe, svg, [style]').count()).toBe(0)
    await page.frameLocator('iframe').getByText('[leads to https://evil.example/login]').waitFor()
    expect(await page.evaluate<boolean>("'broken' in globalThis")).toBe(false)
    expect(asked.filter((url) => !url.startsWith(desk.origin) && !url.startsWith('about:'))).toEqual([])
    expect(complaints.splice(0)).toEqual([])
  }, 60_000)

  test.each(looks)(
    'every page with data holds, $theme at $width px',
    async (look) => {
      const visitor = await sameVisitor(browser, official, look)
      const sources = await ask<readonly { id: string }[]>(official, '/api/sources')
      const found = await faultsOf(visitor, desk.origin, [
        ...everyPage,
        incidentPath,
        `${incidentPath}/report`,
        ...sources.map(({ id }) => `/sources/${id}`),
        ...morePaths,
      ])
      await visitor.context.close()
      expect(found).toEqual([])
    },
    300_000,
  )

  test('Today stands in a browser that has kept nothing; how soon is said', async () => {
    const times: number[] = []
    for (let run = 0; run < 5; run++) {
      const visitor = await sameVisitor(browser, official, {})
      const beganMs = performance.now()
      await visitor.page.goto(`${desk.origin}/`, { waitUntil: 'commit' })
      await visitor.page.locator('.today__sentence').waitFor()
      times.push(performance.now() - beganMs)
      expect(await visitor.page.locator('.today__sentence').innerText()).not.toBe('')
      await visitor.context.close()
    }
    const median = times.toSorted((a, b) => a - b)[2] ?? 0
    const all = times.map((ms) => (ms / 1000).toFixed(2)).join(', ')
    console.log(`Today stood after ${all} s, median ${(median / 1000).toFixed(2)} s; load ${loadavg()[0]?.toFixed(1)}.`)
  }, 180_000)
})
