/** A mail that is as bad as mails get, as a person looks at it: nothing of it runs, loads, leads away or is sent, even where the
 *  desk's own cleaning had failed; and the ways through the page of mail. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, type OpenConsole, openBrowser, openConsole, visit } from './browser.ts'

const theMail = `/mail/${'1'.padStart(64, '0')}`

describe.skipIf(!hasBrowser)('a hostile mail', () => {
  let browser: Browser
  let open: OpenConsole
  beforeAll(async () => {
    browser = await openBrowser()
    open = await openConsole(browser, 'attack')
  }, 120_000)
  afterAll(async () => {
    await open?.close()
    await browser?.close()
  })

  test('is shown as text first, and in a frame that may do nothing when asked for', async () => {
    const { page } = open
    await visit(open, theMail)
    expect(await page.locator('iframe').count()).toBe(0)
    await page.getByText('please find attached the new guides').waitFor()
    await page.getByRole('button', { name: 'As it looks, without pictures' }).click()
    const frame = page.locator('iframe')
    expect(await frame.getAttribute('sandbox')).toBe('')
    await page.frameLocator('iframe').getByText('New EViD User Guides').waitFor()
  }, 60_000)

  test('runs nothing, loads nothing, sends nothing and leads nowhere', async () => {
    const { page, server } = open
    const asked: string[] = []
    page.on('response', (response) => asked.push(response.url()))
    await visit(open, theMail)
    const before = page.url()
    asked.length = 0
    await page.getByRole('button', { name: 'As it looks, without pictures' }).click()
    const inside = page.frameLocator('iframe')
    await inside.getByText('New EViD User Guides').waitFor()
    await inside.locator('#lure').click()
    await inside.locator('#lure').press('Enter')
    await inside.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForTimeout(500)
    expect(await page.evaluate(() => 'broken' in globalThis)).toBe(false)
    expect(page.url()).toBe(before)
    expect(page.frames().length).toBeLessThanOrEqual(3)
    // The console itself may ask the desk for what is new; every address of the mail says that it is tracked.
    const { origin } = new URL(before)
    // What counts is what was answered: the browser now and then tells of a request that the frame's policy then refuses.
    const ofTheMail = asked.filter((url) => url.includes('tracked') || new URL(url).origin !== origin)
    expect(ofTheMail.filter((url) => !url.startsWith('about:'))).toEqual([])
    expect([...server.sent.keys()].filter((path) => path.includes('tracked'))).toEqual([])
    // The browser says that it blocked scripts; nothing else may have gone wrong.
    const other = open.complaints.splice(0).filter((text) => !/sandboxed|Content Security Policy|Refused to/.test(text))
    expect(other).toEqual([])
  }, 60_000)

  test('is scrolled in its frame with the keyboard, which then goes on', async () => {
    const { page } = open
    await page.route(`**/api${theMail}`, async (route) => {
      const answer = await route.fetch()
      const mail = (await answer.json()) as object
      await route.fulfill({ json: { ...mail, view: '<p>A line of a long mail.</p>'.repeat(200) } })
    })
    await visit(open, theMail)
    const button = page.getByRole('button', { name: 'As it looks, without pictures' })
    await button.click()
    await page.frameLocator('iframe').getByText('A line of a long mail.').first().waitFor()
    // A frame takes the keyboard once the browser has found out that there is more in it than it shows.
    const tabbedTo = async (): Promise<string | undefined> => {
      await button.focus()
      await page.keyboard.press('Tab')
      return await page.evaluate(() => document.activeElement?.tagName)
    }
    await expect.poll(tabbedTo, { timeout: 20_000 }).toBe('IFRAME')
    await page.keyboard.press('End')
    await page.frameLocator('iframe').getByText('A line of a long mail.').last().waitFor()
    const frame = page.frames().at(-1)
    await expect.poll(() => frame?.evaluate(() => scrollY), { timeout: 20_000 }).toBeGreaterThan(0)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SUMMARY')
    await page.unrouteAll()
    open.complaints.length = 0
  }, 60_000)

  test('is told with its proofs, whom to call, the others who got it, and reports to hand on', async () => {
    const { page } = open
    await visit(open, theMail)
    await page.getByRole('region', { name: 'What it carries' }).getByText('A document that runs commands').waitFor()
    await page.getByText('Call Maple Voting Systems: +1 202 555 0143').waitFor()
    expect(await page.getByRole('region', { name: 'Who else got it' }).locator('li').count()).toBe(2)
    const report = page.getByRole('link', { name: 'Download the report' })
    expect(await report.getAttribute('href')).toBe(`/api${theMail}/download/arf`)
    await page.getByRole('button', { name: 'Show the instructions' }).click()
    await page.getByText('Microsoft 365', { exact: true }).click()
    await page.getByText('New-TransportRule').first().waitFor()
  }, 60_000)
})

describe.skipIf(!hasBrowser)('the page of mail', () => {
  let browser: Browser
  let open: OpenConsole
  beforeAll(async () => {
    browser = await openBrowser()
    open = await openConsole(browser, 'attack')
  }, 120_000)
  afterAll(async () => {
    await open?.close()
    await browser?.close()
  })

  test('finds by words, by verdict and by campaign, and keeps that in the address', async () => {
    const { page } = open
    await visit(open, '/mail')
    await page.getByLabel('Search').fill('mailbox is full')
    await page.getByText('New EViD User Guides').first().waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.get('text')).toBe('mailbox is full')
    await page.getByLabel('Show').selectOption('unreadable')
    await page.getByRole('heading', { name: 'No mail fits these filters' }).waitFor()
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await visit(open, '/mail?campaign=campaign-1')
    expect(await page.locator('.mail-row').count()).toBe(3)
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByText('1 to 25 of 43 mails').waitFor()
  }, 60_000)

  test('looks at a mail that is pasted, and says so where it is none', async () => {
    const { page } = open
    await visit(open, '/mail/check')
    await page.getByLabel('Source of the mail').fill('no mail at all')
    await page.getByRole('button', { name: 'Look at it' }).click()
    await page.getByText('This is no mail.').waitFor()
    await page.getByLabel('Source of the mail').fill('From: a@b.example\n\nhello')
    await page.getByRole('button', { name: 'Look at it' }).click()
    await page.getByRole('heading', { name: 'Why the desk says so' }).waitFor()
    expect(await page.getByRole('link', { name: 'Download the report' }).count()).toBe(0)
  }, 60_000)

  test('sends a mail that was saved as a file byte for byte, and one too large not at all', async () => {
    const { page } = open
    await visit(open, '/mail/check')
    const buffer = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xff, 0x0d, 0x0a, 0x00])
    const choose = (size: Buffer) =>
      page.getByLabel('A mail that you saved as a file').setInputFiles({ name: 'a.msg', mimeType: '', buffer: size })
    await choose(Buffer.alloc(8_000_001))
    await page.getByText('This file is larger than 8 MB.').waitFor()
    expect(await page.getByRole('button', { name: 'Look at it' }).isDisabled()).toBe(true)
    await choose(buffer)
    const asked = page.waitForRequest('**/api/mail/check')
    await page.getByRole('button', { name: 'Look at it' }).click()
    expect((await asked).postDataJSON()).toEqual({ base64: buffer.toString('base64') })
    await page.getByRole('heading', { name: 'Why the desk says so' }).waitFor()
    await page.getByLabel('Source of the mail').fill('From: a@b.example')
    expect(await page.getByLabel('A mail that you saved as a file').inputValue()).toBe('')
  }, 60_000)

  test('adds, changes and removes a protected name, with the keyboard alone', async () => {
    const { page } = open
    await visit(open, '/mail/registry')
    await page.getByRole('button', { name: 'Add a name' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Name', { exact: true }).fill('Elm Ballot Printing')
    expect(await page.getByRole('button', { name: 'Keep it' }).isDisabled()).toBe(true)
    await page.getByLabel('Domains that they write from').fill('elmballot.example\n\n elm.example ')
    await page.getByLabel('Number to call').fill('+1 202 555 0199')
    await page.keyboard.press('Enter')
    const row = page.locator('.identity', { hasText: 'Elm Ballot Printing' })
    await row.getByText('elmballot.example, elm.example').first().waitFor()
    await page.getByRole('button', { name: 'Remove Elm Ballot Printing' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await row.waitFor({ state: 'detached' })
  }, 60_000)
})
