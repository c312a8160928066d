/** Sends mail for the load test from a thread of its own, at the times that are due whatever came before: most through the
 *  port whose mail is judged, each sixth through the one whose is not, so that both meet the same moments. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { SmtpClient } from './postfix-server.ts'

/** What the thread is told. */
export interface LoadOrder {
  readonly port: number
  readonly plainPort: number
  /** Mails a second that are to be judged. */
  readonly rate: number
  readonly seconds: number
  readonly mails: readonly string[]
}

/** A mail that was taken: its number, when, and how many milliseconds after its content began. */
export interface Taken {
  readonly number: number
  readonly isPlain: boolean
  readonly atMs: number
  readonly latencyMs: number
}

const clients = 10
/** One of so many is not judged. */
const plainEvery = 6

async function sendAll({ port, plainPort, rate, seconds, mails }: LoadOrder): Promise<Taken[]> {
  const taken: Taken[] = []
  const total = Math.round((rate * seconds * plainEvery) / (plainEvery - 1))
  const intervalMs = (seconds * 1_000) / total
  const started = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    const judged = await SmtpClient.connect(port)
    const plain = await SmtpClient.connect(plainPort)
    for (let number = next++; number < total; number = next++) {
      const dueMs = started + number * intervalMs
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
      const isPlain = number % plainEvery === plainEvery - 1
      const mail = `X-Load: ${number}\r\n${mails[number % mails.length]}`
      const latencyMs = await (isPlain ? plain : judged).send('ann@example.net', ['clerk@county.example'], mail)
      taken.push({ number, isPlain, atMs: performance.now() - started, latencyMs })
    }
    await judged.close()
    await plain.close()
  }
  await Promise.all(Array.from({ length: clients }, work))
  return taken
}

if (parentPort !== null) parentPort.postMessage(await sendAll(workerData as LoadOrder))
