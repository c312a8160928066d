/** Compiles src/ to dist/ for the published package, because Node.js does not strip types below node_modules. Types are
 *  checked by `npm run types`, not here; what the compiler leaves alone (files named in `new URL`, data beside code) is
 *  done here, and the result is checked for names that would lead nowhere. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src')
const target = join(root, 'dist')

function compile(): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const run = spawnSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (run.status !== 0) throw new Error(`tsc ended with ${run.status ?? run.signal}`)
}

/** `new URL('./part.ts', import.meta.url)`, as worker threads are started, names a file that is `.js` in dist/. */
function renameUrls(file: string): void {
  const text = readFileSync(file, 'utf8')
  const renamed = text.replace(/(new URL\(\s*['"`][^'"`]+)\.ts(['"`]\s*,\s*import\.meta\.url)/g, '$1.js$2')
  if (renamed !== text) writeFileSync(file, renamed)
}

/** Files that code reads or imports beside itself; tests, their cases and texts for developers stay behind. */
function copyData(): void {
  for (const name of globSync('**/*.{json,wasm,csv,toml,yaml,yml,txt}', { cwd: source })) {
    if (/(^|[\\/])(cases|fixtures)[\\/]/.test(name)) continue
    mkdirSync(dirname(join(target, name)), { recursive: true })
    copyFileSync(join(source, name), join(target, name))
  }
}

/** Names in `file` that point at nothing: a TypeScript file that was not renamed, or data outside the package. */
function deadNames(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const names = [...text.matchAll(/(?:from|import|import\(|new URL\()\s*['"`](\.{1,2}\/[^'"`$]+)['"`]/g)]
  return names
    .map((match) => match[1] as string)
    .filter((name) => !existsSync(join(dirname(file), name)))
    .map((name) => `${relative(root, file)}: ${name}`)
}

/** Takes away what an earlier run made. The console is built by itself, and a desk may be serving it at this moment. */
function clear(): void {
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(target)) {
    if (name !== 'console' && !name.startsWith('.console-'))
      rmSync(join(target, name), { recursive: true, force: true })
  }
}

clear()
compile()
copyData()
const compiled = globSync('**/*.js', { cwd: target, exclude: ['console/**', '.console-*/**'] }).map((name) =>
  join(target, name),
)
for (const file of compiled) renameUrls(file)
const dead = compiled.flatMap(deadNames)
if (dead.length > 0) {
  console.error(`The package would name files that are not there:\n${dead.join('\n')}`)
  process.exitCode = 1
} else {
  console.log(`Compiled ${compiled.length} files to ${relative(process.cwd(), target) || '.'}.`)
}
