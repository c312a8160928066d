/** The cookies: one holds the session, one tells a browser that signed in before. Over TLS their names begin with
 *  `__Host-`, which no other host can set; without TLS (loopback) that prefix would be refused by browsers. */
import { createHmac } from 'node:crypto'
import type {} from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { limits } from '../../core/limits.ts'
import type { Origin } from '../hosts.ts'
import { isSameSecret, newToken } from './tokens.ts'

const sessionName = (origin: Origin): string => (origin.isSecure ? '__Host-bellwether' : 'bellwether')
const deviceName = (origin: Origin): string => (origin.isSecure ? '__Host-bellwether-device' : 'bellwether-device')
const deviceSeconds = 180 * 86_400

const attributes = (origin: Origin) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: origin.isSecure }) as const

/** The session's token, if the browser brought one. */
export const readSessionCookie = (request: FastifyRequest, origin: Origin): string | undefined =>
  request.cookies[sessionName(origin)]

/** Gives the browser its session. */
export function setSessionCookie(reply: FastifyReply, origin: Origin, token: string): void {
  reply.setCookie(sessionName(origin), token, { ...attributes(origin), maxAge: limits.sessionMsMax / 1000 })
}

/** Takes the session back, and asks the browser to forget what it kept of this site but its cookies. */
export function clearSessionCookie(reply: FastifyReply, origin: Origin): void {
  reply.clearCookie(sessionName(origin), attributes(origin))
  reply.header('clear-site-data', '"cache", "storage"')
}

const sign = (key: Uint8Array, accountId: string, id: string): string =>
  createHmac('sha256', key).update(`device\n${accountId}\n${id}`).digest('base64url')

/** Marks the browser as one that signed in to this account. It opens nothing; it only makes failed tries by others not
 *  count against it (OWASP Authentication Cheat Sheet, device cookies). */
export function setDeviceCookie(reply: FastifyReply, origin: Origin, key: Uint8Array, accountId: string): void {
  const id = newToken()
  reply.setCookie(deviceName(origin), `${id}.${sign(key, accountId, id)}`, {
    ...attributes(origin),
    maxAge: deviceSeconds,
  })
}

/** The browser's own mark, where it is one of this account. */
export function readDevice(
  request: FastifyRequest,
  origin: Origin,
  key: Uint8Array,
  accountId: string | undefined,
): string | undefined {
  const [id = '', signature = ''] = (request.cookies[deviceName(origin)] ?? '').slice(0, 200).split('.')
  if (accountId === undefined || id === '' || signature === '') return undefined
  return isSameSecret(signature, sign(key, accountId, id)) ? id : undefined
}
