/** Runs rspamd and SpamAssassin over mails, where they are installed: local rules alone, no network, and the same vendor list
 *  given to each as its own rules. What they are not installed for, or have no time for, is said. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the filters are told of protected identities. */
export interface FilterVendor {
  readonly names: readonly string[]
  readonly domains: readonly string[]
}

/** Scores in the order of the mails; undefined where a mail was not scored. */
export interface FilterRun {
  readonly name: string
  readonly scores: readonly (number | undefined)[]
  readonly mailsPerSecond: number
  readonly skipped: string
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/&]/g, '\\$&')

const isInstalled = (program: string): boolean => spawnSync('which', [program]).status === 0

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Modules that ask the network or keep a memory elsewhere. */
const networkModules = [
  'rbl',
  'surbl',
  'emails',
  'fuzzy_check',
  'phishing',
  'antivirus',
  'dcc',
  'neural',
  'asn',
  'greylist',
  'ratelimit',
  'replies',
  'history_redis',
  'url_redirector',
  'reputation',
  'bayes_expiry',
  'clickhouse',
  'metadata_exporter',
  'dkim_signing',
  'arc',
]

function rspamdFolder(folder: string, port: number, vendors: readonly FilterVendor[]): void {
  cpSync('/etc/rspamd', join(folder, 'etc'), { recursive: true })
  const local = (name: string, text: string): void => {
    mkdirSync(join(folder, 'etc', 'override.d'), { recursive: true })
    writeFileSync(join(folder, 'etc', 'override.d', name), text)
  }
  for (const name of networkModules) local(`${name}.conf`, 'enabled = false;\n')
  local(
    'options.inc',
    `dns { nameserver = ["127.0.0.1:1"]; timeout = 0.05s; retransmits = 1; }\npidfile = "${folder}/pid";\ncontrol_socket = "${folder}/control mode=0600";\nlocal_addrs = "";\n`,
  )
  local('logging.inc', `type = "file"; filename = "${folder}/log"; level = "error";\n`)
  local('worker-normal.inc', `bind_socket = "127.0.0.1:${port}"; count = 1;\n`)
  local('worker-controller.inc', 'enabled = false;\n')
  local('worker-proxy.inc', 'enabled = false;\n')
  local('worker-fuzzy.inc', 'enabled = false;\n')
  const names = vendors.flatMap((vendor) => vendor.names).map((name) => `/${escapePattern(name)}/i\n`)
  writeFileSync(join(folder, 'names.map'), names.join(''))
  writeFileSync(
    join(folder, 'domains.map'),
    vendors
      .flatMap((vendor) => vendor.domains)
      .map((each) => `${each}\n`)
      .join(''),
  )
  const map = (symbol: string, rest: string): string => `${symbol} { ${rest} symbol = "${symbol}"; score = 0.1; }\n`
  local(
    'multimap.conf',
    [
      map('VENDOR_NAME', `type = "header"; header = "From"; regexp = true; map = "${folder}/names.map";`),
      map('VENDOR_SUBJECT', `type = "header"; header = "Subject"; regexp = true; map = "${folder}/names.map";`),
      map('VENDOR_TEXT', `type = "content"; filter = "text"; regexp = true; map = "${folder}/names.map";`),
      map(
        'VENDOR_SENDER',
        `type = "from"; extract_from = "mime"; filter = "email:domain"; map = "${folder}/domains.map";`,
      ),
    ].join(''),
  )
  local(
    'composites.conf',
    'VENDOR_POSED_NAME { expression = "VENDOR_NAME & !VENDOR_SENDER"; score = 8.0; policy = "leave"; }\nVENDOR_POSED_TEXT { expression = "(VENDOR_SUBJECT | VENDOR_TEXT) & !VENDOR_SENDER & !VENDOR_NAME"; score = 3.0; policy = "leave"; }\n',
  )
}

/** rspamd compiles its patterns first, which takes a minute or two on a busy machine. */
async function isUp(port: number): Promise<boolean> {
  for (let i = 0; i < 1_800; i++) {
    const answer = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => undefined)
    if (answer?.ok) return true
    await sleep(100)
  }
  return false
}

/** rspamd, started for this run on a loopback port with a folder of its own. */
export async function runRspamd(
  mails: readonly Uint8Array[],
  vendors: readonly FilterVendor[],
  msMax: number,
): Promise<FilterRun> {
  const name = 'rspamd'
  const none = (skipped: string): FilterRun => ({ name, scores: [], mailsPerSecond: Number.NaN, skipped })
  if (!isInstalled('rspamd') || !existsSync('/etc/rspamd')) return none('rspamd is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-rspamd-'))
  let child: ChildProcess | undefined
  try {
    const port = await freePort()
    rspamdFolder(folder, port, vendors)
    const settings = [
      '-f',
      '-i',
      '-c',
      join(folder, 'etc', 'rspamd.conf'),
      `--var=CONFDIR=${folder}/etc`,
      `--var=LOCAL_CONFDIR=${folder}/etc`,
      `--var=DBDIR=${folder}`,
      `--var=RUNDIR=${folder}`,
      `--var=LOGDIR=${folder}`,
    ]
    child = spawn('rspamd', settings, { stdio: 'ignore' })
    if (!(await isUp(port))) return none('rspamd did not start')
    const scores: (number | undefined)[] = []
    const started = performance.now()
    for (const mail of mails) {
      if (performance.now() - started > msMax) break
      const body = new Uint8Array(mail)
      const answer = await fetch(`http://127.0.0.1:${port}/checkv2`, {
        method: 'POST',
        body,
        headers: { IP: '203.0.113.7' },
      })
      const read = (await answer.json().catch(() => ({}))) as { score?: number }
      scores.push(read.score)
    }
    const seconds = (performance.now() - started) / 1_000
    const skipped = scores.length < mails.length ? `${mails.length - scores.length} mails for want of time` : ''
    return { name, scores, mailsPerSecond: scores.length / seconds, skipped }
  } finally {
    child?.kill('SIGTERM')
    await sleep(300)
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function spamAssassinRules(vendors: readonly FilterVendor[]): string {
  const names = vendors.flatMap((vendor) => vendor.names).map(escapePattern)
  const domains = vendors.flatMap((vendor) => vendor.domains).map(escapePattern)
  const any = names.map((name) => name.replaceAll(' ', '\\s')).join('|')
  return [
    `header __VENDOR_NAME From:name =~ /(?:${any})/i`,
    `header __VENDOR_SUBJECT Subject =~ /(?:${any})/i`,
    `body __VENDOR_TEXT /(?:${any})/i`,
    `header __VENDOR_SENDER From:addr =~ /[@.](?:${domains.join('|')})$/i`,
    'meta VENDOR_POSED_NAME (__VENDOR_NAME && !__VENDOR_SENDER)',
    'score VENDOR_POSED_NAME 5.0',
    'meta VENDOR_POSED_TEXT ((__VENDOR_SUBJECT || __VENDOR_TEXT) && !__VENDOR_SENDER && !__VENDOR_NAME)',
    'score VENDOR_POSED_TEXT 2.0',
    'use_bayes 0',
    'skip_rbl_checks 1',
    'dns_available no',
    '',
  ].join('\n')
}

/** SpamAssassin as one process over a mailbox of all mails. */
export function runSpamAssassin(
  mails: readonly Uint8Array[],
  vendors: readonly FilterVendor[],
  msMax: number,
): Promise<FilterRun> {
  const name = 'SpamAssassin'
  if (!isInstalled('spamassassin')) {
    return Promise.resolve({ name, scores: [], mailsPerSecond: Number.NaN, skipped: 'SpamAssassin is not installed' })
  }
  const folder = mkdtempSync(join(tmpdir(), 'bellwether-spamassassin-'))
  const pieces: Uint8Array[] = []
  for (const [index, mail] of mails.entries()) {
    const text = Buffer.from(mail)
      .toString('latin1')
      .replace(/\r\n/g, '\n')
      .replace(/^(?:From |>From )[^\n]*\n/, '')
    pieces.push(
      Buffer.from(
        `From a@example.org Thu Nov  3 04:56:17 2022\nX-Evaluation: ${index}\n${text.replace(/^From /gm, '>From ')}\n\n`,
        'latin1',
      ),
    )
  }
  writeFileSync(join(folder, 'all.mbox'), Buffer.concat(pieces))
  writeFileSync(
    join(folder, 'user_prefs'),
    spamAssassinRules(vendors).replace(/^(?:dns_available|use_bayes|skip_rbl).*$/gm, ''),
  )
  const started = performance.now()
  return new Promise((resolve) => {
    const settings = [
      '-L',
      `--cf=${spamAssassinRules(vendors)}`,
      '-p',
      join(folder, 'user_prefs'),
      '--mbox',
      join(folder, 'all.mbox'),
    ]
    const child = spawn('spamassassin', settings, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, HOME: folder },
    })
    const scores: (number | undefined)[] = []
    let rest = ''
    let pending = -1
    let last = Number.NaN
    child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const found = /^X-Evaluation: (\d+)$/.exec(line)
        if (found !== null) pending = Number(found[1])
        const score = /^X-Spam-Status: .*score=(-?[\d.]+)/.exec(line)
        if (score !== null) last = Number(score[1])
        if (pending >= 0 && !Number.isNaN(last)) {
          scores[pending] = last
          pending = -1
          last = Number.NaN
        }
      }
    })
    const timer = setTimeout(() => child.kill('SIGTERM'), msMax)
    child.on('close', () => {
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
      const count = scores.filter((score) => score !== undefined).length
      const seconds = (performance.now() - started) / 1_000
      resolve({
        name,
        scores,
        mailsPerSecond: count / seconds,
        skipped: count < mails.length ? `${mails.length - count} mails for want of time` : '',
      })
    })
  })
}
