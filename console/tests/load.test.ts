/** What the first load costs, what is left for later, and that the page's policy refuses nothing that the console does. */
import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleFolder } from '../../build/console.ts'
import { hasBrowser, openBrowser, openConsole, pagePaths, visit, widths } from './browser.ts'

const firstLoadBytesMost = 300_000

describe.skipIf(!hasBrowser)('the console', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  test('sends at most 300 kB for its first page, fonts included, and no chart', async () => {
    const open = await openConsole(browser, 'attack')
    try {
      await visit(open, '/')
      const bytes = [...open.server.sent.values()].reduce((sum, each) => sum + each, 0)
      expect(bytes).toBeLessThanOrEqual(firstLoadBytesMost)
      expect([...open.server.sent.keys()].filter((path) => /chart/.test(path))).toEqual([])
    } finally {
      await open.close()
    }
  }, 60_000)

  test('draws the chart of an incident where the policy allows no inline style, and redraws it in the other theme', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      await visit(open, pagePaths(open.server)[3] ?? '/')
      await page.locator('.timeline__chart svg path').first().waitFor({ state: 'attached' })
      const fills = () =>
        page.locator('.timeline__chart svg [fill]').evaluateAll((all) => all.map((each) => each.getAttribute('fill')))
      const light = await fills()
      await page.getByRole('button', { name: 'Your account and display' }).click()
      await page.getByText('Dark', { exact: true }).click()
      await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
      expect(await fills()).not.toEqual(light)
      expect(open.complaints).toEqual([])
    } finally {
      await open.close()
    }
  }, 60_000)

  test('does nothing on any page that its policy refuses', async () => {
    const open = await openConsole(browser, 'attack', { width: widths.phone })
    try {
      for (const path of pagePaths(open.server)) await visit(open, path)
      expect(open.complaints).toEqual([])
    } finally {
      await open.close()
    }
  }, 60_000)

  test('has one page without inline script, style or foreign address', () => {
    const page = readFileSync(`${consoleFolder}/index.html`, 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:/)
  })

  test('shows no bars for a quick answer, and shows them for a slow one', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      await page.route('**/api/incidents?*', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 1_200))
        await route.continue()
      })
      await page.goto(`${open.server.url}/incidents`)
      const bars = page.locator('main:has(h1) .skeleton')
      await bars.waitFor({ state: 'attached' })
      const appears = await bars.evaluate((element) => {
        const { animationDelay, animationFillMode } = getComputedStyle(element)
        return [animationDelay, animationFillMode]
      })
      expect(appears).toEqual(['0.3s', 'both'])
      await page.waitForFunction(
        () => getComputedStyle(document.querySelector('.skeleton') ?? document.body).opacity === '1',
      )
      await page.locator('.incident-row').first().waitFor()
      expect(await page.locator('.skeleton').count()).toBe(0)
    } finally {
      await open.close()
    }
  }, 60_000)
})
