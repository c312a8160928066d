/** Fuzz targets for what an office writes and what a terminal shows: the office file, lists of indicators, and text made
 *  printable. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { chop, excerpt, printable, safeJson, wrap } from '../../src/cli/printable.ts'
import { readOffice } from '../../src/desk/config/office-file.ts'
import { readIndicatorList } from '../../src/formats/indicator-list.ts'
import type { FuzzTarget } from './engine/target.ts'

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const encode = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => new Uint8Array(Buffer.from(text)))

/** An office file is written by hand. */
const officeCharactersMax = 64 * 1024

/** Everything below a space, and what follows ASCII up to the first letters that are shown. */
const isControl = (text: string): boolean =>
  [...text].some((character) => character < ' ' || (character >= '\u007f' && character < '\u00a0'))

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'office/file',
    run(bytes: Uint8Array): void {
      const office = readOffice(textOf(bytes).slice(0, officeCharactersMax), 'office.toml')
      assert.ok(office.ok || office.error.length > 0, 'what is no office file is said to be none')
    },
    seeds: encode(
      '[office]\nname = "Maple"\nauthorised_scanners = ["198.51.100.7", "203.0.113.0/24"]\nlookup_pages = ["/a"]\n',
    ),
  },
  {
    name: 'office/indicators',
    run: (bytes) => void readIndicatorList('list', textOf(bytes).slice(0, officeCharactersMax)),
    seeds: encode('# list\nip,seen\n198[.]51[.]100[.]7,2016\n2001:db8::/32\nhxxp://a.example\n"203.0.113.9",x\n'),
  },
  {
    name: 'office/printable',
    run(bytes: Uint8Array): void {
      const text = textOf(bytes).slice(0, officeCharactersMax)
      const shown = printable(text)
      assert.ok(!isControl(shown), 'nothing that a terminal obeys is left')
      for (const lineOf of [...wrap(shown, 40), ...chop(shown, 40)]) assert.ok(lineOf.length <= 40, 'a line fits')
      excerpt(text, 300)
      assert.equal(JSON.parse(safeJson(text)), text)
    },
    seeds: encode("\u001b[31mred\u001b[0m \u202e O'Brien\t\r\n", 'plain words '.repeat(20)),
  },
]
