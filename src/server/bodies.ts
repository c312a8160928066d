/** Bodies that are too large to hold: they are handed on as streams, counted against a bound, and given up where a
 *  sender keeps the desk waiting. */
import { type Readable, Transform } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { limits } from '../core/limits.ts'
import type { App } from './parts.ts'

/** Lets the routes of this part of the server take any content as a stream. */
export function takeStreams(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/** A body grew beyond its bound. */
export class BodyTooLarge extends Error {
  readonly statusCode = 413
}

/** The sender closed the connection before the end. */
export class SenderGone extends Error {
  readonly statusCode = 400
}

/** Works on a body, and says of failures what they were: too large, or a sender that went away. */
export async function withBody<T>(body: Readable, work: () => Promise<T>): Promise<T> {
  try {
    const value = await work()
    if (body.errored instanceof BodyTooLarge) throw body.errored
    return value
  } catch (error) {
    throw body.errored instanceof BodyTooLarge || body.errored instanceof SenderGone ? body.errored : error
  }
}

/** The stream, which fails once more than `bytesMax` came through it. */
export function bounded(body: Readable, bytesMax: number): Readable {
  let bytes = 0
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length
      if (bytes > bytesMax) done(new BodyTooLarge('The body is larger than is taken.'))
      else done(null, chunk)
    },
  })
  body.on('error', (error) => counter.destroy(error))
  body.on('close', () => {
    if (!body.readableEnded) counter.destroy(new SenderGone('The sender went away.'))
  })
  counter.on('close', () => body.unpipe(counter))
  return body.pipe(counter)
}

/** Closes the connection of a sender that keeps the desk waiting: less than `limits.slowBodyBytesMin` came in
 *  `limits.slowBodyMsMax` although the desk was ready to read. Ends with the request. */
export function watchSlowBody(request: FastifyRequest): void {
  const { raw } = request
  // While the desk itself waits, nothing moves on the connection, for longer than an idle one may stay.
  raw.socket.setTimeout(0)
  let before = raw.socket.bytesRead
  const timer = setInterval(() => {
    const came = raw.socket.bytesRead - before
    before = raw.socket.bytesRead
    if (raw.complete) clearInterval(timer)
    // What waits to be read is not the sender's fault.
    else if (came < limits.slowBodyBytesMin && raw.readableLength === 0) raw.socket.destroy()
  }, limits.slowBodyMsMax)
  timer.unref()
  raw.once('close', () => clearInterval(timer))
}
