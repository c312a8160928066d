/** Secrets that the desk hands out (sessions, links, push and feed tokens) and how it knows them again: it keeps only
 *  their hashes. Secrets that it must be able to read are sealed. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits in base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** SHA-256 in hexadecimal. Enough for a token, which nobody can guess; never for a password. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Compares two texts without telling by the time where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

/** Seals a text with AES-256-GCM: `v1.` and base64url of nonce, ciphertext and tag. `purpose` is bound to it, so that a
 *  sealed value does not open in another place. */
export function seal(key: Uint8Array, purpose: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  return `v1.${Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')}`
}

/** Opens what `seal` made; undefined where key, purpose or text are not those. */
export function unseal(key: Uint8Array, purpose: string, sealed: string): string | undefined {
  if (!sealed.startsWith('v1.')) return undefined
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  if (bytes.length < 28) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-16))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** Base32 without letters and digits that look alike being a problem: RFC 4648, as authenticator apps use it. */
export function base32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >>> (bits - 5)) & 31]
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text
}

/** A recovery code: 80 random bits as `ABCD-EFGH-IJKL-MNOP`. */
export const newRecoveryCode = (): string => (base32(randomBytes(10)).match(/.{4}/g) ?? []).join('-')

/** What is kept of a recovery code. It is keyed, because 80 bits are fewer than a token has, and bound to the account and
 *  its password's hash: a new password makes old codes worthless. */
export function hashRecoveryCode(key: Uint8Array, accountId: string, passwordHash: string, code: string): string {
  const plain = code.toUpperCase().replace(/[\s-]/g, '')
  return createHmac('sha256', key).update(`recovery\n${accountId}\n${passwordHash}\n${plain}`).digest('hex')
}
