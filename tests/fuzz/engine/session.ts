/** Fuzzes one target: starts its worker, watches it from outside, confirms and shrinks what fails. An input that runs for
 *  more than a second is a hang only if it does so alone, again and again, because a busy machine can make any input look slow. */
import { Worker } from 'node:worker_threads'
import { inventInputs } from './invent.ts'
import { minimise } from './minimise.ts'
import type { Answer, Order, WorkerSettings } from './protocol.ts'

/** How one target is fuzzed. */
export interface SessionSettings {
  readonly moduleUrl: string
  readonly targetName: string
  readonly seed: number
  /** Whichever comes first ends the session. */
  readonly budgetMs: number
  readonly inputsMax: number
  /** Time for making a failing input short. */
  readonly shrinkMs: number
}

/** What came of it. `input` is the shrunk input that failed. */
export interface SessionResult {
  readonly inputCount: number
  readonly failure?: { readonly reason: string; readonly input?: Uint8Array }
  /** Bytes in use after garbage collection: after the first rounds, and at the end. */
  readonly memoryFirstBytes: number
  readonly memoryLastBytes: number
}

const inputMsMax = 1_000
/** Without processor time an input stands still only where the machine starves it, or where it waits. */
const stillMsMax = 60_000
const roundMs = 2_000
const hangTries = 4
const inputBytesMax = 8 * 1024 * 1024
/** Rounds before memory counts: code is compiled and tables are filled in these. */
const warmUpRounds = 3
const growthBytesMax = 64 * 1024 * 1024

type Outcome =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'hang' }
  | { readonly type: 'died'; readonly reason: string }

/** Processor time of all threads so far. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** A worker and what it is doing. */
class Attendant {
  readonly #settings: SessionSettings
  readonly #shared = {
    clock: new SharedArrayBuffer(8),
    progress: new SharedArrayBuffer(8),
    input: new SharedArrayBuffer(inputBytesMax),
  }
  readonly #invented: readonly Uint8Array[]
  #worker: Worker | undefined

  constructor(settings: SessionSettings) {
    this.#settings = settings
    this.#invented = inventInputs(settings.seed, 25)
  }

  /** The input that ran last. */
  get input(): Uint8Array {
    return new Uint8Array(this.#shared.input).slice(0, new Int32Array(this.#shared.progress)[0])
  }

  /** The number of the input of a round that ran last. */
  get index(): number {
    return new Int32Array(this.#shared.progress)[1] as number
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  /** Gives an order and waits for its end, whatever end that is; after a hang or a death the worker is a new one. */
  async order(order: Order): Promise<Outcome> {
    if (!this.#worker) {
      const started = await this.#start()
      if (started.type !== 'answer') return started
    }
    const worker = this.#worker as Worker
    const ended = this.#listen(worker)
    worker.postMessage(order)
    const outcome = await ended
    if (outcome.type !== 'answer') await this.stop()
    return outcome
  }

  async #start(): Promise<Outcome> {
    const { moduleUrl, targetName, seed } = this.#settings
    const invented = this.#invented
    new Float64Array(this.#shared.clock)[0] = 0
    const workerData: WorkerSettings = { moduleUrl, targetName, seed, invented, shared: this.#shared }
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 1_024 },
    })
    const outcome = await this.#listen(this.#worker)
    if (outcome.type !== 'answer') await this.stop()
    return outcome
  }

  #listen(worker: Worker): Promise<Outcome> {
    const clock = new Float64Array(this.#shared.clock)
    return new Promise((resolve) => {
      const end = (outcome: Outcome): void => {
        clearInterval(watchdog)
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
        resolve(outcome)
      }
      const onMessage = (answer: Answer): void => end({ type: 'answer', answer })
      const onError = (error: unknown): void => end({ type: 'died', reason: String(error) })
      const onExit = (code: number): void => end({ type: 'died', reason: `the worker ended with ${code}` })
      let seenAtMs = 0
      let cpuAtStartMs = 0
      const watchdog = setInterval(() => {
        const startedAtMs = clock[0] as number
        if (startedAtMs !== seenAtMs) {
          seenAtMs = startedAtMs
          cpuAtStartMs = cpuMs()
        }
        const wallMs = startedAtMs === 0 ? 0 : Date.now() - startedAtMs
        const isBusy = wallMs > inputMsMax && cpuMs() - cpuAtStartMs > inputMsMax
        if (isBusy || wallMs > stillMsMax) end({ type: 'hang' })
      }, 50)
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    })
  }
}

/** Why these bytes fail alone, or undefined where they do not. */
async function tryAlone(attendant: Attendant, bytes: Uint8Array): Promise<string | undefined> {
  const outcome = await attendant.order({ type: 'try', bytes })
  if (outcome.type === 'hang') return `hang: more than ${inputMsMax} ms`
  if (outcome.type === 'died') return outcome.reason
  return outcome.answer.type === 'tried' ? outcome.answer.failure : undefined
}

/** The first words of a failure: what must stay the same while its input is shrunk. */
const nameOf = (reason: string): string => /^[\w ]+/.exec(reason)?.[0] ?? ''

/** Confirms a failure and shrinks its input; undefined where it was only a slow moment of the machine. */
async function confirm(
  attendant: Attendant,
  reason: string,
  { shrinkMs }: SessionSettings,
): Promise<SessionResult['failure']> {
  const input = attendant.input
  const alone = await tryAlone(attendant, input)
  if (alone === undefined) {
    return reason === 'hang' ? undefined : { reason: `${reason} (only after the inputs before it)`, input }
  }
  // A program that gives way to all others can stand still for a second twice; a hang does so each time.
  for (let tries = 0; alone.startsWith('hang') && tries < hangTries; tries++) {
    if ((await tryAlone(attendant, input)) === undefined) return undefined
  }
  const again = async (bytes: Uint8Array): Promise<boolean> => {
    const found = await tryAlone(attendant, bytes)
    return found !== undefined && nameOf(found) === nameOf(alone)
  }
  const shrunk = await minimise(input, again, { attemptsMax: 3_000, budgetMs: shrinkMs })
  return { reason: (await tryAlone(attendant, shrunk)) ?? alone, input: shrunk }
}

/** Fuzzes one target until its budget is spent or something fails. */
export async function fuzz(settings: SessionSettings): Promise<SessionResult> {
  const attendant = new Attendant(settings)
  const endMs = Date.now() + settings.budgetMs
  const memory: number[] = []
  let next = 0
  let failure: SessionResult['failure']
  try {
    while (failure === undefined && next < settings.inputsMax && Date.now() < endMs) {
      const budgetMs = Math.min(roundMs, Math.max(1, endMs - Date.now()))
      const outcome = await attendant.order({ type: 'round', from: next, to: settings.inputsMax, budgetMs })
      if (outcome.type === 'answer' && outcome.answer.type === 'round') {
        next = outcome.answer.next
        memory.push(outcome.answer.memoryBytes)
        if (outcome.answer.failure !== undefined) failure = await confirm(attendant, outcome.answer.failure, settings)
        else failure = growth(memory)
      } else if (outcome.type !== 'answer') {
        next = attendant.index + 1
        failure = await confirm(attendant, outcome.type === 'hang' ? 'hang' : outcome.reason, settings)
        memory.length = 0
      }
    }
  } finally {
    await attendant.stop()
  }
  const first = memory[Math.min(warmUpRounds, memory.length) - 1] ?? 0
  return {
    inputCount: next,
    memoryFirstBytes: first,
    memoryLastBytes: memory.at(-1) ?? first,
    ...(failure === undefined ? {} : { failure }),
  }
}

/** Memory that three rounds in a row are above the mark of the warm-up is kept, not merely uncollected. */
function growth(memory: readonly number[]): SessionResult['failure'] {
  if (memory.length < warmUpRounds + 3) return undefined
  const mark = (memory[warmUpRounds - 1] as number) + growthBytesMax
  if (memory.slice(-3).some((bytes) => bytes < mark)) return undefined
  const mebibytes = memory.map((bytes) => Math.round(bytes / 1_048_576)).join(', ')
  return { reason: `memory grows: MiB in use after each round: ${mebibytes}` }
}
