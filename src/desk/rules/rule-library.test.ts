import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { eventOf } from '../../sigma/event.ts'
import { RuleLibrary } from './rule-library.ts'

const folder = mkdtempSync(join(tmpdir(), 'bellwether-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rule = (title: string, selection = 'a: x', more = ''): string =>
  `title: ${title}\n${more}logsource:\n  category: test\ndetection:\n  selection:\n    ${selection}\n  condition: selection\n`

let made = 0
/** Writes files into a new folder. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const path = join(folder, `f${++made}`)
  mkdirSync(path)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

function zipOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const path = join(folder, `z${++made}.zip`)
  const members = Object.entries(files).map(([name, text]) => [name, typeof text === 'string' ? strToU8(text) : text])
  writeFileSync(path, zipSync(Object.fromEntries(members), { level: 1 }))
  return path
}

const load = (path: string, cachePath?: string): Promise<RuleLibrary> =>
  RuleLibrary.load([path], { mappings: {}, ...(cachePath === undefined ? {} : { cachePath }) })
const titles = ({ rules }: RuleLibrary): string[] => rules.map(({ title }) => title)
/** All that is not used, as one sentence each without the folder's own path. */
const problems = (library: RuleLibrary): string[] =>
  library.compile().rejects.map(({ file, line, problem }) => `${file.split('/').at(-1)}:${line} ${problem}`)

describe('rules of a folder', () => {
  test('are read from all folders below, in the order of their names; cases and other files are not', async () => {
    const path = folderOf({
      'b.yml': rule('B'),
      'a/c.yaml': rule('C'),
      'a/c.cases.yml': 'cases: []',
      'README.md': '#',
      '.git/x.yml': rule('X'),
    })
    expect(titles(await load(path))).toEqual(['C', 'B'])
  })

  test('that lead in a circle end', async () => {
    const path = folderOf({ 'a/b.yml': rule('B') })
    symlinkSync(path, join(path, 'a', 'loop'))
    expect(titles(await load(path))).toEqual(['B'])
  })

  test('match events by the tables that are given', async () => {
    const library = await RuleLibrary.load([folderOf({ 'a.yml': rule('A') })], {
      mappings: { logsources: [{ when: { log: 'L' }, is: { category: 'test' } }] },
    })
    const { engine } = library.compile()
    expect(engine.match(eventOf({ log: 'L', a: 'x' })).map((match) => match.rule.title)).toEqual(['A'])
    expect(engine.match(eventOf({ log: 'M', a: 'x' }))).toEqual([])
  })

  test('that cannot be used are named, one sentence each, and the others are used', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[i]}`).join()}]`).join('\n')}\n`
    const circle = (name: string, other: string): string =>
      `title: ${name}\nname: ${name}\ncorrelation:\n  type: event_count\n  rules: [${other}]\n  group-by: [a]\n  timespan: 1m\n  condition:\n    gte: 2\n`
    const path = folderOf({
      'bomb.yml': bomb,
      'circle.yml': `${circle('one', 'two')}---\n${circle('two', 'one')}`,
      'empty.yml': '',
      'good.yml': rule('Good'),
      'modifier.yml': rule('M', 'a|containz: x'),
      'regex.yml': rule('R', "a|re: '(a{1,4000}){1,4000}'"),
      'waits.yml': rule('W', "a|expand: '%names%'"),
    })
    const library = await load(path)
    const { engine } = library.compile()
    expect(engine.size).toEqual({ detections: 1, correlations: 0 })
    expect(problems(library)).toEqual([
      expect.stringMatching(/^bomb\.yml:\d+ The rule holds more values/),
      expect.stringMatching(/^modifier\.yml:\d+ .*containz/),
      expect.stringMatching(/^regex\.yml:\d+ .*regular expression/),
      expect.stringMatching(/^waits\.yml:\d+ .*%names%/),
      expect.stringMatching(/^circle\.yml:\d+ It refers to itself/),
      expect.stringMatching(/^circle\.yml:\d+ It refers to a rule that cannot be used/),
    ])
  })

  test('that is not there is one sentence', async () => {
    expect(problems(await load(join(folder, 'nowhere')))).toEqual(['nowhere:1 There is no such file or folder.'])
  })
})

describe('rules of an archive', () => {
  test('are read with the names that it gives them', async () => {
    const library = await load(zipOf({ 'rules/a.yml': rule('A'), 'rules/b.yml': rule('B'), LICENSE: 'x' }))
    expect(titles(library)).toEqual(['A', 'B'])
    expect(library.rules[0]?.place.file).toMatch(/\.zip: rules\/a\.yml$/)
  })

  test('whose names lead elsewhere are shown without that, and nothing is written', async () => {
    const library = await load(zipOf({ '../../etc/evil.yml': rule('E'), '..\\up.yml': rule('U') }))
    expect(library.rules.map(({ place }) => place.file.split(': ')[1]).sort()).toEqual(['etc/evil.yml', 'up.yml'])
  })

  test('that unpacks to far more than rules have is refused whole', async () => {
    const zeros = new Uint8Array(15_000_000)
    const bomb = zipOf(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`r${n}.yml`, zeros])))
    const library = await load(bomb)
    expect(library.rules).toEqual([])
    expect(problems(library)).toEqual([expect.stringContaining('unpacks to far more')])
  }, 60_000)

  test('with one member that is too large loses that one', async () => {
    const library = await load(zipOf({ 'big.yml': new Uint8Array(17_000_000), 'good.yml': rule('Good') }))
    expect(titles(library)).toEqual(['Good'])
    expect(problems(library)).toEqual([expect.stringContaining('larger than a file of rules')])
  }, 60_000)

  test.each([
    ['cut in the middle', (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1)],
    ['no archive at all', (): Uint8Array => strToU8('title: not a zip\n')],
    ['empty', (): Uint8Array => new Uint8Array(0)],
  ])('that is %s is one sentence', async (_, harm) => {
    const path = join(folder, `h${++made}.zip`)
    const random = Buffer.from(Array.from({ length: 400 }, (_each, n) => (n * 7919) % 251)).toString('base64')
    writeFileSync(path, harm(zipSync({ 'a.yml': strToU8(rule('A', `a: ${random}`)) })))
    const library = await load(path)
    expect(library.rules).toEqual([])
    expect(problems(library)).toHaveLength(1)
  })
})

describe('the cache of parsed rules', () => {
  const cache = join(folder, 'cache')

  test('gives the same rules, and new ones where a file changed', async () => {
    const path = folderOf({ 'a.yml': `${rule('A')}---\nnot a rule\n`, 'b.yml': rule('B') })
    const first = await load(path, cache)
    const second = await load(path, cache)
    expect([first.paths[0]?.fromCache, second.paths[0]?.fromCache]).toEqual([false, true])
    expect(second.rules).toEqual(first.rules)
    expect(second.rejects).toEqual(first.rejects)
    writeFileSync(join(path, 'b.yml'), rule('C'))
    const third = await load(path, cache)
    expect(third.paths[0]?.fromCache).toBe(false)
    expect(titles(third)).toEqual(['A', 'C'])
  })
})
