/** The server's log: one line a request with what happened and how long it took. It never holds a query string, a body, a
 *  header's value, a cookie or a path's parameters: those can hold voter data or secrets. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino'

/** A log in JSON lines for the server. Serializers keep requests, answers and errors from being printed whole by
 *  mistake; redaction is the second net. */
export function makeServerLog(level: LevelWithSilent, destination: DestinationStream): Logger {
  const nothing = (): undefined => undefined
  return pino(
    {
      level,
      base: null,
      serializers: {
        req: nothing,
        res: nothing,
        request: nothing,
        reply: nothing,
        err: (error: { readonly name?: string; readonly code?: string }) => ({ name: error?.name, code: error?.code }),
      },
      redact: {
        paths: [
          'url',
          'query',
          'body',
          'headers',
          'cookie',
          'cookies',
          'authorization',
          'token',
          'password',
          'code',
        ].flatMap((name) => [name, `*.${name}`]),
        censor: '[left out]',
      },
    },
    destination,
  )
}

/** For Fastify's `onResponse`: the route as it is written in the code stands for the path. */
export function logRequest(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? '(none)',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(request.visitor === undefined ? {} : { role: request.visitor.role }),
    },
    'answered',
  )
  done()
}
