#!/usr/bin/env node
/** Starts Bellwether on the Node.js that it is pinned to, whatever Node.js the machine has. Plain JavaScript without a
 *  build step, because it must run on an old Node.js long enough to find the new one, or to say what is missing. */
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const majorMin = 24
/** For the desk: starting alone fills the young generation to its largest size, which then stays. 2 MiB save 15 MB. */
const youngFew = '--max-semi-space-size=2'
/** Node.js strips types by a WebAssembly module, in each thread anew. After 1,000 calls V8 compiles such a module's way out
 *  to JavaScript anew and frees the old one, in a table that all threads share; now and then that ends the process
 *  (`Check failed: jit_page.has_value()`, nodejs/node#64500). It is left as it is. */
const steadyWasm = '--wasm-wrapper-tiering-budget=1000000000'
/** For glibc: two heaps instead of one for every thread, and what is free at a heap's end goes back to the system. Said at
 *  all, the second also keeps large buffers out of the heaps, where they would leave holes. */
const frugalHeap = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' }
const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The compiled program of a published package, or the TypeScript of a checkout: Node.js does not strip types below
 *  node_modules, and a checkout must run what its sources say, not what was built some time ago. */
function findProgram() {
  const source = join(root, 'src', 'cli', 'main.ts')
  return existsSync(source) ? source : join(root, 'dist', 'cli', 'main.js')
}

/** The node binary of the per-platform package, looked up as Node.js would from here, so that a hoisted one is found. */
function findPinnedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** Runs the program in a child and becomes it as far as a parent can: same streams, same signals, same end. */
function become(node) {
  const isDesk = process.argv[2] === 'desk'
  const frugal = isDesk ? frugalHeap : {}
  const env = { NODE_COMPILE_CACHE: compileCache, ...frugal, ...process.env }
  const child = spawn(node, [steadyWasm, ...(isDesk ? [youngFew] : []), program, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  })
  const signals = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the whole process group: the child has it already, and a second one means "at once".
    if (!(signal === 'SIGINT' && atTerminal)) child.kill(signal)
  }
  for (const signal of signals) process.on(signal, forward)
  // The binary is there but does not run, for example on a Linux without glibc.
  child.on('error', () => {
    for (const signal of signals) process.off(signal, forward)
    runHere()
  })
  child.on('exit', (code, signal) => {
    for (const each of signals) process.off(each, forward)
    if (signal === null) process.exit(code === null ? 1 : code)
    process.kill(process.pid, signal)
    // Where the signal does not end us, because whoever started us ignores it: the code that a shell would give.
    setTimeout(() => process.exit(128 + (constants.signals[signal] || 0)), 100)
  })
}

/** Runs the program in this process, or says what is missing. */
function runHere() {
  if (Number(process.versions.node.split('.')[0]) >= majorMin) {
    nodeModule.enableCompileCache(compileCache)
    import(pathToFileURL(program).href).catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
    return
  }
  console.error(
    [
      `bellwether: this needs Node.js ${majorMin} or later. Here is ${process.version}, and the Node.js that comes with Bellwether is not installed or does not run on this machine (${process.platform} ${process.arch}).`,
      'On Linux with glibc (x64, arm64) and Windows (x64): install again with optional packages, npm install --include=optional',
      `Elsewhere, macOS included: install Node.js ${majorMin} or later from https://nodejs.org and start bellwether again.`,
    ].join('\n'),
  )
  process.exitCode = 1
}

/** The desk runs for months on a small machine: glibc's heaps for every thread would cost it tens of megabytes, and can
 *  only be bounded before the process begins. It is begun again as itself, where the system can do that. */
function beFrugal() {
  if (process.argv[2] !== 'desk' || process.platform !== 'linux' || typeof process.execve !== 'function') return
  if (process.env.MALLOC_ARENA_MAX !== undefined) return
  const env = {
    ...process.env,
    ...frugalHeap,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCache,
  }
  process.execve(
    process.execPath,
    [process.execPath, steadyWasm, youngFew, ...process.execArgv, ...process.argv.slice(1)],
    env,
  )
}

const program = findProgram()
/** Compiled code is kept, which makes the second start four times as fast. Beside the program and not in a folder that
 *  others can write to: what lies there is run. Where it cannot be written, nothing is kept. */
const compileCache = join(root, 'node_modules', '.cache', 'bellwether')
const pinned = findPinnedNode()
if (pinned === undefined || realpathSync(pinned) === realpathSync(process.execPath)) {
  beFrugal()
  runHere()
} else become(pinned)
