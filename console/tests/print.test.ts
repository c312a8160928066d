/** An incident on paper: whose it is, who printed it, everything open, nothing that only a screen needs. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openConsole, visit } from './browser.ts'

describe.skipIf(!hasBrowser)('the report of an incident', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  test('names office, time and person, shows all sections with their evidence, and leaves navigation and buttons out', async () => {
    const open = await openConsole(browser, 'attack', { theme: 'dark' })
    const { page } = open
    try {
      const id = open.server.desk.list(new URLSearchParams()).rows[0]?.id
      await visit(open, `/incidents/${id}/report`)
      await page.emulateMedia({ media: 'print' })
      const text = await page.locator('body').innerText()
      for (const words of [
        'Marlow County Elections',
        'by Maria Alvarez',
        'UTC)',
        'What happened',
        'Whom to call',
        'UNION+SELECT',
        'What was done',
        'End of the report.',
      ]) {
        expect(text).toContain(words)
      }
      expect(text).not.toContain('Audit trail')
      expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0)
      expect(await page.locator('details:not([open])').count()).toBe(0)
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
      const pdf = await page.pdf({ format: 'Letter' })
      const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
      expect(pages).toBeGreaterThanOrEqual(2)
    } finally {
      await open.close()
    }
  }, 60_000)
})
