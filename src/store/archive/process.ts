/** The archive process: holds DuckDB, answers one question after the other, ends itself when idle, when its parent is
 *  gone and when it holds too much memory. It opens no socket and reads no file but the archive's. */
import { mkdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { limits } from '../../core/limits.ts'
import { err, type Result } from '../../core/result.ts'
import { type Engine, openEngine, problemOf } from './engine.ts'
import { runSql } from './free-sql.ts'
import type { ArchiveProblem } from './hunt.ts'
import type { FromArchive, ProcessSettings, ToArchive } from './messages.ts'
import { compact, seal } from './seal.ts'
import { hunt, stats } from './search.ts'
import { makeTemporary, removeTemporary } from './temporary.ts'

const settings = JSON.parse(process.argv[2] ?? '{}') as ProcessSettings
const { folder, threads } = settings
process.umask(0o077)
mkdirSync(folder, { recursive: true, mode: 0o700 })
/** A folder of this process alone: a hunt from the command line may run beside the desk's. */
const temporary = makeTemporary(folder, process.pid)
const nowMs = (): number => performance.now()

let engine: Promise<Engine> | undefined
let idle: NodeJS.Timeout | undefined

async function answer(question: ToArchive): Promise<Result<unknown, ArchiveProblem>> {
  if (question.kind === 'sql') return runSql({ folder, temporary }, question.ask, threads, nowMs)
  engine ??= openEngine({ memoryBytesMax: settings.memoryBytesMax, threads, temporaryFolder: temporary })
  const { connection } = await engine
  switch (question.kind) {
    case 'seal':
      return seal(connection, folder, question.ask)
    case 'compact':
      return compact(connection, folder, question.ask.today)
    case 'hunt':
      return hunt({ connection, folder, temporary }, question.ask, nowMs)
    case 'stats':
      return stats({ connection, folder, temporary })
  }
}

/** The question that is being answered. */
let busyWith: number | undefined
let isLeaving = false

async function take(question: ToArchive): Promise<void> {
  if (isLeaving) return
  clearTimeout(idle)
  busyWith = question.id
  say({ kind: 'taken', id: question.id })
  let result: Result<unknown, ArchiveProblem>
  try {
    result = await answer(question)
  } catch (error) {
    result = err(problemOf(error))
  }
  busyWith = undefined
  say({ kind: 'answer', id: question.id, answer: result, isLast: false })
  idle = setTimeout(() => leave({ kind: 'leaving' }), settings.idleMsMax)
}

const say = (message: FromArchive, done?: () => void): void => {
  process.send?.(message, undefined, undefined, done)
}

/** Says a last word and ends, whatever DuckDB's threads are at. */
function leave(word?: FromArchive): void {
  if (isLeaving) return
  isLeaving = true
  const end = (): void => {
    removeTemporary(folder, process.pid)
    process.kill(process.pid, 'SIGKILL')
  }
  if (word === undefined || !process.connected) end()
  else say(word, end)
}

function watchMemory(): void {
  if (process.memoryUsage.rss() <= limits.archiveProcessBytesMax) return
  const message = 'This needs more memory than the archive may take. Ask for fewer days or less text.'
  const answer = err<ArchiveProblem>({ code: 'too-large', message })
  leave(busyWith === undefined ? { kind: 'leaving' } : { kind: 'answer', id: busyWith, answer, isLast: true })
}

try {
  if (settings.isPolite) setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {
  // Some systems do not let a process be polite; it works all the same.
}
process.on('message', (question: ToArchive) => void take(question))
process.on('disconnect', () => leave())
setInterval(watchMemory, limits.archiveMemoryCheckMs)
idle = setTimeout(() => leave({ kind: 'leaving' }), settings.idleMsMax)
