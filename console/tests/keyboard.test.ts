/** The console without a mouse: what Tab reaches, in which order, whether the focus is seen, and where it goes. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openConsole, pagePaths, visit, widths } from './browser.ts'

interface Stop {
  readonly name: string
  readonly isSeen: boolean
}

/** Where the focus is, and whether an outline shows it there. */
const stopAt = (page: Page): Promise<Stop> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement)) return { name: '', isSeen: false }
    // A checkbox, a file field and the link of a row show their focus on what stands for them.
    const shown = [
      getComputedStyle(element),
      getComputedStyle(element, '::after'),
      ...(element.nextElementSibling ? [getComputedStyle(element.nextElementSibling, '::before')] : []),
      ...(element.parentElement ? [getComputedStyle(element.parentElement)] : []),
    ]
    return {
      name: element === document.body ? '' : (element.getAttribute('aria-label') ?? element.innerText ?? element.id),
      isSeen: shown.some((style) => style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2),
    }
  })

async function walk(page: Page, stepsMost: number): Promise<Stop[]> {
  const stops: Stop[] = []
  for (let step = 0; step < stepsMost; step++) {
    await page.keyboard.press('Tab')
    const stop = await stopAt(page)
    if (stop.name === '' && stops.length > 0) break
    stops.push(stop)
  }
  return stops
}

describe.skipIf(!hasBrowser)('the keyboard', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  test('skips to the page first, and the focus is seen on every stop of every page', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      const unseen: string[] = []
      for (const path of pagePaths(open.server)) {
        await visit(open, path)
        const stops = await walk(page, 45)
        expect(stops[0]?.name).toBe('Skip to the page')
        unseen.push(...stops.filter(({ isSeen }) => !isSeen).map(({ name }) => `${path}: ${name}`))
      }
      expect(unseen).toEqual([])
    } finally {
      await open.close()
    }
  }, 120_000)

  test('goes into a question, stays there, leaves with Escape and is back where it was', async () => {
    const open = await openConsole(browser, 'attack')
    const { page } = open
    try {
      await visit(open, pagePaths(open.server)[3] ?? '/')
      await page.getByRole('button', { name: 'Acknowledge' }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      for (let step = 0; step < 8; step++) {
        await page.keyboard.press('Tab')
        const isOutside = await page.evaluate(() => {
          const element = document.activeElement
          return element !== document.body && element?.closest('dialog') === null
        })
        expect(isOutside).toBe(false)
      }
      await page.keyboard.press('Escape')
      expect((await stopAt(page)).name).toBe('Acknowledge')
    } finally {
      await open.close()
    }
  }, 60_000)

  test('opens the menu of a phone, and goes to a page whose heading then has the focus', async () => {
    const open = await openConsole(browser, 'attack', { width: widths.phone })
    const { page } = open
    try {
      await visit(open, '/')
      const menu = page.getByRole('button', { name: 'Menu' })
      await menu.focus()
      await page.keyboard.press('Enter')
      expect(await menu.getAttribute('aria-expanded')).toBe('true')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor()
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
      expect(await menu.getAttribute('aria-expanded')).toBe('false')
    } finally {
      await open.close()
    }
  }, 60_000)
})
