import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareManifests, type SoftwareDifference, severityOf } from './difference.ts'
import { comparePaths, type SoftwareEntry, type SoftwareFile } from './entry.ts'
import { ExpectedChanges } from './expected.ts'

const hash = (digit: string): string => digit.repeat(64)
const file = (path: string, digit = 'a', more: Partial<SoftwareFile> = {}): SoftwareFile => ({
  type: 'file',
  path,
  bytes: 100,
  sha256: hash(digit),
  ...more,
})
const folder = (path: string, mode = 0o755): SoftwareEntry => ({ type: 'folder', path, mode })
const expecting = (...texts: string[]): ExpectedChanges => {
  const parsed = ExpectedChanges.parse(texts)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}
const sorted = (entries: readonly SoftwareEntry[]): SoftwareEntry[] =>
  entries.toSorted((a, b) => comparePaths(a.path, b.path))
const compare = (
  before: readonly SoftwareEntry[],
  now: readonly SoftwareEntry[],
  expect?: ExpectedChanges,
): SoftwareDifference[] => compareManifests(sorted(before), sorted(now), expect)
const told = (differences: readonly SoftwareDifference[]): string[] =>
  differences.map(({ kind, path, from, expected }) =>
    [
      kind,
      path,
      ...(from === undefined ? [] : [`from ${from}`]),
      ...(expected === undefined ? [] : [`(${expected})`]),
    ].join(' '),
  )

describe('comparing software', () => {
  test('tells what was added, changed, removed and merely moved, worst first', () => {
    const before = [
      file('a.txt', '1'),
      file('b.txt', '2'),
      file('bin/run', '3'),
      file('old.txt', '4'),
      file('same', '5'),
    ]
    const now = [
      file('a.txt', '9'),
      file('lib/run', '3'),
      file('new.exe', '8'),
      file('old.txt', '4'),
      file('same', '5'),
    ]
    expect(told(compare(before, now))).toEqual([
      'added new.exe',
      'changed a.txt',
      'removed b.txt',
      'moved lib/run from bin/run',
    ])
  })

  test('says of a program whose signature was lost that its signer changed', () => {
    const signer = { subject: 'CN=Vendor', issuer: 'CN=CA', state: 'matches' } as const
    const before = [file('ems.exe', '1', { signer }), file('ok.exe', '2', { signer })]
    const tampered = { ...signer, state: 'differs' } as const
    const now = [file('ems.exe', '3', { signer: tampered }), file('ok.exe', '4', { signer })]
    const differences = compare(before, now)
    expect(told(differences)).toEqual(['signer-changed ems.exe', 'changed ok.exe'])
    expect(differences.map(severityOf)).toEqual([4, 4])
    expect(told(compare(before, [file('ems.exe', '3'), before[1] as SoftwareFile]))).toEqual(['signer-changed ems.exe'])
  })

  test('tells of permissions, kinds, links and what could not be read', () => {
    const before: SoftwareEntry[] = [
      file('a', '1', { mode: 0o644 }),
      file('b'),
      { type: 'link', path: 'l', target: 'a' },
      file('u'),
      { type: 'unread', path: 'w', why: 'denied' },
    ]
    const now: SoftwareEntry[] = [
      file('a', '1', { mode: 0o4755 }),
      { type: 'link', path: 'b', target: '/tmp/b' },
      { type: 'link', path: 'l', target: '/etc/passwd' },
      { type: 'unread', path: 'u', why: 'changing' },
      file('w'),
    ]
    expect(told(compare(before, now))).toEqual(['type-changed b', 'changed l', 'added w', 'unread u', 'mode-changed a'])
  })

  test('tells of a folder only where it is empty', () => {
    const now = [folder('empty'), folder('full'), folder('full/deep'), file('full/deep/x')]
    expect(told(compare([], now))).toEqual(['added full/deep/x', 'added empty'].toSorted())
    expect(told(compare(now, []))).toEqual(['removed full/deep/x', 'removed empty'])
  })

  test('marks what a pattern expects, but never a program in a folder for logs', () => {
    const now = [file('logs/a.log'), file('logs/evil.exe'), file('logs/hidden', '2', { program: 'elf' }), file('x.tmp')]
    expect(told(compare([], now, expecting('logs/', '*.tmp')))).toEqual([
      'added logs/evil.exe',
      'added logs/hidden',
      'added logs/a.log (logs/)',
      'added x.tmp (*.tmp)',
    ])
    expect(told(compare([], now, expecting('logs/*.exe', 'logs/hid*', '*.log', 'x.?mp')))).toEqual([
      'added logs/a.log (*.log)',
      'added logs/evil.exe (logs/*.exe)',
      'added logs/hidden (logs/hid*)',
      'added x.tmp (x.?mp)',
    ])
  })

  test('does not expect that a program is moved into a folder for logs', () => {
    const differences = compare([file('bin/run.exe', '7')], [file('logs/run.exe', '7')], expecting('logs/'))
    expect(told(differences)).toEqual(['moved logs/run.exe from bin/run.exe'])
  })

  test('orders paths as a walk meets them', () => {
    const paths = ['a', 'a/b', 'a/b/c', 'a b', 'a-b', 'a.b', 'ab', 'b']
    expect(paths.toReversed().toSorted(comparePaths)).toEqual(paths)
  })

  test('finds the same differences as maps do, on any two folders', () => {
    const name = fc.constantFrom('a', 'b', 'a/x', 'a/y', 'a b', 'a-', 'c/d/e', 'c.d')
    const tree = fc.dictionary(name, fc.constantFrom('1', '2', '3'))
    fc.assert(
      fc.property(tree, tree, (before, now) => {
        const list = (of: Record<string, string>) => Object.entries(of).map(([path, digit]) => file(path, digit))
        const differences = compare(list(before), list(now))
        const gone = Object.keys(before).filter((path) => !(path in now))
        const fresh = Object.keys(now).filter((path) => !(path in before))
        const kinds = (kind: string) => differences.filter((each) => each.kind === kind)
        const moved = kinds('moved')
        expect(
          kinds('changed')
            .map(({ path }) => path)
            .sort(),
        ).toEqual(
          Object.keys(now)
            .filter((path) => path in before && before[path] !== now[path])
            .sort(),
        )
        expect([...kinds('added'), ...moved].map(({ path }) => path).sort()).toEqual(fresh.sort())
        expect([...kinds('removed').map(({ path }) => path), ...moved.map(({ from }) => from)].sort()).toEqual(
          gone.sort(),
        )
        for (const { path, from } of moved) expect(now[path]).toBe(before[from as string])
        // Nothing is both new and gone with the same content.
        for (const { path } of kinds('added')) {
          expect(kinds('removed').some((each) => before[each.path] === now[path])).toBe(false)
        }
      }),
    )
  })

  test.each([
    ['logs/', 'logs/a', true],
    ['logs/', 'logs', false],
    ['logs/', 'x/logs/a', false],
    ['**/logs/', 'x/y/logs/a/b', true],
    ['*.log', 'deep/down/A.LOG', true],
    ['data\\*.db', 'data/x.db', true],
    ['data/*.db', 'data/x/y.db', false],
    ['data/**/*.db', 'data/x/y/z.db', true],
    ['data/**/*.db', 'data/z.db', true],
    ['/data/a?c', 'data/abc', true],
  ])('the pattern %s on %s', (pattern, path, fits) => {
    expect(expecting(pattern).patternFor(file(path)) !== undefined).toBe(fits)
  })

  test('refuses patterns that let everything through', () => {
    for (const text of ['*', '**', '**/*', '', '../x', './']) expect(ExpectedChanges.parse([text]).ok).toBe(false)
  })

  test('matches hostile patterns in good time', () => {
    const pattern = expecting(`${'*a'.repeat(300)}b`, `${'**/a/'.repeat(100)}b`)
    expect(pattern.patternFor(file('a'.repeat(20_000)))).toBeUndefined()
    expect(pattern.patternFor(file('a/'.repeat(5_000)))).toBeUndefined()
  })
})
