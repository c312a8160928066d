/** The story for which the console is made: an attack arrives, a clerk reads, acts, blocks, closes and prints. And the ways
 *  in, the ways to be told, and what happens when the desk goes away. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openConsole, visit } from './browser.ts'

describe.skipIf(!hasBrowser)('a clerk', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  test('reads of an attack, acknowledges it, ticks a step, blocks the attacker, writes a note and closes', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      await visit(open, '/')
      expect(await page.locator('h1').innerText()).toContain('Somebody is taking voter records')
      await page.getByRole('link', { name: 'Somebody broke into the voter database' }).click()
      await page.getByRole('heading', { name: 'What happened' }).waitFor()
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')

      await page.getByRole('button', { name: 'Acknowledge' }).click()
      await page.getByLabel('Comment').fill('I am on it.')
      await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click()
      await page.getByText('Acknowledged by Maria Alvarez').first().waitFor()

      await page.getByText('Keep every log.').first().click()
      await page.getByText('2 of 6 done').waitFor()

      await page.getByRole('button', { name: 'Block 203.0.113.77' }).click()
      const dialog = page.getByRole('dialog')
      expect(await dialog.innerText()).toContain('other customers may come from it later')
      await dialog.getByLabel('For how long').selectOption('24')
      await dialog.getByRole('button', { name: 'Block it' }).click()
      await page.getByRole('button', { name: 'Lift the block of 203.0.113.77' }).waitFor()

      await page.getByLabel('Write a note').fill('Told the state.')
      await page.getByRole('button', { name: 'Keep the note' }).click()
      await page.locator('.deeds').getByText('Told the state.').waitFor()

      await page.getByRole('button', { name: 'Close', exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      await page.getByRole('button', { name: 'Open again' }).waitFor()
      await visit(open, '/blocks')
      await page.getByText('203.0.113.77').first().waitFor()
      expect(open.complaints).toEqual([])
    } finally {
      await open.close()
    }
  }, 60_000)

  test('sees the exact place of a line of evidence, with the lines around it', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      const id = open.server.desk.list(new URLSearchParams()).rows[0]?.id
      await visit(open, `/incidents/${id}`)
      await page.locator('.finding > summary').first().click()
      await page.getByRole('button', { name: 'Open the exact place' }).first().click()
      await page.locator('.place-lines .is-it').waitFor()
      expect(await page.locator('.place-lines tr').count()).toBe(7)
    } finally {
      await open.close()
    }
  }, 60_000)

  test('is told of a new incident without looking, and that the desk went away', async () => {
    const open = await openConsole(browser, 'quiet')
    const { page, server } = open
    try {
      await visit(open, '/settings')
      const said = page.locator('[aria-live="polite"][role="status"]').last()
      const id = server.desk.list(new URLSearchParams()).rows[0]?.id ?? ''
      server.desk.answer({
        method: 'POST',
        path: `/api/incidents/${id}/decide`,
        query: new URLSearchParams(),
        body: { state: 'new' },
      })
      server.tell({ type: 'incidents', id })
      await said.getByText('New incident').waitFor({ state: 'attached' })
      server.setAway(true)
      await page.getByRole('region', { name: 'Connection' }).waitFor({ timeout: 20_000 })
      server.setAway(false)
      await page.getByRole('region', { name: 'Connection' }).waitFor({ state: 'detached', timeout: 20_000 })
    } finally {
      await open.close()
    }
  }, 60_000)

  test('makes the first account with a password and a phone, and keeps the recovery codes', async () => {
    const open = await openConsole(browser, 'empty')
    const { page, server } = open
    try {
      server.desk.isSignedIn = false
      await visit(open, '/start#first-token-0000000000')
      await page.getByLabel('Your name').fill('Maria Alvarez')
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('img', { name: 'QR code' }).waitFor()
      await page.getByLabel('Password', { exact: true }).fill('password1234')
      await page.getByLabel('Code that the app shows now').fill('123456')
      await page.getByRole('button', { name: 'Make the account' }).click()
      await page.getByText('Take another.').waitFor()
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
      await page.getByRole('button', { name: 'Make the account' }).click()
      await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
      await page.getByText('I have printed them').click()
      await page.getByRole('button', { name: 'Go to the desk' }).click()
      await page.getByRole('heading', { name: 'The desk watches nothing yet.' }).waitFor()
    } finally {
      await open.close()
    }
  }, 60_000)

  test('signs in, after a mistake too, and comes to where they wanted to go', async () => {
    const open = await openConsole(browser, 'attack')
    const { page, server } = open
    try {
      server.desk.isSignedIn = false
      await visit(open, '/blocks')
      await page.getByLabel('Name').fill('Maria Alvarez')
      await page.getByLabel('Password').fill('wrong')
      await page.getByLabel('Code').fill('123456')
      await page.getByRole('button', { name: 'Sign in with a password' }).click()
      await page.getByText('Name, password or code is wrong.').waitFor()
      await page.getByLabel('Password').fill('correct horse battery')
      await page.getByLabel('Code').fill('123456')
      await page.getByRole('button', { name: 'Sign in with a password' }).click()
      await page.getByRole('heading', { name: 'Block list' }).waitFor()
    } finally {
      await open.close()
    }
  }, 60_000)

  test('puts a log file in by choosing it, and gets a token with lines to paste', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      await visit(open, '/sources')
      await page
        .getByLabel('choose them')
        .setInputFiles({ name: 'access.log', mimeType: 'text/plain', buffer: Buffer.alloc(200_000, 'x') })
      await page.getByText('It was taken in and is being read.').first().waitFor()
      await visit(open, '/sources/mail')
      await page.getByLabel('Which machine is it for?').fill('web server')
      await page.getByRole('button', { name: 'Make a token' }).click()
      await page.getByText('This token is shown this once.').waitFor()
      expect(await page.getByRole('figure').allInnerTexts()).toEqual(
        expect.arrayContaining([expect.stringContaining('curl --fail'), expect.stringContaining('omhttp')]),
      )
      expect(open.complaints).toEqual([])
    } finally {
      await open.close()
    }
  }, 60_000)

  test('who tests the office sees nothing of it', async () => {
    const open = await openConsole(browser, 'attack')
    const { page, server } = open
    try {
      server.desk.role = 'tester'
      await visit(open, '/incidents')
      await page.getByText('Testers see no incidents').waitFor()
      expect([...server.sent.keys()].filter((path) => path.startsWith('/api/'))).toEqual(['/api/session'])
      expect(await page.getByRole('navigation').getByRole('link').count()).toBe(0)
    } finally {
      await open.close()
    }
  }, 60_000)

  test('who only reads is offered no decision, no evidence and no settings', async () => {
    const open = await openConsole(browser, 'attack')
    const { page, server } = open
    try {
      server.desk.role = 'viewer'
      const id = server.desk.list(new URLSearchParams()).rows[0]?.id
      await visit(open, `/incidents/${id}`)
      expect(await page.getByRole('button', { name: /Acknowledge|^Block|Keep the note/ }).count()).toBe(0)
      expect(await page.getByText('Your role does not see them').count()).toBe(1)
      expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual(
        expect.not.arrayContaining(['Settings', 'Hunt', 'Audit trail']),
      )
    } finally {
      await open.close()
    }
  }, 60_000)
})
