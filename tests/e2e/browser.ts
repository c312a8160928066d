/** A real Chromium on a real desk: opening it, a page of it with everything that went wrong there, making an account as a
 *  person does, and the rules of axe-core. Where Chromium is missing the tests are skipped, visibly. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg } from 'node:os'
import type { AxeResults, RunOptions } from 'axe-core'
import { TOTP, URI } from 'otpauth'
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import type { SessionView } from '../../src/server/api/session.ts'

const executablePath = process.env.BELLWETHER_CHROMIUM ?? '/usr/bin/chromium'

/** True where there is a browser to test in. */
export const hasBrowser = existsSync(executablePath)
if (!hasBrowser) console.warn('No Chromium: the desk is not tested in a browser.')

/** Waits for one thing on a page, on a machine that does other things too. */
export const waitMs = 60_000

/** Opens the browser of one file of tests. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    timeout: 120_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** A person's page. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** Refusals by the page's policy, exceptions, errors of the console, dialogs, requests that failed or were refused. */
  readonly complaints: string[]
}

/** What a page asked for and has no whole answer to, with when it asked; and its complaints. */
interface Asked {
  readonly waiting: Map<Request, number>
  readonly complaints: readonly string[]
}
const askedBy = new WeakMap<Page, Asked>()

/** How a page is opened. */
export interface VisitorOptions {
  readonly width?: number
  readonly theme?: 'light' | 'dark'
}

/** Opens a page in a context of its own, so that no cookie is shared. */
export async function newVisitor(browser: Browser, { width = 1280, theme = 'light' }: VisitorOptions = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: theme,
    timezoneId: 'America/New_York',
    locale: 'en-US',
  })
  context.setDefaultTimeout(waitMs)
  const page = await context.newPage()
  const complaints: string[] = []
  const waiting = new Map<Request, number>()
  askedBy.set(page, { waiting, complaints })
  page.on('request', (request) => waiting.set(request, Date.now()))
  page.on('requestfinished', (request) => waiting.delete(request))
  page.on('crash', () => complaints.push('the page crashed'))
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    const isBad = message.type() === 'error' || message.type() === 'warning'
    if (isBad) complaints.push(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('requestfailed', (request) => {
    waiting.delete(request)
    // What a page no longer needs when it is left is no failure.
    const why = request.failure()?.errorText ?? ''
    if (why !== 'net::ERR_ABORTED') complaints.push(`request: ${request.method()} ${request.url()}: ${why}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`answer ${response.status()}: ${response.url()}`)
  })
  return { page, context, complaints } satisfies Visitor
}

/** An account that a test made. */
export interface MadeAccount {
  readonly name: string
  readonly password: string
  readonly recoveryCodes: readonly string[]
  /** The code of the phone, `steps` times 30 seconds from now: each is taken once. */
  code(steps?: number): string
}

/** Follows a link and makes an account with a password and the codes of a phone, as a person would. */
export async function makeAccount(page: Page, link: string, name: string): Promise<MadeAccount> {
  const password = 'heron walks over seven bridges'
  await page.goto(link)
  await page.getByLabel('Your name').fill(name)
  const begins = page.waitForResponse('**/api/accounts/begin')
  await page.getByRole('button', { name: 'Go on' }).click()
  const begun = (await (await begins).json()) as { totp: { uri: string } }
  const phone = URI.parse(begun.totp.uri)
  if (!(phone instanceof TOTP)) throw new Error('the phone was offered no codes by time')
  const code = (steps = 0): string => phone.generate({ timestamp: Date.now() + steps * 30_000 })
  await page.getByRole('img', { name: 'QR code' }).waitFor()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Code that the app shows now').fill(code())
  await page.getByRole('button', { name: 'Make the account' }).click()
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor()
  const recoveryCodes = await page.locator('.codes li').allInnerTexts()
  await page.getByText('I have printed them').click()
  await page.getByRole('button', { name: 'Go to the desk' }).click()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor({ state: 'attached' })
  return { name, password, recoveryCodes, code }
}

/** Goes to a path and waits until the page stands: its heading is there and nothing is loading any more. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url).catch(async (error: unknown) => {
    throw new Error(`${url} was not reached. ${await describe(page)}`, { cause: error })
  })
  await stands(page)
}

/** Waits until the page stands; where it does not, the error says what it showed and what it was waiting for. */
export async function stands(page: Page): Promise<void> {
  try {
    await page.locator('h1').first().waitFor()
    await page.locator('.skeleton, [data-pending]').first().waitFor({ state: 'detached' })
    // As text and over the debugger: the page's policy lets no other script in.
    await page.evaluate('document.fonts.ready.then(() => true)')
  } catch (error) {
    throw new Error(`The page does not stand. ${await describe(page)}`, { cause: error })
  }
}

/** What a page shows, waits for and complained of, for whoever reads of a failure later. */
async function describe(page: Page): Promise<string> {
  const { waiting, complaints } = askedBy.get(page) ?? { waiting: new Map<Request, number>(), complaints: [] }
  const requests = [...waiting].map(
    ([request, atMs]) => `${request.method()} ${request.url()} for ${Date.now() - atMs} ms`,
  )
  const shown = await page
    .locator('body')
    .innerText({ timeout: 5_000 })
    .catch((error: unknown) => `not told: ${error}`)
  return [
    `${page.url()}, load ${loadavg()[0]?.toFixed(1)}`,
    `It shows: ${JSON.stringify(shown.slice(0, 1_000))}`,
    `Without an answer: ${requests.join('; ') || 'nothing'}`,
    `Complaints: ${complaints.join('; ') || 'none'}`,
  ].join('\n')
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}

/** What of axe-core's rules is broken, a line each. The rules are brought in over the debugger, because the page's policy
 *  lets no other script in. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const results = await page.evaluate(
    (run) => (globalThis as unknown as { axe: { run(o: unknown): Promise<AxeResults> } }).axe.run(run),
    rules,
  )
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`),
  )
}

/** Asks the desk's API as the page's person. */
export async function ask<T>({ page }: Visitor, path: string): Promise<T> {
  const response = await page.request.get(new URL(path, page.url()).href)
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`)
  return (await response.json()) as T
}

/** Sends to the desk's API as the page's person. */
export async function send(
  visitor: Visitor,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  data: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  const { origin } = new URL(visitor.page.url())
  const { csrfToken = '' } = await ask<SessionView>(visitor, '/api/session')
  const headers = { 'x-bellwether-csrf': csrfToken, origin }
  const response = await visitor.page.request.fetch(origin + path, { method, headers, data })
  return { status: response.status(), text: await response.text() }
}

/** What is wrong with the page that stands now: rules of axe-core, a page wider than the screen, complaints so far. */
export async function faults({ page, complaints }: Visitor): Promise<string[]> {
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return [
    ...(await violations(page)),
    ...(wider > 0 ? [`is ${wider} px wider than the screen`] : []),
    ...complaints.splice(0),
  ]
}
