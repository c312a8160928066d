/** Builds the console into dist/console, and tells whether that is needed: it is missing, or something that it is made of
 *  is newer. Run by itself it always builds. */
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(root, 'dist', 'console')

/** Where the built console lies. */
export const consoleFolder = target

const changedMs = (path: string): number => statSync(path).mtimeMs

/** The newest change of what the console is made of: its own files, the types of the API, the installed packages. */
function newestSourceMs(): number {
  const own = globSync('console/**/*.{ts,tsx,css,scss,html,svg,json}', {
    cwd: root,
    exclude: (path) => /(?:^|[\\/])(?:tests|fixtures)(?:[\\/]|$)/.test(path),
  })
  return Math.max(...[...own, 'package-lock.json'].map((path) => changedMs(join(root, path))))
}

/** True where the built console is older than its sources, or is not there. Where the sources are not installed, as in
 *  the published package, what was built is taken as it is. */
export function isConsoleStale(): boolean {
  const page = join(target, 'index.html')
  if (!existsSync(page)) return true
  return existsSync(join(root, 'console', 'main.tsx')) && changedMs(page) < newestSourceMs()
}

/** Writes each text beside itself in the two forms that browsers take compressed, so that the desk only sends them. */
function compressTexts(folder: string): void {
  for (const name of globSync('**/*.{js,css,svg,html}', { cwd: folder })) {
    const bytes = readFileSync(join(folder, name))
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params: size }))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
  }
}

/** Builds the console beside its place and then puts it there at once, so that a desk that runs meanwhile, or a second
 *  build, never meets half of it. Throws where it cannot be built. `isOnlyIfStale`: where another build was quicker, its result
 *  stays. */
export async function buildConsole(isOnlyIfStale = false): Promise<void> {
  // Loaded only where something is built: a desk that starts asks this file whether that is needed.
  const { build } = await import('vite')
  mkdirSync(dirname(target), { recursive: true })
  const fresh = mkdtempSync(join(dirname(target), '.console-'))
  try {
    const configFile = join(root, 'console', 'vite.config.ts')
    await build({ configFile, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: true } })
    compressTexts(fresh)
    if (isOnlyIfStale && !isConsoleStale()) return
    const old = `${fresh}-old`
    if (existsSync(target)) renameSync(target, old)
    renameSync(fresh, target)
    rmSync(old, { recursive: true, force: true })
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Builds the console if it is missing or older than its sources; resolves to the folder, and to true if it was built. */
export async function ensureConsoleBuilt(): Promise<{ readonly folder: string; readonly wasBuilt: boolean }> {
  const wasBuilt = isConsoleStale()
  if (wasBuilt) await buildConsole(true)
  return { folder: target, wasBuilt }
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const begun = performance.now()
  await buildConsole()
  console.log(`Built the console in ${((performance.now() - begun) / 1000).toFixed(1)} s.`)
}
