/** Loaded before the desk by a test alone (`--import`): writes down to whom every thread of it connects and which names it looks
 *  up, and lets nothing out of this machine. It changes methods from outside, so that the product has no switch for it. */
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'

const path = process.env.BELLWETHER_CONNECTIONS ?? ''
const note = (line: string): void => appendFileSync(path, `${line}\n`)
const isHere = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host)

/** What `connect` was asked for: an object, a port with a host, a path, or the list that Node.js makes of them itself. */
function targetOf(given: readonly unknown[]): { readonly host: string; readonly port: string } | undefined {
  const first = Array.isArray(given[0]) ? (given[0] as readonly unknown[])[0] : given[0]
  if (typeof first === 'object' && first !== null) {
    const { host, port, path: file } = first as { host?: unknown; port?: unknown; path?: unknown }
    return typeof file === 'string' ? undefined : { host: String(host ?? 'localhost'), port: String(port) }
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return undefined
  return { host: typeof given[1] === 'string' ? given[1] : 'localhost', port: String(first) }
}

const connect: unknown = Reflect.get(Socket.prototype, 'connect')
if (typeof connect !== 'function') throw new Error('sockets connect in another way than they did')
Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...given: readonly unknown[]): unknown {
  const target = targetOf(given)
  if (target !== undefined) note(`${target.host}:${target.port}`)
  if (target === undefined || isHere(target.host)) return Reflect.apply(connect, this, given)
  process.nextTick(() => this.destroy(Object.assign(new Error('kept in'), { code: 'ENETUNREACH' })))
  return this
})

for (const asks of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const name of Object.getOwnPropertyNames(asks).filter((each) => /^(?:resolve|reverse)/.test(each))) {
    const asked: unknown = Reflect.get(asks, name)
    if (typeof asked !== 'function') continue
    Reflect.set(asks, name, function (this: unknown, ...given: readonly unknown[]): unknown {
      note(`name server: ${String(given[0])}`)
      return Reflect.apply(asked, this, given)
    })
  }
}
note('recording')
