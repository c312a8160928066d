import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mail, testChecker } from '../../watches/mail/mail.fixture.ts'
import { MailMemory } from './mail-memory.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellwether-mail-memory-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const numbers = Array.from({ length: 60 }, (_, number) => number)
const letter = (number: number) =>
  mail({
    from: `Sender ${number} <sender${number}@town${number}.example>`,
    text: `Letter ${number}.`,
    id: `n${number}`,
  })

/** A checker that remembered some mails through a memory in the folder. */
function remembering(memory: MailMemory, which: readonly number[]) {
  const checker = testChecker()
  memory.restore(checker)
  for (const number of which) {
    const message = letter(number)
    checker.check(message, {}, (remembered) => memory.add(`id ${number}`, remembered, checker))
  }
  return checker
}

describe('the memory of mail', () => {
  test('is the same after a crash, whether it stands in the log, in the snapshot or in both', () => {
    const memory = new MailMemory(folder)
    const checker = remembering(memory, numbers.slice(0, 20))
    memory.snapshot(checker)
    for (const number of numbers.slice(20)) {
      checker.check(letter(number), {}, (remembered) => memory.add(`id ${number}`, remembered, checker))
    }
    const again = new MailMemory(folder)
    const restored = testChecker()
    expect(again.restore(restored)).toBeUndefined()
    expect(restored.save()).toEqual(checker.save())
    expect(again.knows('id 3')).toBe(true)
    expect(again.knows('id 59')).toBe(true)
    expect(again.knows('id 60')).toBe(false)
  })

  test('counts nothing twice where a crash came between the snapshot and the end of the log', () => {
    const memory = new MailMemory(folder)
    const checker = remembering(memory, numbers.slice(0, 5))
    const log = readFileSync(join(folder, 'memory.ndjson'))
    memory.snapshot(checker)
    writeFileSync(join(folder, 'memory.ndjson'), log)
    const restored = testChecker()
    expect(new MailMemory(folder).restore(restored)).toBeUndefined()
    expect(restored.save()).toEqual(checker.save())
  })

  test('goes on behind an entry that a crash cut, and says where more is damaged', () => {
    const checker = remembering(new MailMemory(folder), numbers.slice(0, 3))
    appendFileSync(join(folder, 'memory.ndjson'), '{"sequence":4,"id":"id 4","remem')
    const restored = testChecker()
    expect(new MailMemory(folder).restore(restored)).toBeUndefined()
    expect(restored.save()).toEqual(checker.save())
    appendFileSync(join(folder, 'memory.ndjson'), '\n\u0000\u0000\nnonsense\n')
    expect(new MailMemory(folder).restore(testChecker())).toContain('cannot be read')
  })

  test.each(['', 'no snapshot at all'])('learns again where its snapshot is damaged (%j)', (content) => {
    writeFileSync(join(folder, 'memory.bin'), content)
    expect(new MailMemory(folder).restore(testChecker())).toContain('learns again')
  })

  test('is for the desk’s user alone', () => {
    const memory = new MailMemory(folder)
    memory.snapshot(remembering(memory, [1]))
    remembering(memory, [2])
    for (const name of ['memory.bin', 'memory.ndjson']) expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
  })
})
