/** Makes everyday text of this project's own from a seed: what people type into an election office's forms, in English
 *  and Spanish, with as many of SQL's words and marks as such text has, and more. For tests only. */
import { pick } from './payloads.fixture.ts'

const list = (text: string): string[] => text.trim().split(/\s+/)

const sqlWords = list(`union select order by group where and or not like in is between drop table delete update insert
  into values from having case when then else end set on as join left right limit top count user date time sleep year
  first last length null true all any some exists if while do use show call begin grant load open close sum round mid
  version view index with for to at match against current row key procedure replace`)
const plainWords =
  list(`the my your a voter ballot office county city street park school church vote mail form list name
  early absentee registration deadline hours polling place party senior military overseas address change moved new old
  what how i find need help please two three number birth card license driver spouse water river oak main lake kids
  families veterans workers board committee club music good best near closed today weekend`)
const names = list(`O'Brien D'Angelo O'Connor Smith García Núñez de-la-Cruz O'Neil-Ortiz N'Diaye St.James Peña Müller
  L'Enfant Xi'an Hawai'i Ka'ahumanu Union Order Case Null Drake Anders Orr Andrews Inman Selectman`)
const numbers = list(
  '7 42 1950 1/2 3.5 2nd 1st 5th 70s 97301 555-1234 12/31/2026 10:30 #5 #12B 5ft 1,000 50% 100% 2x4 $20',
)
const streets = list('St Street Ave Rd Blvd Way Lane Ct Hwy Pkwy')
const spanishWords =
  list(`calle avenida plaza de la del los santa maría josé núm piso izq portal escalera y o no como donde
  votar registro boleta elecciones más información niño año`)
const places = [
  'Salem OR 97301',
  'Portland, OR 97201-1234',
  'Fort Wayne IN 46802',
  'OR 97301',
  'Union City',
  "Coeur d'Alene ID",
]

const alphabets = [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  '0123456789abcdef',
  '0123456789ABCDEF-',
]

type Random = () => number

function token(random: Random): string {
  const alphabet = pick(random, alphabets)
  let out = ''
  for (let length = 4 + Math.floor(random() * 60); length > 0; length--) out += pick(random, [...alphabet])
  return out + pick(random, ['', '=', '=='])
}

/** A search or a note; `dense` of its words, as a share, are also SQL's. */
export function sentence(random: Random, dense: number): string {
  const out: string[] = []
  for (let words = 1 + Math.floor(random() * 8); words > 0; words--) {
    const kind = random()
    let word =
      kind < dense
        ? pick(random, sqlWords)
        : kind < 0.8
          ? pick(random, plainWords)
          : kind < 0.92
            ? pick(random, names)
            : pick(random, numbers)
    if (random() < 0.06) word += pick(random, ["'s", "'s", "s'", "n't"])
    if (random() < 0.03) word = `"${word}"`
    if (random() < 0.03) word = `(${word})`
    if (random() < 0.08) word += pick(random, [',', ',', ':', '!', '?', '...', ';'])
    out.push(word)
    if (random() < 0.06) out.push(pick(random, ['&', '-', '--', '+', '/', 'and', 'or']))
  }
  return out.join(' ')
}

/** Everyday text by kind. */
export const everyday: Record<string, (random: Random) => string> = {
  'search words': (random) => sentence(random, 0.2),
  titles: (random) => sentence(random, 0.2).replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  addresses: (random) =>
    `${Math.floor(random() * 9999)} ${pick(random, ['N', 'S', 'Old', ''])} ${pick(random, [...names, ...plainWords, ...sqlWords])} ${pick(random, streets)}${pick(random, ['', ','])} ${pick(random, ['Apt 5', 'Unit #4', '# 12', 'Lot A-3', ''])} ${pick(random, places)}`,
  'Spanish text': (random) =>
    Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
      pick(random, random() < 0.7 ? spanishWords : random() < 0.6 ? names : numbers),
    ).join(pick(random, [' ', ' ', ', '])),
  names: (random) =>
    `${pick(random, names)}${pick(random, [' ', '-', ' y ', ' & ', ', '])}${pick(random, names)}${pick(random, ['', ' Jr.', ' III', "'s"])}`,
  tokens: token,
  'analytics cookies': (random) => `GA1.2.${Math.floor(random() * 1e9)}.${Math.floor(random() * 1e9)}|${token(random)}`,
  JSON: (random) =>
    `{${Array.from({ length: 1 + Math.floor(random() * 4) }, () => `"${pick(random, [...plainWords, ...sqlWords])}":${pick(random, [`"${sentence(random, 0.1).replaceAll('"', '')}"`, '17', 'true', 'null', '[1,2]', '{}'])}`).join(', ')}}`,
  addresses_on_the_web: (random) =>
    `https://vote.example.gov/${pick(random, plainWords)}?${pick(random, sqlWords)}=${pick(random, numbers)}&utm_source=${pick(random, plainWords)}&redirect=%2F${pick(random, sqlWords)}`,
  arithmetic: (random) =>
    `${pick(random, numbers)}${pick(random, [' ', '', ' x ', '-', '/', ' & ', ' or ', ' and ', ' to '])}${pick(random, numbers)}${pick(random, ['', ' ', ','])}${pick(random, ['', ...plainWords])}`,
  'user agents': (random) =>
    `Mozilla/5.0 (${pick(random, ['Windows NT 10.0; Win64; x64', 'iPhone; CPU iPhone OS 17_4 like Mac OS X', `Linux; U; Android 4.4; en-US; SM-${token(random).slice(0, 5)}`, `compatible; ${pick(random, plainWords)}bot/1.0; +http://x.org/${pick(random, sqlWords)}`])}) ${pick(random, ['AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1.2.3', 'Gecko/20100101 Firefox/47.0'])} [${pick(random, ['FBAN/FBIOS;FBAV/1.0;FBDV/iPhone11,2', 'de', 'wv'])}]`,
}
