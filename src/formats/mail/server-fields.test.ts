import { describe, expect, test } from 'vitest'
import { parseAuthenticationResults } from './authentication-results.ts'
import { parseMailDate } from './mail-date.ts'
import { parseReceived } from './received.ts'

describe('a Received field', () => {
  test('of postfix names greeting, name, address and server', () => {
    expect(
      parseReceived(
        'from mail.a.example (unknown [192.0.2.7]) by mx.b.example (Postfix) with ESMTPS id 26334 for <clerk@b.example>; Mon, 18 Dec 2023 18:52:15 +0100 (CET)',
      ),
    ).toEqual({
      greeting: 'mail.a.example',
      name: '',
      address: '192.0.2.7',
      by: 'mx.b.example',
      protocol: 'ESMTPS',
      id: '26334',
      for: 'clerk@b.example',
      timeMs: Date.UTC(2023, 11, 18, 17, 52, 15),
    })
    expect(parseReceived('from a.example (host.c.example [IPv6:2001:db8::1]) by b.example')).toMatchObject({
      name: 'host.c.example',
      address: '2001:db8::1',
    })
  })

  test('of Exchange names the address in parentheses', () => {
    expect(
      parseReceived(
        'from A.example.com (2001:db8:100::15) by B.example.com (2001:db8:208::10) with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.5769.16; Thu, 3 Nov 2022 04:56:16 +0000',
      ),
    ).toMatchObject({
      greeting: 'a.example.com',
      address: '2001:db8:100::15',
      by: 'b.example.com',
      id: '15.20.5769.16',
    })
  })

  test('of exim and qmail names what the sender called itself', () => {
    expect(parseReceived('from [192.0.2.9] (helo=pc.local) by mx.example with esmtp (Exim 4.9) id 1; x')).toMatchObject(
      {
        greeting: 'pc.local',
        address: '192.0.2.9',
      },
    )
    expect(parseReceived('from host.a.example (HELO a.example) (192.0.2.3) by 0 with SMTP; x')).toMatchObject({
      greeting: 'a.example',
      name: 'host.a.example',
      address: '192.0.2.3',
    })
  })
})

describe('Authentication-Results', () => {
  test('name the server and each method with its properties', () => {
    const { server, results } = parseAuthenticationResults(
      'mx.b.example 1; dkim=pass (2048-bit key) header.d=a.example header.b="WF=c"; spf=softfail reason="not listed; so" smtp.mailfrom=x@A.example',
      3,
    )
    expect(server).toBe('mx.b.example')
    expect(results.map(({ method, result, reason }) => [method, result, reason])).toEqual([
      ['dkim', 'pass', ''],
      ['spf', 'softfail', 'not listed; so'],
    ])
    expect(results[0]?.properties.get('header.d')).toBe('a.example')
    expect(results[1]?.properties.get('smtp.mailfrom')).toBe('x@a.example')
  })

  test('of Microsoft 365 name no server', () => {
    const { server, results } = parseAuthenticationResults(
      'spf=none (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=none (message not signed) header.d=none;dmarc=fail action=none header.from=b.example;compauth=fail reason=001',
      0,
    )
    expect(server).toBe('')
    expect(results.map(({ method, result }) => `${method} ${result}`)).toEqual([
      'spf none',
      'dkim none',
      'dmarc fail',
      'compauth fail',
    ])
    expect(results[3]?.reason).toBe('001')
  })

  test('without results say none', () => {
    expect(parseAuthenticationResults('mx.example; none', 0)).toMatchObject({ server: 'mx.example', results: [] })
  })

  test('of ARC name the instance first', () => {
    expect(parseAuthenticationResults('i=1; mx.example; arc=pass', 0, true)).toMatchObject({
      server: 'mx.example',
      results: [{ method: 'arc', result: 'pass' }],
    })
  })
})

test('dates are read in the forms that mail has', () => {
  for (const [text, expected] of [
    ['Thu, 3 Nov 2022 04:56:17 +0000', Date.UTC(2022, 10, 3, 4, 56, 17)],
    ['3 Nov 22 04:56 EST', Date.UTC(2022, 10, 3, 9, 56)],
    ['Thu Nov  3 04:56:17 2022', Date.UTC(2022, 10, 3, 4, 56, 17)],
    ['Thu Nov  3 04:56:17 2022 +0200', Date.UTC(2022, 10, 3, 2, 56, 17)],
    ['never', Number.NaN],
  ] as const) {
    expect([text, parseMailDate(text)]).toEqual([text, expected])
  }
})
