import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeRequest } from './judge.ts'
import { encoders, payload, seeded } from './payloads.fixture.ts'
import { mayCarrySql, mayCarrySqlAgent } from './prefilter.ts'
import { everyday } from './prose.fixture.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const field = (text: string): boolean => mayCarrySql(bytes(text), 0, text.length)
const agent = (text: string): boolean => mayCarrySqlAgent(bytes(text), 0, text.length)

/** Writes a value as nginx logs it. */
const logged = (text: string): string =>
  text.replace(/[\x00-\x1f"\\\x7f-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

const none = { target: '/', cookie: '', referer: '', agent: '' }
type Part = keyof typeof none

/** Every place a value can stand in: what the request's field then is. */
const places: [string, Part, (value: string) => string][] = [
  ['a query', 'target', (value) => `/status?dl=${value}&x=1`],
  ['a path', 'target', (value) => `/status/${value}/x`],
  ['a cookie', 'cookie', (value) => `lang=en; id=${value}`],
  ['a referer', 'referer', (value) => `https://vote.example.gov/status?dl=${value}`],
  ['a user agent', 'agent', (value) => value],
]

/** Places where the value is judged an injection, but the prefilter would not have let the judge see it. */
function heldBack(value: string): string[] {
  const found: string[] = []
  for (const [place, part, write] of places) {
    const text = write(value)
    if (!judgeRequest({ ...none, [part]: text }).some(({ confidence }) => confidence >= 0.5)) continue
    for (const raw of [text, logged(text)]) {
      const query = raw.indexOf('?') + 1
      const whole = part === 'agent' ? agent(raw) : field(raw)
      const apart = part !== 'target' || field(raw.slice(0, query)) || field(raw.slice(query))
      if (!whole) found.push(place)
      else if (!apart) found.push(`${place}, path and query apart`)
    }
  }
  return found
}

describe('an injection always passes the prefilter', () => {
  test.each(Object.keys(encoders))('in the encoding: %s', (name) => {
    const random = seeded(7)
    const encode = encoders[name] as (text: string) => string
    for (let i = 0; i < 500; i++) {
      const value = encode(payload(random))
      expect([value, heldBack(value)]).toEqual([value, []])
    }
  })

  test('in two encodings at once', () => {
    const random = seeded(8)
    const names = Object.keys(encoders)
    for (const first of names)
      for (const second of names) {
        const value = (encoders[second] as (text: string) => string)(payload(random))
        const twice = /[^\x00-\xff]/.test(value) ? value : (encoders[first] as (text: string) => string)(value)
        if (!/[^\x00-\xff]/.test(twice)) expect([twice, heldBack(twice)]).toEqual([twice, []])
      }
  })

  test('whatever text of SQL words and marks it is', () => {
    const piece = fc.constantFrom(
      ...`' " \` ( ) , ; . -- # /* */ = <> < > ! || && | & + - * % @@x @x :: := 1 0x1f .1 1e0 'a' "b" \\ { } null \\N`.split(
        ' ',
      ),
      ...`or and xor not union select from where having order by group limit like in is between into outfile case when
        then else end sleep(5) version() user() drop table insert update set delete exec waitfor delay declare n_x users
        pg_catalog information_schema.tables std::int true`.split(/\s+/),
    )
    const space = fc.constantFrom(' ', ' ', ' ', '', '+', '%20', '%09', '/**/', '%0a', '%A0')
    const text = fc.array(fc.tuple(piece, space), { minLength: 1, maxLength: 9 }).map((pairs) => pairs.flat().join(''))
    fc.assert(
      fc.property(text, (value) => {
        expect(heldBack(value)).toEqual([])
      }),
      { numRuns: 20_000, seed: 42 },
    )
  }, 60_000)
})

describe('ordinary requests stay out', () => {
  test.each([
    '/',
    '/status?dl=T89115714794',
    '/search?q=St.+Mary%27s',
    '/search?q=O%27Brien&page=2',
    '/search?q=O%E2%80%99Brien',
    '/static/site.css',
    '/static/app-3f2b1c.min.js?v=1.2.3',
    '/polling-place?zip=60601&street=123+Main+St+Apt+%235',
    '/register?step=2&name=Jos%C3%A9&city=Peoria',
    '/?utm_source=sms&utm_medium=email&utm_campaign=don%27t-wait',
    'https://www.google.com/search?q=where+do+i+vote',
    '_ga=GA1.2.1234567890.1750000000; _gid=GA1.2.987654321.1750000000; lang=es; sid=4f3a2b1c9d8e',
  ])('%s', (text) => {
    expect(field(text)).toBe(false)
  })

  test.each([
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    'curl/8.5.0',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  ])('%s', (text) => {
    expect(agent(text)).toBe(false)
  })

  test.each([
    ['search words', 0.35],
    ['addresses', 0.25],
    ['names', 0.1],
    ['Spanish text', 0.1],
  ])('of everyday %s at most a share of %d passes', (name, share) => {
    const random = seeded(3)
    const write = everyday[name] as (random: () => number) => string
    const values = Array.from({ length: 2_000 }, () => encodeURIComponent(write(random)).replaceAll('%20', '+'))
    const passed = values.filter((value) => field(`/search?q=${value}`)).length
    expect(passed / values.length).toBeLessThanOrEqual(share)
  })
})
