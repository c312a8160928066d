import { describe, expect, test } from 'vitest'
import { ExpectedChanges } from './expected.ts'
import { type HashLine, type HashListForm, recogniseHashList } from './hash-list.ts'
import { ListComparison, leadingFolders } from './list-comparison.ts'

const sha256 = 'a'.repeat(63)
const [one, two] = [`${sha256}1`, `${sha256}2`]
const sha1 = 'B'.repeat(40)
const md5 = 'c'.repeat(32)

function read(...lines: string[]): { form: HashListForm; rows: HashLine[] } {
  const form = recogniseHashList(lines)
  if (form === undefined) throw new Error('not recognised')
  return { form, rows: lines.map((line) => form.read(line)).filter((row) => row !== 'comment') }
}

const row = (hash: string, digits: string, path?: string, bytes?: number): object => ({
  hash,
  digits,
  path,
  ...(bytes === undefined ? {} : { bytes }),
})

describe('a list of hashes is read', () => {
  test('as sha256sum writes it, with binary marks and escaped names', () => {
    const { form, rows } = read(`${one}  bin/run`, `${two} *./lib/a b.so`, `\\${one}  odd\\nname`, '# made today')
    expect(form.about).toBe('paths')
    expect(rows).toEqual([
      row('sha256', one, 'bin/run'),
      row('sha256', two, 'lib/a b.so'),
      row('sha256', one, 'odd\nname'),
    ])
  })

  test('with MD5, SHA-1, SHA-384 and SHA-512 in place of SHA-256', () => {
    const { rows } = read(`${md5}  a`, `${sha1}  b`, `${'d'.repeat(96)}  c`, `${'e'.repeat(128)}  d`)
    expect(rows.map((each) => typeof each === 'object' && each.hash)).toEqual(['md5', 'sha1', 'sha384', 'sha512'])
    expect(rows[1]).toMatchObject({ digits: sha1.toLowerCase() })
  })

  test('in BSD style and as openssl writes it', () => {
    const { rows } = read(`SHA256 (a (1).exe) = ${one}`, `SHA2-256(b)= ${two}`, `MD5 (c) = ${md5}`, `SHA1(d)= ${one}`)
    expect(rows).toEqual([
      row('sha256', one, 'a (1).exe'),
      row('sha256', two, 'b'),
      row('md5', md5, 'c'),
      'bad', // The tag says SHA-1, the digits do not.
    ])
  })

  test('as hashdeep writes it, whose names may hold commas', () => {
    const { rows } = read(
      '%%%% HASHDEEP-1.0',
      '%%%% size,md5,sha256,filename',
      '## Invoked from: C:\\EMS',
      '## C:\\> hashdeep -r .',
      `12,${md5},${one},C:\\EMS\\a, b.exe`,
      `x,${md5}`,
    )
    expect(rows).toEqual([row('sha256', one, 'EMS/a, b.exe', 12), 'bad'])
  })

  test('as NIST NSRL publishes it: hashes that are known, wherever the files are', () => {
    const { form, rows } = read(
      '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"',
      `"${sha1}","${md5}","00000000","say ""hi"".exe",10,1,"362",""`,
    )
    expect(form.about).toBe('known')
    expect(rows).toEqual([row('sha1', sha1.toLowerCase(), undefined, 10)])
    const modern = read('sha256,sha1,md5,file_name,file_size,package_id', `${one},${sha1},${md5},x.dll,5,9`)
    expect(modern.form.about).toBe('known')
    expect(modern.rows).toEqual([row('sha256', one, undefined, 5)])
  })

  test('as CSV with any heads, from PowerShell too', () => {
    const powershell = read(
      '#TYPE Selected.Microsoft.PowerShell.Utility.FileHash',
      '"Algorithm","Hash","Path"',
      `"SHA256","${one.toUpperCase()}","C:\\EMS\\Bin\\run.exe"`,
    )
    expect(powershell.form).toMatchObject({ about: 'paths', ignoresCase: true })
    expect(powershell.rows).toEqual([row('sha256', one, 'EMS/Bin/run.exe')])
    expect(read('File Name;SHA-256 Hash;Size', 'a;b.exe', `run.exe;${one};7`).rows).toEqual([
      'bad',
      row('sha256', one, 'run.exe', 7),
    ])
    expect(read('Component\tVersion\tSHA256', `app/run\t1.0\t${one}`).rows).toEqual([row('sha256', one, 'app/run')])
  })

  test('as CSV without heads, and as bare hashes', () => {
    expect(read(`run.exe,${one}`, `lib.dll,${two}`).rows).toEqual([
      row('sha256', one, 'run.exe'),
      row('sha256', two, 'lib.dll'),
    ])
    const bare = read(one, two.toUpperCase())
    expect(bare.form.about).toBe('known')
    expect(bare.rows).toEqual([row('sha256', one, undefined), row('sha256', two, undefined)])
  })

  test('with a byte order mark and Windows line ends', () => {
    expect(read(`\ufeff${one}  a\r`).form.read(`${one}  a`)).toEqual(row('sha256', one, 'a'))
  })

  test('without names that lead out of the folder', () => {
    const { form } = read(`${one}  a`)
    for (const name of ['../../etc/passwd', 'a/../../b', '/', '.', '\0'])
      expect(form.read(`${one}  ${name}`)).toBe('bad')
    expect(form.read(`${one}  /opt/ems/a`)).toEqual(row('sha256', one, 'opt/ems/a'))
  })

  test('is not what is no list', () => {
    for (const text of ['hello', 'a,b,c', '', '{"a":1}', '10.0.0.1 - - [x] "GET /"', 'SQLite format 3\0']) {
      expect(recogniseHashList([text])).toBeUndefined()
    }
  })
})

describe('a folder compared with a list', () => {
  const file = (path: string, digits: string) => ({ type: 'file', path, bytes: 100, sha256: digits }) as const
  const compare = (lines: string[], files: ReturnType<typeof file>[], leading = 0) => {
    const { form, rows } = read(...lines)
    const comparison = new ListComparison(form, files, leading, ExpectedChanges.none)
    for (const each of rows) if (typeof each === 'object') comparison.add(each)
    const { differences, same } = comparison.finish()
    return [same, ...differences.map(({ kind, path, from }) => [kind, path, from].filter(Boolean).join(' '))]
  }

  test('tells of what is changed, new, gone and moved', () => {
    const lines = [`${one}  a`, `${two}  b`, `${sha256}3  bin/c.exe`, `${sha256}4  d`]
    const files = [file('a', one), file('b', one), file('lib/c.exe', `${sha256}3`), file('new', `${sha256}9`)]
    expect(compare(lines, files)).toEqual([1, 'changed b', 'added new', 'removed d', 'moved lib/c.exe bin/c.exe'])
  })

  test('calls a file changed where any of its rows does not fit', () => {
    expect(compare([`${one}  a`, `${two}  a`], [file('a', one)])).toEqual([0, 'changed a'])
  })

  test('of known hashes only tells what is not known', () => {
    expect(compare([one, `${sha256}7`], [file('x/a', one), file('evil.exe', two)])).toEqual([1, 'unlisted evil.exe'])
  })

  test('finds out which folder the list was made in', () => {
    const there = new Set(['bin/a', 'bin/b', 'lib/c'])
    const isThere = (path: string): boolean => there.has(path)
    expect(leadingFolders(['opt/ems/bin/a', 'opt/ems/bin/b', 'opt/ems/x'], isThere)).toEqual({ count: 2, found: 2 })
    expect(leadingFolders(['bin/a'], isThere)).toEqual({ count: 0, found: 1 })
    expect(leadingFolders(['else/where'], isThere)).toBeUndefined()
    expect(compare([`${one}  opt/ems/a`, `${two}  other`], [file('a', one)], 2)).toEqual([1])
  })
})
