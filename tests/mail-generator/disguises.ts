/** Ways in which a name or a domain is made to look like another: what attackers do, each on its own. */
import type { Random } from '../recording/random.ts'

const homoglyphs: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  x: 'х',
  y: 'у',
  A: 'А',
  B: 'В',
  E: 'Е',
  H: 'Н',
  K: 'К',
  M: 'М',
  O: 'О',
  P: 'Р',
  S: 'Ѕ',
  T: 'Т',
  X: 'Х',
}
const accents: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'é',
  i: 'ì',
  o: 'ö',
  u: 'ü',
  n: 'ñ',
  c: 'ç',
  s: 'š',
  y: 'ý',
}
const invisible = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad']

/** Ways of disguising a name in text. */
export const nameDisguises = [
  'spacing',
  'homoglyph',
  'zero-width',
  'accent',
  'letter-pair',
  'right-to-left',
  'full-width',
  'mathematical',
] as const
export type NameDisguise = (typeof nameDisguises)[number]

const swapSome = (random: Random, text: string, table: Readonly<Record<string, string>>): string => {
  const places = [...text].flatMap((letter, index) => (table[letter] === undefined ? [] : [index]))
  const chosen = new Set(random.shuffle(places).slice(0, Math.max(1, Math.ceil(places.length / 2))))
  return [...text].map((letter, index) => (chosen.has(index) ? table[letter] : letter)).join('')
}

/** The name, disguised. `letter-pair` falls back on a homoglyph where the name has no such letter. */
export function disguiseName(random: Random, name: string, disguise: NameDisguise): string {
  switch (disguise) {
    case 'spacing':
      return random.chance(0.5)
        ? [...name.replaceAll(' ', '  ')].join(' ')
        : [...name].join('.').replaceAll('. .', '  ')
    case 'homoglyph':
      return swapSome(random, name, homoglyphs)
    case 'zero-width':
      return [...name].map((letter) => (random.chance(0.4) ? letter + random.pick(invisible) : letter)).join('\u200b')
    case 'accent':
      return swapSome(random, name, accents)
    case 'right-to-left':
      return `\u202e${[...name].reverse().join('')}\u202c`
    case 'full-width':
      return name.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
    case 'mathematical':
      return name
        .replace(/[A-Z]/g, (letter) => String.fromCodePoint(0x1d5d4 + letter.charCodeAt(0) - 65))
        .replace(/[a-z]/g, (letter) => String.fromCodePoint(0x1d5ee + letter.charCodeAt(0) - 97))
    case 'letter-pair': {
      const paired = name.replace('m', 'rn').replace('w', 'vv').replace('d', 'cl').replace('l', 'I')
      return paired === name ? swapSome(random, name, homoglyphs) : paired
    }
  }
}

/** Ways of making a domain look like another. */
export const domainDisguises = [
  'skeleton',
  'tld',
  'distance-1',
  'distance-2',
  'combination',
  'subdomain',
  'punycode',
] as const
export type DomainDisguise = (typeof domainDisguises)[number]

const letters = 'abcdefghijklmnopqrstuvwxyz'

function edit(random: Random, label: string): string {
  const at = random.integer(1, label.length - 2)
  switch (random.integer(0, 3)) {
    case 0:
      return label.slice(0, at) + label.slice(at + 1)
    case 1:
      return label.slice(0, at) + (label[at] as string) + label.slice(at)
    case 2:
      return label.slice(0, at) + (label[at + 1] as string) + (label[at] as string) + label.slice(at + 2)
    default:
      return label.slice(0, at) + random.pick([...letters].filter((each) => each !== label[at])) + label.slice(at + 1)
  }
}

function differing(random: Random, label: string, change: (random: Random, label: string) => string): string {
  for (let tries = 0; tries < 50; tries++) {
    const changed = change(random, label)
    if (changed !== label) return changed
  }
  return `${label}s`
}

/** A domain that looks like `domain`, in ASCII. */
export function disguiseDomain(random: Random, domain: string, disguise: DomainDisguise): string {
  const dot = domain.indexOf('.')
  const label = domain.slice(0, dot)
  const tld = domain.slice(dot)
  switch (disguise) {
    case 'skeleton': {
      const pairs = [
        ['m', 'rn'],
        ['w', 'vv'],
        ['d', 'cl'],
        ['l', '1'],
        ['o', '0'],
        ['i', 'l'],
        ['s', '5'],
        ['g', 'q'],
      ].filter(([letter]) => label.includes(letter as string))
      const [letter, pair] = random.pick(pairs.slice(0, 4)) as [string, string]
      return label.replace(letter, pair) + tld
    }
    case 'tld':
      return (
        label +
        random.pick(
          ['.net', '.org', '.co', '.us', '.info', '.support', '.com.co', '.vote'].filter((end) => end !== tld),
        )
      )
    case 'distance-1':
      return differing(random, label, edit) + tld
    case 'distance-2':
      // The second change must not undo the first: the domain would be the vendor's own.
      return differing(random, label, (draws, text) => edit(draws, differing(draws, text, edit))) + tld
    case 'combination':
      return random.chance(0.5)
        ? `${label}-${random.pick(['support', 'helpdesk', 'update', 'secure', 'portal', 'billing'])}${tld}`
        : `${random.pick(['my', 'mail', 'support', 'secure'])}-${label}${random.pick(['.com', '.net'])}`
    case 'subdomain':
      return `${label}${tld}.${random.letters(7)}${random.pick(['.com', '.net', '.xyz'])}`
    case 'punycode':
      return new URL(`http://${swapSome(random, label, homoglyphs)}${tld}`).hostname
  }
}
