import { scrypt } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { limits } from '../../core/limits.ts'
import { Passwords, refusePassword } from './password.ts'

// Each password is hashed in earnest: a third of a second, and much longer where many tests run at once.
vi.setConfig({ testTimeout: 120_000 })

vi.mock('node:crypto', async (load) => {
  const crypto = await load<typeof import('node:crypto')>()
  return { ...crypto, scrypt: vi.fn(crypto.scrypt) }
})

describe('a password', () => {
  test.each([
    ['short', 'elevenchars'],
    ['common', 'password1234'],
    ['common with a longer tail', 'Iloveyouforever2026!'],
    ['one letter again and again', 'aaaaaaaaaaaaaaaa'],
    ['a row of keys', 'qwertyuiopasdf'],
    ['the office', 'Ash County 2026'],
    ['the person', 'ann-clerk-1234'],
    ['endless', 'abcdefghijklmno '.repeat(100)],
  ])('that is %s is refused', (_why, password) => {
    expect(refusePassword(password, ['Ann Clerk', 'Ash County'])).toBeDefined()
  })

  test.each([
    'quiet otters cross at noon',
    'ljómandi þrútið æði',
    '正しい馬 電池 ホッチキス 青い',
    'k9#vT!2mQx$7',
    '!@+;]{=~^)%_(',
  ])('like %s is taken, whatever its characters', (password) => {
    expect(refusePassword(password, ['Ann Clerk', 'Ash County'])).toBeUndefined()
  })

  test('is hashed with scrypt at the cost of today, salted, and known again in another spelling of its letters', async () => {
    const passwords = new Passwords()
    const hash = await passwords.hash('quiet \u00e9tudes at noon')
    expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await passwords.hash('quiet \u00e9tudes at noon')).not.toBe(hash)
    expect(await passwords.matches('quiet e\u0301tudes at noon', hash)).toBe(true)
    expect(await passwords.matches('quiet etudes at noon', hash)).toBe(false)
  })

  test('costs as much work where there is no account as where there is one', async () => {
    const passwords = new Passwords()
    const hash = await passwords.hash('quiet otters cross at noon')
    const workOf = async (kept: string | undefined) => {
      vi.mocked(scrypt).mockClear()
      expect(await passwords.matches('some other password', kept)).toBe(false)
      return vi.mocked(scrypt).mock.calls.map(([, salt, length, { cost, blockSize, parallelization }]) => {
        return [(salt as Buffer).length, length, cost, blockSize, parallelization]
      })
    }
    const known = await workOf(hash)
    expect(known).toEqual([[16, 32, 2 ** limits.scryptCostLog, 8, 1]])
    expect(await workOf(undefined)).toEqual(known)
  })

  test('is not checked against a kept hash that asks for absurd work', async () => {
    const key = 'A'.repeat(43)
    for (const asked of ['ln=30,r=8,p=1', 'ln=17,r=99,p=1', 'ln=17,r=8,p=99', 'ln=0,r=8,p=1']) {
      vi.mocked(scrypt).mockClear()
      expect(await new Passwords().matches('x', `$scrypt$${asked}$${'A'.repeat(22)}$${key}`)).toBe(false)
      expect(vi.mocked(scrypt).mock.calls[0]?.[3]).toMatchObject({ cost: 2 ** limits.scryptCostLog, blockSize: 8 })
    }
  })
})
