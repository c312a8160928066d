import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../core/limits.ts'
import { blockOf, noonMs } from '../block.fixture.ts'
import type { Block } from '../block.ts'
import { ApacheTarget } from './apache.ts'
import { AwsWafExport } from './aws-waf.ts'
import { CloudflareExport } from './cloudflare.ts'
import { FeedExport } from './feed.ts'
import { NftablesTarget } from './nftables.ts'
import { NginxTarget } from './nginx.ts'

const nginx = new NginxTarget({ name: 'nginx', filePath: '/x' })
const apache = new ApacheTarget({ name: 'apache', filePath: '/x' })
const nft = new NftablesTarget({ name: 'nft', hooks: ['input', 'forward'] })
const blocks = ['203.0.113.9', '198.51.100.0/24', '2001:db8:1:2::3', '2001:db8:1:3::/64'].map((each) => blockOf(each))
const text = (file: { readonly text: string } | undefined): string => file?.text ?? ''

describe('what targets are given', () => {
  test('is for nginx the entries of a map', () => {
    expect(nginx.render(blocks, noonMs).split('\n').slice(1)).toEqual([
      '# 4 networks are kept out.',
      '255.255.255.255 0;',
      '198.51.100.0/24 1;',
      '203.0.113.9 1;',
      '2001:db8:1:2::3 1;',
      '2001:db8:1:3::/64 1;',
      '',
    ])
  })

  test('is for firewalls one network a line', () => {
    const plain = '198.51.100.0/24\n203.0.113.9\n2001:db8:1:2::3\n2001:db8:1:3::/64\n'
    expect(text(new FeedExport().files(blocks, noonMs)[0])).toBe(plain)
    expect(text(new FeedExport('commented').files(blocks, noonMs)[0])).toMatch(/^# .*\n# 4 networks\.\n198\.51/)
    expect(text(new FeedExport().files([], noonMs)[0])).toBe('')
  })

  test('is for AWS WAF one file a version, each address as a range', () => {
    const options = { scope: 'CLOUDFRONT', version4: { name: 'blocked', id: 'a1' } } as const
    const [four, six] = new AwsWafExport(options).files(blocks, noonMs)
    expect(JSON.parse(text(four))).toEqual({
      Name: 'blocked',
      Id: 'a1',
      Scope: 'CLOUDFRONT',
      Description: 'Written by Bellwether',
      Addresses: ['198.51.100.0/24', '203.0.113.9/32'],
    })
    expect(JSON.parse(text(six)).Addresses).toEqual(['2001:db8:1:2::3/128', '2001:db8:1:3::/64'])
    expect(limits.blocksInForceMax).toBeLessThanOrEqual(10_000)
  })

  test('is for Cloudflare a list of items, an IPv6 address as its /64 unless that holds what is never blocked', () => {
    const cloudflare = new CloudflareExport()
    const [file] = cloudflare.files(blocks, noonMs)
    expect(JSON.parse(text(file))).toEqual(
      ['198.51.100.0/24', '203.0.113.9', '2001:db8:1:2::/64', '2001:db8:1:3::/64'].map((ip) => ({
        ip,
        comment: 'until 2026-07-02T12:00Z',
      })),
    )
    expect(file?.notes).toHaveLength(1)
    const [careful] = cloudflare.files(blocks, noonMs, [{ network: '2001:db8:1:2::99', reason: 'a monitor' }])
    expect(text(careful)).not.toContain('2001:db8:1:2::')
    expect(careful?.notes[0]).toContain('never-block list')
  })
})

describe('nothing in a block', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '"; }\nserver { listen 80; }',
      "'\n</If>",
      '} accept\n',
      '1;\ninclude /etc/passwd;',
      '# ',
      '\u2028',
    ),
  )
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('203.0.113.9', '2001:db8::/64'))
  const network = fc.oneof(
    address,
    nasty,
    fc.tuple(address, nasty).map(([a, b]) => a + b),
    fc.tuple(nasty, address).map(([a, b]) => a + b),
    fc.tuple(address, fc.integer({ min: 0, max: 140 })).map(([a, bits]) => `${a}/${bits}`),
  )
  const block: fc.Arbitrary<Block> = fc
    .tuple(network, nasty, nasty, fc.oneof(fc.double(), fc.constant(noonMs + 60_000)))
    .map(([each, reason, name, expiresAtMs]) =>
      blockOf(each, { reason, decided: { by: 'person', name }, expiresAtMs, liftedBy: name }),
    )
  const addressLine = String.raw`[0-9a-f:.]+(?:/\d{1,3})?`

  /** Every rendering of any list has only lines of these forms. */
  function check(render: (blocks: readonly Block[]) => string, ...forms: RegExp[]): void {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 8 }), (list) =>
        render(list)
          .split('\n')
          .every((line) => line === '' || forms.some((form) => form.test(line))),
      ),
      { numRuns: 400 },
    )
  }

  test('breaks out of nginx’s file', () => {
    const entry = new RegExp(`^${addressLine} 1;$`)
    check((list) => nginx.render(list, noonMs), /^# [\w ,.:]+$/, /^255\.255\.255\.255 0;$/, entry)
  })

  test('breaks out of Apache’s file', () => {
    const entry = new RegExp(`^ {8}Require not ip ${addressLine}$`)
    const frame = /^(?:<If "true">|<\/If>| {4}AuthMerging And| {4}<\/?RequireAll>| {8}Require all granted)$/
    check((list) => apache.render(list, noonMs), /^# [\w ,.:]+$/, frame, entry)
  })

  test('breaks out of the firewall’s script', () => {
    const element = new RegExp(`^ +(?:elements = \\{ )?${addressLine} timeout \\d+s(?:,| \\})$`)
    const frame =
      /^ *(?:(?:add|delete) table inet bellwether|table inet bellwether \{|set blocked[46] \{|type ipv[46]_addr|flags interval, timeout|chain \w+ \{|type filter hook \w+ priority filter - 10; policy accept;|ip6? saddr @blocked[46] counter drop|\})$/
    check((list) => nft.render(list, noonMs), /^# [\w ,.:]+$/, frame, element)
  })

  test('breaks out of the feed', () => {
    check((list) => text(new FeedExport().files(list, noonMs)[0]), new RegExp(`^${addressLine}$`))
  })

  test('breaks the files for clouds, or puts a person’s words into them', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 8 }), (list) => {
        const aws = new AwsWafExport()
          .files(list, noonMs)
          .flatMap((file) => JSON.parse(file.text).Addresses as string[])
        const items = JSON.parse(text(new CloudflareExport().files(list, noonMs)[0])) as {
          ip: string
          comment: string
        }[]
        return (
          aws.every((each) => /^[0-9a-f:.]+\/\d{1,3}$/.test(each)) &&
          items.every(({ ip, comment }) => /^[0-9a-f:.]+(?:\/\d{1,3})?$/.test(ip) && /^until [\d:TZ-]+$/.test(comment))
        )
      }),
      { numRuns: 400 },
    )
  })
})
