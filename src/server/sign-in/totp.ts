/** Codes of authenticator apps: RFC 6238 with SHA-1, 30 seconds and six digits, which all apps speak. A code of the step
 *  before or after is taken too; that a step is taken once is kept by the store. */
import { Secret, TOTP } from 'otpauth'

const periodSeconds = 30
const settings = { algorithm: 'SHA1', digits: 6, period: periodSeconds } as const

/** A new secret of 160 bits (RFC 4226, section 4) in base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32

/** What an app reads from a QR code. */
export function totpUri(secret: string, officeName: string, accountName: string): string {
  const plain = (text: string): string => text.replace(/[:\p{C}]/gu, ' ').trim()
  const issuer = plain(`Bellwether ${officeName}`)
  return new TOTP({ ...settings, issuer, label: plain(accountName), secret: Secret.fromBase32(secret) }).toString()
}

/** The step that a code belongs to; undefined where it is wrong. */
export function totpStep(secret: string, code: string, nowMs: number): number | undefined {
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = TOTP.validate({ ...settings, token, secret: Secret.fromBase32(secret), timestamp: nowMs, window: 1 })
  return delta === null ? undefined : Math.floor(nowMs / (periodSeconds * 1000)) + delta
}
