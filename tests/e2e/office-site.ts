/** The website of a made-up office for tests in a browser: a real nginx that writes a log and keeps out whom the desk
 *  blocks, and visitors of it. Visitors come through a proxy on this machine, as loopback itself is never blocked. */
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NginxServer, startNginx } from '../nginx-server.ts'

/** A running website. */
export interface OfficeSite extends AsyncDisposable {
  readonly nginx: NginxServer
  readonly logPath: string
  /** The part of the desk's configuration that blocks here. */
  readonly blockConfiguration: string
  /** Asks for a page as the visitor at an address; gives the status. */
  visit(from: string, path: string, agent?: string): Promise<number>
}

const http = (logPath: string): string => `
  set_real_ip_from 127.0.0.0/8;
  real_ip_header X-Forwarded-For;
  geo $bellwether_blocked { default 0; include {blocks}; }
  server {
    listen 127.0.0.1:{port};
    access_log ${logPath} combined;
    if ($bellwether_blocked) { return 403; }
    location = /lookup { return 200 "${'A record of a made-up voter. '.repeat(40)}"; }
    location / { return 200 "hello"; }
  }
`

/** Starts it. */
export async function startSite(): Promise<OfficeSite> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-e2e-site-'))
  const logPath = join(folder, 'access.log')
  const nginx = await startNginx(http(logPath))
  return {
    nginx,
    logPath,
    blockConfiguration: `
[block.nginx]
include = "${nginx.blocksPath}"
configuration = "${nginx.configurationPath}"
pid_file = "${nginx.pidPath}"
`,
    visit: (from, path, agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') =>
      ask(nginx.port, from, path, agent),
    [Symbol.asyncDispose]: async () => {
      await nginx[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The status of one request, whose path is sent as it is written; 0 where nobody answered. */
function ask(port: number, from: string, path: string, agent: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { 'user-agent': agent, 'x-forwarded-for': from, host: 'vote.marlow.example' }
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false, timeout: 10_000 }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', () => resolve(0))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(0))
    sent.end()
  })
}

/** What a scanner of databases asks for, and how it calls itself. */
export const attackerAgent = 'sqlmap/1.8.2#stable (https://sqlmap.org)'
const injections = [
  '1',
  "1'",
  '1 AND 1=1',
  '1 AND 1=2',
  "1' AND '1'='1",
  '1 ORDER BY 9-- -',
  '1 UNION SELECT NULL,NULL,NULL-- -',
  "-1' UNION ALL SELECT name,birth,street FROM voters LIMIT 0,50-- -",
  "-1' UNION ALL SELECT name,birth,street FROM voters LIMIT 50,50-- -",
  "-1' UNION ALL SELECT table_name,NULL,NULL FROM information_schema.tables-- -",
  '1;SELECT PG_SLEEP(5)--',
  "1' AND EXTRACTVALUE(1,CONCAT(0x5c,(SELECT user())))-- -",
]
export const attackPaths: readonly string[] = injections.map((each) => `/lookup?id=${encodeURIComponent(each)}`)
