import { describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import { addressKey, type Comer, SignInPace } from './pace.ts'

const from = (address: string): Comer => ({ by: 'address', address })

describe('the pace of signing in', () => {
  test('counts an IPv6 customer as one, whichever of their addresses is used', () => {
    expect(addressKey('2001:db8:1:2:aaaa::1')).toBe(addressKey('2001:db8:1:2:bbbb:1:2:3'))
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'))
    expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
    expect(addressKey('::1')).toBe('0:0:0:0::/64')
  })

  test('counts an IPv4 address the same when it comes in IPv6 clothes', () => {
    expect(addressKey('::ffff:203.0.113.9')).toBe(addressKey('203.0.113.9'))
  })

  test('slows an address that tries many names', () => {
    const pace = new SignInPace()
    for (let round = 0; round <= limits.addressFreeFailuresMax; round++)
      pace.failed(`name ${round}`, from('203.0.113.9'), 0)
    expect(pace.waitMs('another', from('203.0.113.9'), 0)).toBeGreaterThan(0)
    expect(pace.waitMs('another', from('203.0.113.10'), 0)).toBe(0)
  })

  test('forgets after an hour without failures, and never waits longer than a quarter of one', () => {
    const pace = new SignInPace()
    for (let round = 0; round < 100; round++) pace.failed('ann', from('203.0.113.9'), 0)
    expect(pace.waitMs('ann', from('203.0.113.9'), 0)).toBe(limits.addressWaitMsMax)
    expect(pace.waitMs('ann', from('203.0.113.9'), limits.signInTrackMsMax + 1)).toBe(0)
  })

  test('remembers a bounded number of addresses', () => {
    const pace = new SignInPace()
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 60_000; index++) {
      pace.failed('ann', from(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`), 0)
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024)
    expect(pace.waitMs('ann', from('10.0.0.1'), 0)).toBe(0)
  })
})
