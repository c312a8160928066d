/** Scanners: a burst of probed paths from one address within a second or over minutes, hostile or ordered by the
 *  office itself. */
import type { Label, Visit } from '../exchange.ts'
import type { Actor, Stage } from '../stage.ts'
import { at } from '../stage.ts'

const folders = [
  '',
  'admin',
  'administrator',
  'backup',
  'backups',
  'bak',
  'cgi-bin',
  'config',
  'data',
  'db',
  'dev',
  'docs',
  'dump',
  'export',
  'files',
  'include',
  'install',
  'logs',
  'manager',
  'old',
  'private',
  'scripts',
  'secret',
  'server-status',
  'setup',
  'sql',
  'staging',
  'temp',
  'test',
  'tmp',
  'upload',
  'uploads',
  'voters',
  'web',
  'www',
]
const leaves = [
  '',
  'index.php',
  'login.php',
  'admin.asp',
  'backup.zip',
  'backup.sql',
  'config.php.bak',
  'database.sql.gz',
  'dump.sql',
  '.htpasswd',
  '.env',
  'id_rsa',
  'phpinfo.php',
  'readme.txt',
  'shell.jsp',
  'test.cgi',
  'users.csv',
  'voters.mdb',
  'web.config',
  'web.xml',
  'WEB-INF/',
]

/** Every folder with every leaf, in an order of its own. */
const probes = folders.flatMap((folder) => leaves.map((leaf) => (folder === '' ? `/${leaf}` : `/${folder}/${leaf}`)))

export interface ScanPlan {
  readonly client?: string
  readonly label?: Label
  readonly day: number
  readonly clock: string
  readonly requests: number
  /** How long the whole scan takes. */
  readonly lastsMs: number
  readonly agent?: string
}

export const scannerBurst = (plan: ScanPlan): Actor => ({
  name: plan.label === 'authorised-scan' ? 'authorised-scanner' : 'scanner',
  label: plan.label ?? 'attack',
  technique: 'scanner',
  *plan(stage: Stage): Iterable<Visit> {
    const { site, random } = stage
    const client = plan.client ?? stage.addresses.take(random)
    const start = at(stage, plan.day, plan.clock)
    const order = random.shuffle(probes)
    for (let i = 0; i < plan.requests; i++) {
      const path = order[i % order.length] as string
      const exchange = path === '/' ? site.page(site.description.paths.home) : site.missing(path)
      const method = i % 40 === 39 ? 'HEAD' : exchange.method
      yield {
        ...exchange,
        method,
        bodyBytes: method === 'HEAD' ? 0 : exchange.bodyBytes,
        timeMs: start + Math.floor((i * plan.lastsMs) / plan.requests),
        client,
        agent: plan.agent ?? '',
        referer: '',
      }
    }
  },
})
