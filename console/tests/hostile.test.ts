/** Every text of every page is replaced by one that tries to break it: markup, reversed writing, control characters, great
 *  length. None may run, and the page must hold its width. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openConsole, pagePaths, visit, widths } from './browser.ts'

describe.skipIf(!hasBrowser)('what strangers wrote', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  test.each([widths.wide, widths.least])(
    'runs nowhere and leaves the page its width, at %i px',
    async (width) => {
      const open = await openConsole(browser, 'hostile', { width })
      const { page } = open
      try {
        const found: string[] = []
        for (const path of pagePaths(open.server)) {
          await visit(open, path)
          for (const summary of await page.locator('main summary').all()) await summary.click()
          await page.waitForFunction(() => document.querySelector('.skeleton') === null)
          const state = await page.evaluate(() => ({
            hasRun: 'broken' in globalThis,
            images: document.querySelectorAll('img, iframe, object, embed, main script, [onerror]').length,
            wider: document.documentElement.scrollWidth - innerWidth,
            // A bidirectional control that is obeyed would stand in a text node.
            unseen: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/.test(
              document.body.innerText,
            ),
          }))
          if (state.hasRun || state.images > 0 || state.wider > 0 || state.unseen)
            found.push(`${path}: ${JSON.stringify(state)}`)
        }
        expect(found).toEqual([])
        expect(open.complaints).toEqual([])
      } finally {
        await open.close()
      }
    },
    120_000,
  )

  test('is shown as it was written: markup as text, control characters by their numbers', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      await visit(open, pagePaths(open.server)[3] ?? '/')
      await page.locator('.finding > summary').first().click()
      await page.getByText('<img src=x onerror=alert(1)>').first().waitFor()
      expect(await page.locator('.log').allInnerTexts()).toEqual(
        expect.arrayContaining([expect.stringContaining('\\u202egnp.exe\\u202c'), expect.stringContaining('\\x07')]),
      )
      expect(await page.locator('.unseen').first().innerText()).toBe('\\u202e')
    } finally {
      await open.close()
    }
  }, 60_000)
})
