/** How the server refuses: always the same small JSON document with a plain sentence, whatever went wrong. What a bug
 *  says of itself stays out of the answer. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Result } from '../core/result.ts'
import type { DeskProblem } from '../desk/desk.ts'
import { StoreError } from '../store/store.ts'
import type { ProblemView } from './api/session.ts'

/** Answers with a refusal. */
export function refuse(reply: FastifyReply, status: number, message: string, retryAfterSeconds?: number): FastifyReply {
  const body: ProblemView = {
    message,
    requestId: reply.request.id,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  // Not through a route's schema: a refusal looks the same everywhere.
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
}

const statusOf: Readonly<Record<DeskProblem['code'], number>> = {
  missing: 404,
  refused: 409,
  busy: 503,
  unavailable: 503,
}
const busyRetrySeconds = 5

/** Answers with what the desk said: its value (204 where there is none), or its refusal. */
export function answer<T>(reply: FastifyReply, result: Result<T, DeskProblem>): FastifyReply {
  if (!result.ok) {
    const status = statusOf[result.error.code]
    return refuse(reply, status, result.error.message, status === 503 ? busyRetrySeconds : undefined)
  }
  return result.value === undefined ? reply.code(204).send() : reply.send(result.value)
}

const sentences: Readonly<Record<number, string>> = {
  400: 'The request could not be understood.',
  404: 'There is nothing here.',
  405: 'There is nothing here.',
  413: 'That is larger than the desk takes.',
  414: 'The address is too long.',
  415: 'The desk does not take this kind of content here.',
  429: 'Too many requests from this address. Wait a minute and try again.',
  431: 'The head of the request is too large.',
  503: 'The desk is busy. Try again in a moment.',
}

/** What is wrong with a request that does not fit its schema, by the place: never by the value. */
function validationSentence(error: FastifyError): string {
  const places = (error.validation ?? [])
    .slice(0, 3)
    .map((each) => (each.instancePath === '' ? '' : each.instancePath.slice(1).replaceAll('/', ' ')))
    .filter((place) => /^[\w ]{1,60}$/.test(place))
  const where = places.length > 0 ? `: ${[...new Set(places)].join(', ')}` : ''
  return `Something that was sent is missing or not as expected${where}.`
}

/** Where a bug stands, without its message, which may quote what was being worked on. */
const framesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .slice(0, 12)

/** For Fastify's error handler. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof StoreError) {
    request.log.error({ problem: error.problem.code }, 'the store refused')
    return refuse(
      reply,
      503,
      `The desk's store cannot be used at the moment. ${error.problem.message}`,
      busyRetrySeconds,
    )
  }
  const status = error.statusCode ?? 500
  if (error.validation !== undefined) return refuse(reply, 400, validationSentence(error))
  if (status === 429) return refuse(reply, 429, sentences[429] as string, 60)
  if (status >= 400 && status < 500) return refuse(reply, status, sentences[status] ?? (sentences[400] as string))
  if (status === 503) return refuse(reply, 503, sentences[503] as string, busyRetrySeconds)
  request.log.error({ error: { name: error.name, code: error.code, frames: framesOf(error) } }, 'a request failed')
  return refuse(reply, 500, 'The desk made a mistake. It is noted in the log under the number given here.')
}
