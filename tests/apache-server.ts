/** A real Apache httpd for tests: in a temporary folder of its own, on a free port of 127.0.0.1, as an ordinary process
 *  that the test ends. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApacheTarget } from '../src/response/targets/apache.ts'
import { becomes, freePort, startProcess, statusOf } from './loopback.ts'

const modules = '/usr/lib/apache2/modules'

/** Whether Apache is installed here, where Debian and Ubuntu put it. */
export const hasApache = spawnSync('apache2', ['-v'], { stdio: 'ignore' }).status === 0 && existsSync(modules)

export interface ApacheServer extends AsyncDisposable {
  readonly port: number
  readonly blocksPath: string
  target(): ApacheTarget
  /** Replaces the office's own part of the configuration; Apache is not told. */
  configure(text: string): Promise<void>
  status(from: string, headers?: Record<string, string>, path?: string): Promise<number>
  stop(): Promise<void>
  start(): Promise<void>
}

/** The office's part as a test usually wants it: a page for all, and one that the office closed. `{port}`, `{site}` and
 *  `{blocks}` are filled in. */
export const usualSite = `
Include {blocks}
<Directory "/">
  Require all denied
</Directory>
<VirtualHost 127.0.0.1:{port}>
  DocumentRoot {site}
  <Directory "{site}">
    Require all granted
  </Directory>
  <Directory "{site}/closed">
    Require all denied
  </Directory>
  <Location "/own-rules">
    Require ip 127.0.0.0/8
  </Location>
</VirtualHost>
`

/** Starts Apache and waits until it answers. */
export async function startApache(site = usualSite): Promise<ApacheServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-apache-'))
  const port = await freePort()
  const blocksPath = join(folder, 'bellwether-blocks.conf')
  const configurationPath = join(folder, 'apache.conf')
  const pidFile = join(folder, 'apache.pid')
  const root = join(folder, 'site')
  for (const path of ['', 'closed', 'own-rules']) {
    await mkdir(join(root, path), { recursive: true, mode: 0o755 })
    await writeFile(join(root, path, 'index.html'), 'hello')
  }
  // The server's own processes may run as somebody else than the test.
  spawnSync('chmod', ['755', folder])
  const configure = (text: string): Promise<void> =>
    writeFile(
      configurationPath,
      `ServerRoot ${folder}
ServerName localhost
PidFile ${pidFile}
Listen 127.0.0.1:${port}
ErrorLog ${join(folder, 'error.log')}
DefaultRuntimeDir ${folder}
${['mpm_event', 'authz_core', 'authz_host', 'remoteip', 'dir'].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 2
ThreadsPerChild 8
MaxRequestWorkers 16
DirectoryIndex index.html
${text.replaceAll('{port}', String(port)).replaceAll('{blocks}', blocksPath).replaceAll('{site}', root)}
`,
    )
  await configure(site)
  const target = (): ApacheTarget =>
    new ApacheTarget({ name: 'apache', filePath: blocksPath, command: ['apache2'], configurationPath })
  await writeFile(blocksPath, target().render([], 0))
  let child: ReturnType<typeof startProcess> | undefined
  const start = async (): Promise<void> => {
    child = startProcess('apache2', ['-f', configurationPath, '-D', 'FOREGROUND'])
    if (!(await becomes(async () => (await statusOf(port, '127.0.0.1')) !== 0))) {
      const said = child.said()
      await child.stop('SIGKILL')
      throw new Error(`Apache did not start: ${said}`)
    }
  }
  await start()
  return {
    port,
    blocksPath,
    target,
    configure,
    status: (from, headers = {}, path = '/') => statusOf(port, from, { headers, path }),
    start,
    async stop() {
      await child?.stop()
    },
    [Symbol.asyncDispose]: async () => {
      await child?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
