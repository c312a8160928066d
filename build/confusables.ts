/** Makes data/confusables/confusables.json from Unicode's confusables.txt (UTS #39), given as it is published or as a JSON
 *  object of source and target. Kept are only characters outside ASCII that pass for ASCII letters or digits, because
 *  that is all the mail watch asks; what compatibility normalization (NFKC) already undoes is left out. */
import { readFileSync, writeFileSync } from 'node:fs'

const [input = '', version = ''] = process.argv.slice(2)
if (input === '' || version === '') {
  console.error('Give the file and its Unicode version: node build/confusables.ts confusables.txt 16.0.0')
  process.exit(2)
}

const text = readFileSync(input, 'utf8')
const pairs = text.trimStart().startsWith('{') ? Object.entries(JSON.parse(text) as Record<string, string>) : rows(text)

function rows(table: string): [string, string][] {
  const characters = (codes: string): string =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => String.fromCodePoint(Number.parseInt(code, 16)))
      .join('')
  return table
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.split('#')[0]?.split(';') ?? [])
    .flatMap(([from, to]): [string, string][] => (from && to ? [[characters(from), characters(to)]] : []))
}

const isPlain = (value: string): boolean => /^[A-Za-z0-9]{1,3}$/.test(value)
const map = new Map<string, string>()
for (const [from, to] of pairs) {
  const target = to.normalize('NFKD').replace(/\p{M}/gu, '')
  if ([...from].length === 1 && from > '\x7f' && isPlain(target)) map.set(from, target.toLowerCase())
}
// A small letter whose capital passes for a Latin capital passes for its small letter too (Cyrillic en, ka, te).
for (const [from, to] of [...map]) {
  const small = from.toLowerCase()
  if (small !== from && [...small].length === 1 && small > '\x7f' && !map.has(small)) map.set(small, to)
}
for (const from of [...map.keys()]) if (isPlain(from.normalize('NFKC'))) map.delete(from)

const byTarget = new Map<string, string>()
for (const [from, to] of [...map].sort(([a], [b]) => (a < b ? -1 : 1)))
  byTarget.set(to, (byTarget.get(to) ?? '') + from)
const document = {
  source: `Derived from confusables.txt of Unicode ${version} (UTS #39), unicode.org/Public/security.`,
  licence: 'Unicode License v3, unicode.org/license.txt. Copyright 1991-present Unicode, Inc.',
  byTarget: Object.fromEntries([...byTarget].sort(([a], [b]) => (a < b ? -1 : 1))),
}
writeFileSync(
  new URL('../data/confusables/confusables.json', import.meta.url),
  `${JSON.stringify(document, null, 2)}\n`,
)
console.log(`${map.size} characters`)
