/** What the tests in a real browser share: the built console on a made-up desk, a page of it, and what went wrong on that
 *  page. Where Chromium is missing the tests are skipped, visibly. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ensureConsoleBuilt } from '../../build/console.ts'
import { type FakeServer, startFakeServer } from '../fixtures/server.ts'
import type { DeskState } from '../fixtures/states.ts'

const executablePath = process.env.BELLWETHER_CHROMIUM ?? '/usr/bin/chromium'

/** True where there is a browser to test in. */
export const hasBrowser = existsSync(executablePath)
if (!hasBrowser) console.warn('No Chromium: what the console does in a browser is not tested.')

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser for a file of tests; the console is built first where that is needed. */
export async function openBrowser(): Promise<Browser> {
  await ensureConsoleBuilt()
  return chromium.launch({ executablePath, args: flags })
}

/** Widths at which pages must hold. */
export const widths = {
  wide: 1280,
  phone: 375,
  /** What a wide page enlarged to 400 % has (WCAG 1.4.10). */ least: 320,
} as const
export type Theme = 'light' | 'dark'

/** A page of a console, with everything that went wrong on it. */
export interface OpenConsole {
  readonly page: Page
  readonly server: FakeServer
  readonly context: BrowserContext
  /** Refusals by the policy, exceptions, and what the page complained of. */
  readonly complaints: string[]
  close(): Promise<void>
}

interface ConsoleOptions {
  readonly theme?: Theme
  readonly width?: number
}

/** What is asked in vain on purpose is no complaint. */
const isExpected = (text: string): boolean => /status of (?:401|404|409|410|500|503)/.test(text)

/** Opens a console on a made-up desk in the given state. */
export async function openConsole(
  browser: Browser,
  state: DeskState,
  { theme = 'light', width = widths.wide }: ConsoleOptions = {},
): Promise<OpenConsole> {
  const server = await startFakeServer(state)
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: theme,
    timezoneId: 'America/New_York',
    locale: 'en-US',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if ((message.type() === 'error' || message.type() === 'warning') && !isExpected(text)) complaints.push(text)
  })
  return {
    page,
    server,
    context,
    complaints,
    close: async () => {
      await context.close()
      await server.close()
    },
  }
}

/** All pages behind the sign-in, with the words of their first heading in a desk that has data. */
export const pagePaths = (server: FakeServer): string[] => {
  const incident = server.desk.list(new URLSearchParams()).rows[0]?.id
  return [
    '/',
    '/incidents',
    '/incidents?state=any',
    ...(incident === undefined ? [] : [`/incidents/${incident}`, `/incidents/${incident}/report`]),
    '/mail',
    `/mail/${'1'.padStart(64, '0')}`,
    '/mail/check',
    '/mail/registry',
    '/sources',
    '/sources/mail',
    '/blocks',
    '/hunt',
    '/rules',
    '/rules/0000000000000000',
    '/rules/0000000000000003',
    '/software',
    '/software/0000000000000001',
    '/software/0000000000000002',
    '/settings',
    '/audit',
    '/account',
    '/no-such-page',
  ]
}

/** Goes to a path and waits until the page stands: its heading is there and nothing is loading any more. */
export async function visit({ page, server }: OpenConsole, path: string): Promise<void> {
  await page.goto(server.url + path)
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(
    () => document.querySelector('.skeleton, [data-pending]') === null && document.fonts.status === 'loaded',
  )
}
