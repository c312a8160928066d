import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import type { SourceId } from '../core/ids.ts'
import type { JournalPort } from '../sources/definition.ts'
import { Demonstration, demonstrationSources } from './demonstration.ts'

const folder = join(import.meta.dirname, '../../data/recording')

describe('the demonstration', () => {
  test('plays every byte of the recordings, each source in its order', async () => {
    const played = new Map<SourceId, Uint8Array[]>()
    const journal: JournalPort = {
      append: (id, _stream, lines) => {
        played.set(id, [...(played.get(id) ?? []), lines])
        return Promise.resolve()
      },
      end: () => Promise.resolve(),
      isFull: false,
      whenReady: () => Promise.resolve(),
      countLost: () => undefined,
    }
    const demonstration = new Demonstration(folder, journal, 2_000)
    demonstration.start()
    await vi.waitFor(() => expect(demonstration.state.isDone).toBe(true), { timeout: 20_000 })
    const files = ['access.log.gz', 'postgresql.json.gz']
    for (const [i, { id }] of demonstrationSources.entries()) {
      const whole = gunzipSync(readFileSync(join(folder, files[i] as string)))
      expect(Buffer.concat(played.get(id) ?? []).equals(whole)).toBe(true)
    }
    expect(demonstration.state.progress).toBe(1)
  }, 30_000)
})
