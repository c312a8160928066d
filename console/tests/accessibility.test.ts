/** Every page, in both themes and in every state of the desk, against axe-core's rules for WCAG 2.2 A and AA and its own
 *  good practice: none may be broken. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeskState } from '../fixtures/states.ts'
import { hasBrowser, openBrowser, openConsole, pagePaths, type Theme, visit, widths } from './browser.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const options: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}

/** What is broken, a line each. The rules are brought in over the debugger, because the page's policy lets no other
 *  script in. */
async function violations(page: Page, place: string): Promise<string[]> {
  await page.evaluate(axeSource)
  const results = await page.evaluate(
    (run) => (globalThis as unknown as { axe: { run(o: unknown): Promise<AxeResults> } }).axe.run(run),
    options,
  )
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${place}: ${id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`),
  )
}

describe.skipIf(!hasBrowser)('the console, by the rules of WCAG 2.2 AA,', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 120_000)
  afterAll(() => browser?.close())

  const check = async (
    state: DeskState,
    theme: Theme,
    width: number,
    isShown: (path: string) => boolean = () => true,
  ): Promise<void> => {
    const open = await openConsole(browser, state, { theme, width })
    try {
      const found: string[] = []
      for (const path of pagePaths(open.server).filter(isShown)) {
        await visit(open, path)
        found.push(...(await violations(open.page, `${path} (${state}, ${theme}, ${width})`)))
      }
      expect(found).toEqual([])
    } finally {
      await open.close()
    }
  }

  test('breaks none on any page, light and wide', () => check('attack', 'light', widths.wide), 120_000)
  test('breaks none on any page, dark and on a phone', () => check('attack', 'dark', widths.phone), 120_000)
  // Pages that look different in these states, in the theme that the other states are not tried in.
  for (const [state, theme, shown] of [
    ['quiet', 'dark', ['/', '/incidents']],
    ['blind', 'light', ['/', '/sources', '/audit']],
    ['empty', 'dark', ['/', '/incidents', '/mail', '/sources', '/blocks', '/hunt', '/software', '/audit']],
    ['failing', 'light', ['/', '/incidents', '/mail', '/mail/registry', '/rules', '/software', '/settings']],
    ['demonstration', 'dark', ['/']],
  ] as const) {
    const isShown = (path: string): boolean => shown.some((each) => each === path)
    test(`breaks none where the desk is ${state}`, () => check(state, theme, widths.wide, isShown), 120_000)
  }

  test.each(['light', 'dark'] as const)(
    'breaks none before the sign-in, %s',
    async (theme) => {
      const open = await openConsole(browser, 'attack', { theme })
      try {
        open.server.desk.isSignedIn = false
        const found: string[] = []
        for (const path of ['/sign-in', '/start#used-token-000000000000', '/start#first-token-0000000000']) {
          await visit(open, path)
          found.push(...(await violations(open.page, path)))
        }
        await open.page.getByLabel('Your name').fill('Maria Alvarez')
        await open.page.getByRole('button', { name: 'Go on' }).click()
        await open.page.getByRole('heading', { name: 'How will you sign in?' }).waitFor()
        found.push(...(await violations(open.page, 'ways to sign in')))
        expect(found).toEqual([])
      } finally {
        await open.close()
      }
    },
    60_000,
  )

  test.each(['light', 'dark'] as const)(
    'breaks none with everything opened, %s',
    async (theme) => {
      const open = await openConsole(browser, 'attack', { theme })
      const { page } = open
      try {
        await visit(open, pagePaths(open.server)[3] ?? '/')
        for (const summary of await page.locator('summary').all()) await summary.click()
        await page.getByRole('button', { name: 'Open the exact place' }).first().click()
        await page.locator('.place-lines').waitFor()
        const found = await violations(page, 'incident, opened')
        await page.getByRole('button', { name: 'Block 203.0.113.77' }).click()
        found.push(...(await violations(page, 'question before a block')))
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'Your account and display' }).click()
        found.push(...(await violations(page, 'account menu')))
        expect(found).toEqual([])
      } finally {
        await open.close()
      }
    },
    60_000,
  )

  test.each([
    ['light', widths.wide],
    ['dark', widths.phone],
  ] as const)(
    'breaks none in questions and opened parts of rules, software and mail, %s at %i px',
    async (theme, width) => {
      const open = await openConsole(browser, 'attack', { theme, width })
      const { page } = open
      const found: string[] = []
      const look = async (place: string): Promise<void> => void found.push(...(await violations(page, place)))
      const openAll = async (): Promise<void> => {
        for (const summary of await page.locator('main summary').all()) await summary.click()
      }
      try {
        await visit(open, '/rules')
        await openAll()
        await look('rules, opened')
        await visit(open, '/rules/0000000000000000')
        await page.getByRole('button', { name: 'Switch this rule off' }).click()
        await look('question before a rule is switched off')
        await page.getByLabel('Why?').fill('our time server does this')
        await page.keyboard.press('Enter')
        await page.getByText('Switched off by').waitFor()
        await look('a rule that is switched off')
        await visit(open, '/software/0000000000000001')
        await page.getByRole('button', { name: 'Keep this list as the new baseline' }).click()
        await look('question before a baseline')
        await visit(open, `/mail/${'1'.padStart(64, '0')}`)
        await page.getByRole('button', { name: 'As it looks, without pictures' }).click()
        await page.getByRole('button', { name: 'Show the instructions' }).click()
        await page.getByText('Microsoft 365', { exact: true }).waitFor()
        await openAll()
        await look('mail, opened')
        await visit(open, '/mail/registry')
        await openAll()
        await look('protected names, opened')
        await page.getByRole('button', { name: 'Add a name' }).click()
        await page.getByText('More about them').click()
        await look('a name is added')
        expect(found).toEqual([])
      } finally {
        await open.close()
      }
    },
    120_000,
  )
})
