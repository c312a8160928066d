/** Makes SQL-injection payloads of this project's own, and the encodings that attackers' tools put over them, from a
 *  seed. For tests only. */

/** A small generator of numbers in [0, 1) (numerical recipes' linear congruence). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

export const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

const breaks = ["'", "')", "'))", '"', '")', '', ')', '))', "%'", "%')", '`']
const tails: Record<string, readonly string[]> = {
  "'": ['-- x', '#', " AND 'a'='a", '/*'],
  '"': ['-- x', '#', '/*'],
  '': ['-- x', '', ' ', '#'],
}
const queries = [
  'SELECT version()',
  'SELECT table_name FROM information_schema.tables LIMIT 1',
  'SELECT last_name FROM public.voters ORDER BY id OFFSET 7 LIMIT 1',
  'SELECT count(*) FROM pg_class',
]

/** One payload, not encoded. */
export function payload(random: () => number): string {
  const number = String(Math.floor(random() * 9000) + 1000)
  const query = pick(random, queries)
  const body = pick(random, [
    ` AND ${number}=${number}`,
    ` OR ${number}=${number}`,
    ` OR NOT ${number}=${number}`,
    ` AND ASCII(SUBSTRING((${query}),3,1))>64`,
    ` AND (SELECT ${number} FROM (SELECT(SLEEP(5)))a)`,
    ` AND ${number}=(SELECT ${number} FROM PG_SLEEP(5))`,
    ` UNION ALL SELECT NULL,NULL,CHR(113)||(${query}),NULL`,
    ` UNION SELECT 1,2,${number},email FROM voters`,
    ` AND ${number}=CAST((${query}) AS NUMERIC)`,
    ` AND EXTRACTVALUE(${number},CONCAT(0x5c,(${query})))`,
    ' AND UPDATEXML(1,CONCAT(0x7e,user()),1)',
    ';SELECT PG_SLEEP(5)',
    `;WAITFOR DELAY '0:0:5'`,
    ';DROP TABLE voters',
    ';INSERT INTO voters VALUES (1,2)',
    ` ORDER BY ${Math.floor(random() * 30) + 1}`,
    ' GROUP BY CONCAT(version(),FLOOR(RAND(0)*2)) HAVING MIN(0)',
    ' PROCEDURE ANALYSE(EXTRACTVALUE(1,CONCAT(0x5c,version())),1)',
    ` AND ${number} IN (SELECT (CASE WHEN (1=1) THEN 1 ELSE 0 END))`,
    `||(SELECT UTL_INADDR.GET_HOST_ADDRESS('x') FROM DUAL)`,
    ` INTO OUTFILE '/tmp/x'`,
    ' AND ROW(1,2)>(SELECT COUNT(*),CONCAT(0x71,version()) FROM information_schema.tables GROUP BY 2)',
    ` AND ${number} BETWEEN 1 AND 9999`,
    ` RLIKE (SELECT (CASE WHEN (${number}=${number}) THEN 1 ELSE 0x28 END))`,
  ])
  const close = pick(random, breaks)
  const quote = close.includes("'") ? "'" : close.includes('"') ? '"' : ''
  const joins = /^ (?:AND|OR) |^\|\|/.test(body)
  const tail = pick(
    random,
    (tails[quote] as readonly string[]).filter((end) => joins || !end.includes('AND')),
  )
  return `${pick(random, ['1', 'N12345678', '60601', '-4512', 'drop'])}${close}${body}${tail}`
}

const percent = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27')
const each = (text: string, encode: (code: number) => string): string =>
  [...text].map((letter) => encode(letter.charCodeAt(0))).join('')
const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0')
const spaces = (text: string, space: string): string => text.replaceAll(' ', space)

/** Encodings, by the name of the idea; each keeps the meaning for some server, framework or database. */
export const encoders: Record<string, (text: string) => string> = {
  plain: (text) => text,
  percent,
  'percent, with plus for space': (text) => percent(text).replaceAll('%20', '+'),
  'every character percent-encoded': (text) => each(text, (code) => `%${hex(code, 2)}`),
  'percent twice': (text) => percent(percent(text)),
  'percent three times': (text) => percent(percent(percent(text))),
  'lower-case hex': (text) => percent(text).replace(/%../g, (code) => code.toLowerCase()),
  '%u': (text) => each(text, (code) => `%u${hex(code, 4)}`),
  '\\u': (text) => percent(each(text, (code) => `\\u${hex(code, 4)}`)),
  'decimal entities': (text) => percent(each(text, (code) => `&#${code};`)),
  'hexadecimal entities': (text) => percent(each(text, (code) => `&#x${hex(code, 2)};`)),
  'named entities': (text) => percent(text.replaceAll("'", '&apos;').replaceAll('"', '&quot;').replaceAll('>', '&gt;')),
  'overlong UTF-8': (text) => each(text, (code) => `%${hex(0xc0 | (code >> 6), 2)}%${hex(0x80 | (code & 0x3f), 2)}`),
  'full-width quotes': (text) => percent(text.replaceAll("'", '\uff07')),
  'typographic quotes': (text) => percent(text.replaceAll("'", '\u2019')),
  'null byte before quotes': (text) => percent(text.replaceAll("'", "\0'")),
  'null byte at the end': (text) => `${percent(text)}%00`,
  'half a wide character before the quote': (text) => percent(text).replace(/%27|%22/, (quote) => `%bf${quote}`),
  base64: (text) => percent(btoa(text)),
  'percent signs between': (text) => each(text, (code) => (code === 32 ? '%20' : `%${String.fromCharCode(code)}`)),
  'comments for spaces': (text) => percent(spaces(text, '/**/')),
  'filled comments for spaces': (text) => percent(spaces(text, '/*x_y*/')),
  'tabs for spaces': (text) => spaces(percent(spaces(text, '\t')), '%09'),
  'vertical tabs for spaces': (text) => percent(spaces(text, '\v')),
  'no-break spaces': (text) => spaces(text, '%A0'),
  'line comments for spaces': (text) => percent(spaces(text, '--nVaPq\n')),
  'hash comments for spaces': (text) => percent(spaces(text, '#nVaPq\n')),
  'many spaces': (text) => percent(spaces(text, '    ')),
  'random case': (text) => percent([...text].map((c, i) => (i % 3 === 1 ? c.toLowerCase() : c)).join('')),
  'lower case': (text) => percent(text.toLowerCase()),
  'version comments': (text) => percent(text.replace(/\b(UNION|SELECT|AND|OR)\b/g, '/*!50000$1*/')),
  'symbols for logic': (text) => percent(text.replaceAll(' AND ', ' && ').replaceAll(' OR ', ' || ')),
  'LIKE for equals': (text) => percent(text.replaceAll('=', ' LIKE ')),
  'scientific notation': (text) => percent(text.replace(/[),]/g, ' 1.e$&')),
}
