/** Makes hostile input out of good input: flips, cuts, repeats, splices and the delimiters, quotes and escapes on which
 *  readers of logs and of SQL stumble. Input number n of a seed is always the same. */
import { Buffer } from 'node:buffer'
import { mixSeed, type Random, seededRandom } from './random.ts'

const words = [
  ...[
    '\n',
    '\r\n',
    '\r',
    '\0',
    '\t',
    ' ',
    '  ',
    '"',
    '""',
    "'",
    "''",
    '`',
    '\\',
    '\\\\',
    '\\"',
    "\\'",
    '\\x22',
    '\\x',
    '\\u0000',
  ],
  ...[
    '\\uD800',
    '\\n',
    ',',
    ';',
    ':',
    '|',
    '=',
    '&',
    '?',
    '#',
    '%',
    '%00',
    '%2527',
    '%u0027',
    '%c0%a7',
    '%',
    '+',
    '-',
    '- -',
    '[',
    ']',
  ],
  ...[
    '{',
    '}',
    '(',
    ')',
    '<',
    '>',
    '&#39;',
    '&quot;',
    '/*',
    '*/',
    '/*!50000',
    '--',
    '--\n',
    '-- -',
    '#\n',
    '//',
    '$$',
    '$a$',
    "E'",
    "N'",
  ],
  ...[
    "q'[",
    'U&"',
    '0x',
    '0b1',
    '1e309',
    '-1',
    '0',
    '2147483648',
    '-9223372036854775809',
    '99999999999999999999',
    'NaN',
    'null',
    'true',
  ],
  ...[
    'union',
    'select',
    'or 1=1',
    'sleep(5)',
    'AUDIT: SESSION,1,1,READ,SELECT,,,',
    '#Fields: date time',
    '#Fields:',
    'GET / HTTP/1.1',
  ],
  ...[
    '[10/Oct/2000:13:55:36 -0700]',
    '[99/Foo/0000:99:99:99 +9999]',
    '2016-06-23T00:00:00.000Z',
    '9999-99-99 99:99:99',
    '127.0.0.1',
  ],
  ...['::1', '::ffff:1.2.3.4', '256.1.1.1', '2001:db8:::', 'é', '\u{1F5F3}', '\ufeff', '\u2028', '\u0000', '\u202e'],
].map((word) => new Uint8Array(Buffer.from(word)))

const rawWords = [
  [0xff, 0xfe],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0x1f, 0x8b, 0x08],
]

/** Words that mean something to a reader of logs, SQL or JSON, and bytes that are not UTF-8. */
export const dictionary: readonly Uint8Array[] = [...words, ...rawWords.map((bytes) => Uint8Array.from(bytes))]

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** A range of the input, at least one byte long unless the input is empty. */
function someRange(bytes: Uint8Array, random: Random): [start: number, end: number] {
  const start = random.below(bytes.length)
  return [start, Math.min(bytes.length, start + 1 + random.below(1 << random.below(10)))]
}

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[], bytesMax: number) => Uint8Array

const insertAt = (bytes: Uint8Array, at: number, word: Uint8Array): Uint8Array =>
  join(bytes.subarray(0, at), word, bytes.subarray(at))

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const changed = bytes.slice()
    const at = random.below(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
    return changed
  },
  function setByte(bytes, random) {
    const changed = bytes.slice()
    changed[random.below(changed.length)] = random.below(256)
    return changed
  },
  function insertWord(bytes, random) {
    return insertAt(bytes, random.below(bytes.length + 1), random.pick(dictionary))
  },
  function overwriteWithWord(bytes, random) {
    const [start, end] = someRange(bytes, random)
    return join(bytes.subarray(0, start), random.pick(dictionary), bytes.subarray(end))
  },
  function cutRange(bytes, random) {
    const [start, end] = someRange(bytes, random)
    return join(bytes.subarray(0, start), bytes.subarray(end))
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1))
  },
  function copyRange(bytes, random) {
    const [start, end] = someRange(bytes, random)
    return insertAt(bytes, random.below(bytes.length + 1), bytes.slice(start, end))
  },
  function repeatRange(bytes, random, _others, bytesMax) {
    const [start, end] = someRange(bytes, random)
    const piece = bytes.length === 0 || random.below(2) === 0 ? random.pick(dictionary) : bytes.subarray(start, end)
    const times = Math.max(1, Math.floor(random.below(bytesMax) / piece.length))
    const repeated = new Uint8Array(piece.length * times)
    for (let index = 0; index < times; index++) repeated.set(piece, index * piece.length)
    return insertAt(bytes, start, repeated)
  },
  function splice(bytes, random, others) {
    const other = random.pick(others)
    return join(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)))
  },
  function appendLine(bytes, random, others) {
    return join(bytes, Uint8Array.of(10), random.pick(others))
  },
  function growNumber(bytes, random) {
    const at = bytes.findIndex((byte, index) => index >= random.below(bytes.length + 1) && byte >= 48 && byte <= 57)
    return at < 0 ? bytes : insertAt(bytes, at, new Uint8Array(1 + random.below(400)).fill(48 + random.below(10)))
  },
]

/** Most inputs are short; one in 40 has up to 64 KiB more, one in 1,500 up to 5 MiB, past the bounds of core/limits. */
function growthMax(random: Random): number {
  if (random.below(1_500) === 0) return 5 * 1024 * 1024
  return random.below(40) === 0 ? 64 * 1024 : 2 * 1024
}

/** Input number `index` of a seed: one of the pool, or a pool item changed one to eight times. */
export function makeInput(seed: number, index: number, pool: readonly Uint8Array[]): Uint8Array {
  const random = seededRandom(mixSeed(seed, index))
  let bytes = pool[index < pool.length ? index : random.below(pool.length)] as Uint8Array
  if (index < pool.length) return bytes.slice()
  const bytesMax = growthMax(random)
  for (let round = 1 + random.below(8); round > 0; round--)
    bytes = random.pick(mutations)(bytes, random, pool, bytesMax)
  return bytes.slice(0, 8 * 1024 * 1024)
}
