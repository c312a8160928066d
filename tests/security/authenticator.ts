/** A passkey in software, for tests: it makes ES256 keys and signs what WebAuthn Level 3 asks for, or what a test wants
 *  to be wrong. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest()
const text = (value: string): Buffer => Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
const bytes = (value: Uint8Array): Buffer => Buffer.concat([head(2, value.length), value])

/** The first bytes of a CBOR item (RFC 8949, section 3). */
function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  if (length < 256) return Buffer.from([(major << 5) | 24, length])
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255])
}
const integer = (value: number): Buffer => (value >= 0 ? head(0, value) : head(1, -1 - value))
const map = (...entries: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([head(5, entries.length), ...entries.flat()])

/** What a test may spoil. */
export interface Spoiled {
  readonly origin?: string
  readonly hostname?: string
  readonly counter?: number
  readonly isVerified?: boolean
  readonly key?: KeyObject
}

/** One passkey. */
export class Authenticator {
  readonly id = randomBytes(16)
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  #counter = 0
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  #data(spoiled: Spoiled, isNew: boolean): Buffer {
    const flags = 0x01 | (spoiled.isVerified === false ? 0 : 0x04) | (isNew ? 0x40 : 0)
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(spoiled.counter ?? ++this.#counter)
    return Buffer.concat([sha256(spoiled.hostname ?? new URL(this.#origin).hostname), Buffer.from([flags]), counter])
  }

  #client(type: string, challenge: string, spoiled: Spoiled): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: spoiled.origin ?? this.#origin, crossOrigin: false }))
  }

  #wrap(response: Record<string, unknown>): Record<string, unknown> {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  /** The answer to `navigator.credentials.create`. */
  make(options: { readonly challenge: string }, spoiled: Spoiled = {}): Record<string, unknown> {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const key = map(
      [integer(1), integer(2)],
      [integer(3), integer(-7)],
      [integer(-1), integer(1)],
      [integer(-2), bytes(Buffer.from(x, 'base64url'))],
      [integer(-3), bytes(Buffer.from(y, 'base64url'))],
    )
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, key])
    const authData = Buffer.concat([this.#data(spoiled, true), credential])
    const attestation = map([text('fmt'), text('none')], [text('attStmt'), map()], [text('authData'), bytes(authData)])
    return this.#wrap({
      clientDataJSON: this.#client('webauthn.create', options.challenge, spoiled).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    })
  }

  /** The answer to `navigator.credentials.get`. */
  sign(options: { readonly challenge: string }, spoiled: Spoiled = {}): Record<string, unknown> {
    const client = this.#client('webauthn.get', options.challenge, spoiled)
    const authData = this.#data(spoiled, false)
    const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), spoiled.key ?? this.#keys.privateKey)
    return this.#wrap({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
    })
  }
}
