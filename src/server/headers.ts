/** Headers that every answer carries, so that a browser runs no script but the console's own, shows the desk in nobody
 *  else's frame and keeps nothing that it should not. */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Content Security Policy Level 3: everything from this host, no inline script or style. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const permissionsPolicy = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'serial',
  'usb',
  'hid',
  'midi',
]
  .map((feature) => `${feature}=()`)
  .concat('publickey-credentials-get=(self)', 'publickey-credentials-create=(self)')
  .join(', ')

const always: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'permissions-policy': permissionsPolicy,
  'x-robots-tag': 'noindex, nofollow',
  'origin-agent-cluster': '?1',
}

/** Sets them; `isSecure` where the browser speaks TLS to the desk or to its proxy. */
export function setHeaders(request: FastifyRequest, reply: FastifyReply, isSecure: boolean): void {
  for (const name in always) reply.header(name, always[name])
  reply.header('x-request-id', request.id)
  reply.header('cache-control', 'no-store')
  if (isSecure) reply.header('strict-transport-security', 'max-age=31536000')
}
