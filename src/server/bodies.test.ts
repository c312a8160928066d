import { EventEmitter } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { limits } from '../core/limits.ts'
import { BodyTooLarge, bounded, SenderGone, watchSlowBody, withBody } from './bodies.ts'

const drain = async (body: Readable): Promise<number> => {
  let bytes = 0
  for await (const chunk of body) bytes += (chunk as Buffer).length
  return bytes
}

describe('a body that is handed on', () => {
  test('comes through whole within its bound', async () => {
    expect(await drain(bounded(Readable.from([Buffer.alloc(60), Buffer.alloc(40)]), 100))).toBe(100)
  })

  test('fails as too large one byte beyond it, whatever its reader makes of the failure', async () => {
    const body = bounded(Readable.from([Buffer.alloc(60), Buffer.alloc(41)]), 100)
    await expect(withBody(body, () => drain(body).catch(() => 'swallowed'))).rejects.toBeInstanceOf(BodyTooLarge)
  })

  test('fails when its sender goes away, so that half a file is never taken for a whole one', async () => {
    const sender = new PassThrough()
    const body = bounded(sender, 100)
    sender.write('half a li')
    setImmediate(() => sender.destroy())
    await expect(withBody(body, () => drain(body))).rejects.toBeInstanceOf(SenderGone)
  })
})

describe('a body that comes slowly', () => {
  const watch = (): {
    socket: { bytesRead: number; destroy: () => void }
    raw: { complete: boolean; readableLength: number }
  } => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const socket = { bytesRead: 0, destroy: vi.fn(), setTimeout: vi.fn() }
    const raw = Object.assign(new EventEmitter(), { socket, complete: false, readableLength: 0 })
    watchSlowBody({ raw } as unknown as FastifyRequest)
    return { socket, raw }
  }

  test('is given up', () => {
    const { socket } = watch()
    socket.bytesRead += limits.slowBodyBytesMin
    vi.advanceTimersByTime(limits.slowBodyMsMax)
    expect(socket.destroy).not.toHaveBeenCalled()
    socket.bytesRead += limits.slowBodyBytesMin - 1
    vi.advanceTimersByTime(limits.slowBodyMsMax)
    expect(socket.destroy).toHaveBeenCalled()
  })

  test('is waited for where the desk itself does not read, and where all has come', () => {
    const { socket, raw } = watch()
    raw.readableLength = 16_384
    vi.advanceTimersByTime(limits.slowBodyMsMax * 10)
    raw.readableLength = 0
    raw.complete = true
    vi.advanceTimersByTime(limits.slowBodyMsMax * 10)
    expect(socket.destroy).not.toHaveBeenCalled()
  })
})
