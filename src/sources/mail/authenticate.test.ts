import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth'
import { describe, expect, test } from 'vitest'
import { authenticateMail } from './authenticate.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const zone: Readonly<Record<string, readonly string[]>> = {
  'TXT s1._domainkey.vendor.example': [`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`],
  'TXT vendor.example': ['v=spf1 ip4:203.0.113.9 -all'],
  'TXT _dmarc.vendor.example': ['v=DMARC1; p=reject'],
}
/** A name server that knows the zone above and nothing else. */
function resolve(name: string, type: string): Promise<string[][]> {
  const found = zone[`${type} ${name}`]
  if (found === undefined) return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  return Promise.resolve(found.map((text) => [text]))
}

const body = [
  'From: Vendor <support@vendor.example>',
  'To: clerk@county.example',
  'Subject: Hello',
  'Date: Tue, 1 Sep 2026 14:00:00 +0000',
  'Message-ID: <1@vendor.example>',
  '',
  'Hello.',
  '',
].join('\r\n')
const delivery = {
  address: '198.51.100.7',
  greeting: 'out.example',
  envelopeFrom: 'support@vendor.example',
  headerFrom: 'support@vendor.example',
}

async function signed(): Promise<string> {
  const key = { signingDomain: 'vendor.example', selector: 's1', privateKey }
  const options = { canonicalization: 'relaxed/relaxed', algorithm: 'rsa-sha256', ...key, signatureData: [key] }
  const { signatures } = await dkimSign(body, options)
  return `${signatures}${body}`
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('who answers for a mail', () => {
  test('is its domain where its signature holds', async () => {
    const found = await authenticateMail(bytes(await signed()), delivery, resolve)
    expect(found).toMatchObject({ outcome: 'pass', passedDomains: ['vendor.example'] })
  })

  test('is its domain where SPF names the machine', async () => {
    const found = await authenticateMail(bytes(body), { ...delivery, address: '203.0.113.9' }, resolve)
    expect(found.outcome).toBe('pass')
  })

  test('is nobody where the mail was changed after it was signed', async () => {
    const changed = (await signed()).replace('Hello.', 'Goodbye.')
    const found = await authenticateMail(bytes(changed), delivery, resolve)
    expect(found.outcome).toBe('fail')
    expect(found.proof).toContain('dmarc=fail')
  })

  test('is unknown where no name server answers', async () => {
    const silent = (): Promise<string[][]> => Promise.reject(Object.assign(new Error('timeout'), { code: 'ETIMEOUT' }))
    const found = await authenticateMail(bytes(await signed()), delivery, silent)
    expect(found.outcome).toBe('unknown')
  })
})
