/** Sends mail for the load test from a thread of its own, so that the milter's thread has only the milter's work. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { SmtpClient } from './postfix-server.ts'

/** What the thread is told. */
export interface LoadOrder {
  readonly port: number
  readonly rate: number
  readonly count: number
  readonly mails: readonly string[]
}

const clients = 8

/** Milliseconds from each mail's content to the server's answer. */
async function sendAll({ port, rate, count, mails }: LoadOrder): Promise<number[]> {
  const latencies: number[] = []
  const started = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    const client = await SmtpClient.connect(port)
    for (let index = next++; index < count; index = next++) {
      const dueMs = started + (index * 1_000) / rate
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
      const mail = mails[index % mails.length] as string
      latencies.push(await client.send('ann@example.net', ['clerk@county.example'], mail))
    }
    await client.close()
  }
  await Promise.all(Array.from({ length: clients }, work))
  return latencies
}

if (parentPort !== null) parentPort.postMessage(await sendAll(workerData as LoadOrder))
