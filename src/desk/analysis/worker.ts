/** The analysis thread: drives the analysis step by step, hands on what the store is to be told, and takes checkpoints.
 *  An error ends the thread; the desk starts it again from the last checkpoint. */
import { parentPort, workerData } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import { AnalysisLoop } from './loop.ts'
import type { AnalysisStart, FromAnalysis, ToAnalysis } from './protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

function say(message: FromAnalysis): void {
  const state = message.type === 'commit' ? message.commit.checkpoint?.state : undefined
  port?.postMessage(message, state === undefined ? [] : [state.buffer as ArrayBuffer])
}

const loop = new AnalysisLoop(workerData as AnalysisStart, say, () => Date.now())
let wake: (() => void) | undefined
port.on('message', (message: ToAnalysis) => {
  loop.hear(message)
  wake?.()
})

/** Until a message comes or some time is over. */
const rest = (restMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, restMs)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })

while (!loop.isOver) {
  const isBusy = loop.turn()
  await rest(isBusy ? 0 : limits.pollMs)
}
port.close()
