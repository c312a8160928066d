/** Runs a program with its arguments as a list, never through a shell, with a time limit and bounded output. What goes
 *  wrong comes back as a value. */
import { spawn } from 'node:child_process'
import { limits } from '../../core/limits.ts'

/** A program and its arguments, for example `['sudo', '-n', 'nginx']`. */
export type Argv = readonly [string, ...string[]]

/** How a program ended. `output` is what it wrote to standard error, then to standard output, cut at
 *  `limits.targetOutputBytesMax` each. */
export type CommandOutcome =
  | { readonly ended: 'exit'; readonly code: number; readonly output: string }
  | { readonly ended: 'timeout' | 'signal'; readonly output: string }
  | { readonly ended: 'missing' | 'not-permitted'; readonly output: string }

/** What may be said about a run; all of it may be left out. */
export interface CommandOptions {
  readonly msMax?: number
  /** Given each line of standard output, cut at `limits.targetLineCharactersMax`, also behind the bound of `output`. */
  readonly onLine?: (line: string) => void
  /** What the program reads from standard input. */
  readonly input?: string
}

/** Runs to the end. It never rejects. */
export function runCommand(argv: Argv, options: CommandOptions = {}): Promise<CommandOutcome> {
  const [program, ...args] = argv
  return new Promise((resolve) => {
    const out = new Bounded()
    const errors = new Bounded()
    const lines = new LineCutter(options.onLine)
    let ended = false
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, cwd: '/' })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      finish({ ended: 'timeout', output: '' })
    }, options.msMax ?? limits.targetCommandMsMax)
    const finish = (outcome: CommandOutcome): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      lines.end()
      // A grandchild may hold the pipes open for ever: they are not waited for.
      child.stdout.destroy()
      child.stderr.destroy()
      child.stdin.destroy()
      child.unref()
      resolve({ ...outcome, output: `${errors.text()}\n${out.text()}`.trim() })
    }
    let heard = 0
    child.stdout.on('data', (chunk: Buffer) => {
      heard++
      out.add(chunk)
      lines.add(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => errors.add(chunk))
    child.stdin.on('error', () => undefined)
    child.on('error', (error: NodeJS.ErrnoException) => {
      finish({ ended: error.code === 'ENOENT' ? 'missing' : 'not-permitted', output: '' })
    })
    const exit = (code: number | null): void =>
      finish(code === null ? { ended: 'signal', output: '' } : { ended: 'exit', code, output: '' })
    child.on('close', exit)
    // Where a grandchild keeps the pipes, `close` never comes: two silent moments after the exit are taken for the end.
    const listenOn = (code: number | null, before: number, silent: number): void => {
      const again = heard === before ? silent + 1 : 0
      if (again >= 2) exit(code)
      else if (!ended) setTimeout(listenOn, silenceMs, code, heard, again).unref()
    }
    child.on('exit', (code) => listenOn(code, -1, 0))
    child.stdin.end(options.input ?? '')
  })
}

const silenceMs = 500

/** The first bytes of a stream. */
class Bounded {
  readonly #chunks: Buffer[] = []
  #bytes = 0

  add(chunk: Buffer): void {
    if (this.#bytes >= limits.targetOutputBytesMax) return
    const part = chunk.subarray(0, limits.targetOutputBytesMax - this.#bytes)
    this.#bytes += part.length
    this.#chunks.push(part)
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}

/** Cuts a stream into lines. */
class LineCutter {
  readonly #onLine: ((line: string) => void) | undefined
  #rest = ''

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine
  }

  add(chunk: Buffer): void {
    if (this.#onLine === undefined) return
    const lines = chunk.toString('latin1').split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      this.#onLine((this.#rest + line).slice(0, limits.targetLineCharactersMax))
      this.#rest = ''
    }
    this.#rest = (this.#rest + last).slice(0, limits.targetLineCharactersMax)
  }

  end(): void {
    if (this.#rest !== '') this.#onLine?.(this.#rest)
    this.#rest = ''
  }
}
