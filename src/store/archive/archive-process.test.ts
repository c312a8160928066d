import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { batchOf, makeFolder, must, noon, openArchive, web } from './archive.fixture.ts'
import { Archive } from './archive.ts'
import { ArchiveSpool } from './spool.ts'

function fill(folder: string, count = 3): void {
  const spool = new ArchiveSpool(folder, { nowMs: () => noon })
  must(spool.rewind([]))
  must(spool.appendRequests(web, batchOf(Array.from({ length: count }, () => ({})))))
  must(spool.marks())
  spool.close()
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const until = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 25))
  expect(holds()).toBe(true)
}

describe('the archive process', () => {
  test('is there while it is asked, ends by itself when idle, and is there again', async () => {
    const folder = makeFolder()
    fill(folder)
    const archive = openArchive(folder, { idleMsMax: 200 })
    expect(archive.processIds).toEqual([])
    expect(must(await archive.hunt({})).total).toBe(3)
    const first = archive.processIds[0] as number
    await until(() => archive.processIds.length === 0 && !isRunning(first))
    expect(readdirSync(folder)).toEqual(['spool'])
    expect(must(await archive.hunt({})).total).toBe(3)
    expect(archive.processIds).not.toContain(first)
  })

  test('that idles out just as it is asked leaves the question to the next', async () => {
    const folder = makeFolder()
    fill(folder)
    const archive = openArchive(folder, { idleMsMax: 1 })
    for (let i = 0; i < 5; i++) {
      expect(must(await archive.hunt({})).total).toBe(3)
      await new Promise((resolve) => setTimeout(resolve, i))
    }
  })

  test('that is killed while it works is replaced, and the question is answered', async () => {
    const folder = makeFolder()
    fill(folder, 20_000)
    const archive = openArchive(folder)
    must(await archive.hunt({}))
    const asked = archive.hunt({})
    process.kill(archive.processIds[0] as number, 'SIGKILL')
    expect(must(await asked).total).toBe(20_000)
  })

  test('that dies of a statement says so, and the next question is answered', async () => {
    const folder = makeFolder()
    fill(folder)
    const archive = openArchive(folder)
    must(await archive.hunt({}))
    const asked = archive.sql(
      'SELECT count(*) FROM range(300000) a, range(300000) b WHERE (a.range * b.range) % 1000003 = 5',
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    process.kill(archive.processIds[0] as number, 'SIGKILL')
    expect(await asked).toMatchObject({ ok: false, error: { code: 'crashed' } })
    expect(must(await archive.hunt({})).total).toBe(3)
  })

  test('answers many questions in turn', async () => {
    const folder = makeFolder()
    fill(folder)
    const archive = openArchive(folder)
    const answers = await Promise.all(Array.from({ length: 20 }, () => archive.hunt({ limit: 1 })))
    expect(answers.map((answer) => must(answer).total)).toEqual(Array.from({ length: 20 }, () => 3))
  })

  test('is gone after the archive is closed, whatever it does, and its questions are answered', async () => {
    const folder = makeFolder()
    fill(folder)
    const archive = new Archive(folder)
    must(await archive.hunt({}))
    const pid = archive.processIds[0] as number
    const asked = archive.sql(
      'SELECT count(*) FROM range(300000) a, range(300000) b WHERE (a.range * b.range) % 1000003 = 5',
    )
    await archive.close()
    expect(await asked).toMatchObject({ ok: false, error: { code: 'closed' } })
    expect(isRunning(pid)).toBe(false)
    expect(await archive.hunt({})).toMatchObject({ ok: false, error: { code: 'closed' } })
  })
})
