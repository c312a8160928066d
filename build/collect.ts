/** Builds what goes on a USB stick into dist/collect/: the collector for Linux, one file with its own Node.js, and the
 *  script for Windows. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'vite'
import { injectElf } from './inject-elf.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { out: { type: 'string' } } })
const target = values.out ?? join(root, 'dist', 'collect')

/** The collector as one script without imports. */
async function bundle(folder: string): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: join(root, 'src', 'cli', 'collector-main.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: 'collector.cjs' } },
    },
  })
  return join(folder, 'collector.cjs')
}

const folder = mkdtempSync(join(tmpdir(), 'bellwether-collect-'))
try {
  mkdirSync(target, { recursive: true })
  copyFileSync(join(root, 'collect', 'bellwether-collect.ps1'), join(target, 'bellwether-collect.ps1'))
  if (process.platform === 'linux') {
    const main = await bundle(folder)
    const blob = join(folder, 'collector.blob')
    const config = join(folder, 'sea.json')
    writeFileSync(config, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true }))
    const made = spawnSync(process.execPath, ['--experimental-sea-config', config], { encoding: 'utf8' })
    if (made.status !== 0) throw new Error(made.stderr)
    const program = join(target, `bellwether-collect-linux-${process.arch}`)
    writeFileSync(program, injectElf(readFileSync(process.execPath), readFileSync(blob)))
    chmodSync(program, 0o755)
    console.log(`${program}: ${(statSync(program).size / 1e6).toFixed(0)} MB`)
  } else console.log('The collector for Linux is built on Linux; only the script for Windows was copied.')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
