/** A short flood on syslog, with a console that asks and one that never reads. Times are for `run.ts`. */
import { expect, test } from 'vitest'
import { floodDesk } from './flood.ts'

test('a flood on syslog is read to its last line while the console is answered', async () => {
  const { problems, asked, sent } = await floodDesk({ linesPerSecond: 50_000, seconds: 5 })
  expect(problems).toEqual([])
  expect(sent).toBe(250_000)
  expect(asked).toBeGreaterThan(5)
}, 60_000)
