import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { Hosts } from '../../src/server/hosts.ts'
import { plainFileName } from '../../src/server/routes/sources.ts'
import { addressKey } from '../../src/server/sign-in/pace.ts'
import { refusePassword } from '../../src/server/sign-in/password.ts'
import { base32, hashRecoveryCode, newRecoveryCode, seal, unseal } from '../../src/server/sign-in/tokens.ts'

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 400 }))

describe('whatever is sent', () => {
  test('a file’s name leads to no folder, is short, and prints', () => {
    const parts = fc.constantFrom('..', '/', '\\', '.', '%2f', '\u0000', 'a', '.log', ' ', ':', '\u202e', '\r\n', '~')
    const names = fc.oneof(
      anyText,
      fc.array(parts, { maxLength: 30 }).map((each) => each.join('')),
    )
    fc.assert(
      fc.property(names, (name) => {
        const plain = plainFileName(name)
        if (plain === undefined) return
        expect(plain).not.toMatch(/[/\\:\p{Cc}\p{Zl}\p{Zp}]|^\.|\.$/u)
        expect([...plain].length).toBeLessThanOrEqual(limits.intakeNameCharactersMax)
      }),
    )
  })

  test('a long name of dots takes no time', () => {
    for (const filler of ['.', ' ', '/', '\u0000', 'a.']) plainFileName(filler.repeat(1_000_000))
  })

  test('only the desk’s own names are its names', () => {
    const hosts = new Hosts({ publicOrigin: 'https://desk.example.gov', hosts: ['desk.lan'], isTls: false })
    const own = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|desk\.lan|desk\.example\.gov)(?::\d{1,5})?$/i
    const like = fc
      .tuple(
        fc.constantFrom('', 'x', '@', '.', ' ', '\t'),
        fc.constantFrom('localhost', '127.0.0.1', 'desk.lan', '[::1]'),
        anyText,
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(anyText, like), (host) => {
        if (hosts.originOf(host, '192.0.2.7') !== undefined) expect(host).toMatch(own)
      }),
    )
    expect(hosts.originOf('192.0.2.7:7316', '::ffff:192.0.2.7')).toBeDefined()
    expect(hosts.originOf('192.0.2.8:7316', '::ffff:192.0.2.7')).toBeUndefined()
  })

  test('an address has a key, and a password gets an answer', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(typeof addressKey(one)).toBe('string')
        refusePassword(one, [other])
      }),
    )
  })

  test('what was sealed opens for its own key and purpose only', () => {
    const [key, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    fc.assert(
      fc.property(anyText, anyText, fc.nat(), (text, purpose, at) => {
        const plain = text.toWellFormed()
        const sealed = seal(key, purpose, plain)
        expect(unseal(key, purpose, sealed)).toBe(plain)
        expect(unseal(other, purpose, sealed)).toBeUndefined()
        expect(unseal(key, `${purpose}x`, sealed)).toBeUndefined()
        const bytes = Buffer.from(sealed.slice(3), 'base64url')
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1
        expect(unseal(key, purpose, `v1.${bytes.toString('base64url')}`)).toBeUndefined()
        expect(unseal(key, purpose, text)).toBeUndefined()
      }),
    )
  })

  test('a recovery code is known in any spelling, and only with its account and password', () => {
    expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI')
    const key = new Uint8Array(32)
    const code = newRecoveryCode()
    expect(code).toMatch(/^[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}$/)
    const hash = hashRecoveryCode(key, 'account', 'hash', code)
    expect(hashRecoveryCode(key, 'account', 'hash', code.toLowerCase().replaceAll('-', ''))).toBe(hash)
    for (const [account, password] of [
      ['other', 'hash'],
      ['account', 'other'],
    ] as const) {
      expect(hashRecoveryCode(key, account, password, code)).not.toBe(hash)
    }
  })
})
