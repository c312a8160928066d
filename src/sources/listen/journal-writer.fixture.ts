/** A process that appends numbered lines durably to two streams and prints each number once the journal has answered. A
 *  test kills it. */
import type { SourceId } from '../../core/ids.ts'
import { Journal } from './journal.ts'

const opened = await Journal.open(process.argv[2] as string, { segmentBytesMax: 20_000 })
if (!opened.ok) throw new Error(opened.error.message)
const journal = opened.value
const source = 'push' as SourceId
let next = Number(process.argv[3])
const write = async (stream: string): Promise<void> => {
  for (;;) {
    const number = next++
    const text = `${number} ${'x'.repeat(number % 300)}\n`
    await journal.append(source, stream, Buffer.from(text), true)
    process.stdout.write(`${number}\n`)
  }
}
// Two writers of one stream share commits; the third stream's lines are torn now and then.
await Promise.all([write('a'), write('a'), write('b')])
