/** Builds the desk's HTTP server out of its parts. It listens to nothing until it is told to, and it reads neither the
 *  environment nor arguments. */
import { randomBytes } from 'node:crypto'
import type { Server as HttpServer, ServerOptions } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'
import cookies from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyHttpOptions, LogController } from 'fastify'
import { limits } from '../core/limits.ts'
import { setAccess } from './access.ts'
import { readNumbers, serializerFor } from './answers.ts'
import { type Context, makeContext } from './context.ts'
import { addGuards } from './guard.ts'
import { logRequest } from './log.ts'
import type { App, ServerParts } from './parts.ts'
import { answerError } from './problem.ts'
import { blockRoutes } from './routes/blocks.ts'
import { answerMissing, consoleRoutes } from './routes/console.ts'
import { documentHead, documentRoutes } from './routes/documents.ts'
import { eventRoutes } from './routes/events.ts'
import { huntRoutes } from './routes/hunt.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { machineRoutes } from './routes/machine.ts'
import { mailRoutes } from './routes/mail.ts'
import { pushRoutes } from './routes/push.ts'
import { ruleRoutes } from './routes/rules.ts'
import { sessionRoutes } from './routes/session.ts'
import { officeRoutes } from './routes/settings.ts'
import { softwareRoutes } from './routes/software.ts'
import { sourceRoutes } from './routes/sources.ts'
import { linkPath } from './sign-in/links.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A body or an answer that may take its time. */
    isStream?: boolean
  }
}

/** The server, not listening yet, and the link to print. */
export interface DeskServer {
  readonly app: App
  /** The path of the link that lets the first person in, `/start#TOKEN`: to the demonstration, or to the first account.
   *  Undefined where there is an official who can sign in. */
  startPath(): Promise<string | undefined>
  /** The path of a link with which this person sets up password or passkey anew: for whoever sits at the machine when no
   *  official can sign in any more. Undefined where no account has this name. */
  resetPath(name: string): Promise<string | undefined>
}

const httpOptions: ServerOptions = {
  maxHeaderSize: limits.requestHeadBytesMax,
  headersTimeout: limits.requestHeadMsMax,
  connectionsCheckingInterval: limits.requestCheckMs,
  keepAlive: true,
  // A day's logs take long to upload: each route watches over its own bodies.
  requestTimeout: 0,
}

const brokenAnswers: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What is no HTTP gets a bare answer; what was sent is neither quoted nor logged. */
function refuseBroken(error: Error & { readonly code?: string }, socket: Socket): void {
  const status = brokenAnswers[error.code ?? ''] ?? '400 Bad Request'
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  else socket.destroy()
}

function makeApp(parts: ServerParts): App {
  const http =
    parts.tls === undefined ? { http: httpOptions } : { https: { ...httpOptions, ...parts.tls, minVersion: 'TLSv1.2' } }
  const options = {
    ...http,
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomBytes(8).toString('hex'),
    requestIdHeader: false,
    bodyLimit: limits.formBytesMax,
    connectionTimeout: limits.connectionIdleMsMax,
    keepAliveTimeout: limits.connectionIdleMsMax,
    requestTimeout: 0,
    forceCloseConnections: true,
    trustProxy: parts.trustedProxies === undefined ? false : [...parts.trustedProxies],
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200, caseSensitive: true },
    return503OnClosing: true,
    // Nothing is made to fit: what is not as the schema says is refused.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, strict: false } },
    frameworkErrors: answerError,
    clientErrorHandler: refuseBroken,
  } as unknown as FastifyHttpOptions<HttpServer>
  return Fastify(options).withTypeProvider<TypeBoxTypeProvider>()
}

/** Addresses and ranges as a set that can be asked. */
function addressSet(networks: readonly string[]): BlockList {
  const set = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    set.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return set
}

/** Connections of one address beyond the bound are closed at once; those of trusted proxies stand for many people. */
function boundConnections(app: App, trustedProxies: readonly string[]): void {
  const counts = new Map<string, number>()
  const proxies = addressSet(trustedProxies)
  app.server.maxConnections = limits.connectionsMax
  app.server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    if (proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return
    const count = (counts.get(address) ?? 0) + 1
    if (count > limits.connectionsPerAddressMax) {
      socket.destroy()
      return
    }
    counts.set(address, count)
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1
      if (left > 0) counts.set(address, left)
      else counts.delete(address)
    })
  })
}

async function addRoutes(app: App, context: Context): Promise<void> {
  machineRoutes(app, context)
  sessionRoutes(app, context)
  incidentRoutes(app, context)
  eventRoutes(app, context)
  blockRoutes(app, context)
  huntRoutes(app, context)
  mailRoutes(app, context)
  ruleRoutes(app, context)
  softwareRoutes(app, context)
  officeRoutes(app, context)
  documentRoutes(app, context)
  await sourceRoutes(app, context)
  await pushRoutes(app, context)
  await consoleRoutes(app, context)
}

/** Builds the server. */
export async function buildServer(parts: ServerParts): Promise<DeskServer> {
  const context = makeContext(parts)
  const app = makeApp(parts)
  boundConnections(app, parts.trustedProxies ?? [])
  app.setSerializerCompiler(serializerFor)
  app.setErrorHandler(answerError)
  app.removeContentTypeParser('text/plain')
  app.addHook('onRoute', (route) => {
    setAccess(route)
    readNumbers(route)
    if (route.config?.isStream !== true) route.handlerTimeout ??= limits.requestMsMax
  })
  await app.register(cookies)
  await app.register(rateLimit, { global: false })
  await app.register(swagger, { openapi: documentHead(parts.desk.version) })
  addGuards(app, context)
  app.addHook('onResponse', logRequest)
  app.addHook('onResponse', (request, _reply, done) => {
    // Who still sends after the answer has a second to read it.
    if (!request.raw.complete) setTimeout(() => request.raw.socket.destroy(), 1000).unref()
    done()
  })
  app.addHook('preClose', async () => context.events.close())
  app.setNotFoundHandler((request, reply) => answerMissing(context, request, reply))
  await addRoutes(app, context)
  return {
    app,
    startPath: async () => {
      if (parts.desk.isDemonstration) return linkPath(context.links.demonstration())
      return (await context.accounts.isFirstStart()) ? linkPath(await context.links.first()) : undefined
    },
    resetPath: async (name) => {
      const { store, clock } = parts
      const account = await store.accountNamed(name)
      if (account === undefined || account.disabled) return undefined
      const { token } = await context.links.reset(account, 'the desk')
      await store.audit({
        atMs: clock(),
        who: 'the desk',
        action: 'account.reset-link',
        object: account.name,
        details: {},
      })
      return linkPath(token)
    },
  }
}
