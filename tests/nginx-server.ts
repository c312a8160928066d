/** A real nginx for tests: in a temporary folder of its own, on a free port of 127.0.0.1, as an ordinary process that the
 *  test ends. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '../src/response/block.ts'
import { NginxTarget } from '../src/response/targets/nginx.ts'
import { becomes, freePort, startProcess, statusOf } from './loopback.ts'

/** Whether nginx is installed here. */
export const hasNginx = spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status === 0

export interface NginxServer extends AsyncDisposable {
  readonly port: number
  readonly folder: string
  /** The include file of blocks; it is there from the start, without blocks. */
  readonly blocksPath: string
  readonly configurationPath: string
  readonly pidPath: string
  /** A target that writes to it. */
  target(): NginxTarget
  /** Replaces the office's own part of the configuration (within http); nginx is not told. */
  configure(http: string): Promise<void>
  status(from: string, headers?: Record<string, string>, path?: string): Promise<number>
  isRunning(): boolean
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it again after a stop. */
  start(): Promise<void>
  said(): string
}

/** The office's part as a test usually wants it. `{port}` and `{blocks}` are filled in. */
export const usualHttp = `
  geo $bellwether_blocked { default 0; include {blocks}; }
  server {
    listen 127.0.0.1:{port};
    if ($bellwether_blocked) { return 403; }
    location / { return 200 "hello"; }
    location /own-rules { allow all; return 200 "hello"; }
  }
`

/** Starts nginx and waits until it answers. */
export async function startNginx(http = usualHttp): Promise<NginxServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-nginx-'))
  const port = await freePort()
  const blocksPath = join(folder, 'bellwether-blocks.conf')
  const configurationPath = join(folder, 'nginx.conf')
  const pidPath = join(folder, 'nginx.pid')
  const configure = (text: string): Promise<void> =>
    writeFile(
      configurationPath,
      `daemon off;
worker_processes 1;
pid ${pidPath};
error_log ${join(folder, 'error.log')};
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n  ')}
${text.replaceAll('{port}', String(port)).replaceAll('{blocks}', blocksPath)}
}
`,
    )
  await configure(http)
  const empty = new NginxTarget({ name: 'nginx', filePath: blocksPath }).render([] as Block[], 0)
  await writeFile(blocksPath, empty)
  let child: ReturnType<typeof startProcess> | undefined
  const start = async (): Promise<void> => {
    child = startProcess('nginx', ['-c', configurationPath, '-e', join(folder, 'error.log')])
    if (!(await becomes(async () => (await statusOf(port, '127.0.0.1')) !== 0))) {
      const said = child.said()
      await child.stop('SIGKILL')
      throw new Error(`nginx did not start: ${said}`)
    }
  }
  await start()
  let running = true
  return {
    port,
    folder,
    blocksPath,
    configurationPath,
    pidPath,
    target: () => new NginxTarget({ name: 'nginx', filePath: blocksPath, configurationPath }),
    configure,
    status: (from, headers = {}, path = '/') => statusOf(port, from, { headers, path }),
    isRunning: () => running,
    async start() {
      await start()
      running = true
    },
    async stop(signal) {
      await child?.stop(signal)
      running = false
    },
    said: () => child?.said() ?? '',
    [Symbol.asyncDispose]: async () => {
      await child?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
