/** The console takes types from the desk, and the words that both use; no part of the desk is sent to a browser. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const folder = dirname(dirname(fileURLToPath(import.meta.url)))
const files = globSync('**/*.{ts,tsx}', { cwd: folder }).filter(
  (name) => !/^(?:tests|fixtures)[\\/]|\.test\.tsx?$/.test(name),
)
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')
/** Words, which a report and a page say alike. */
const shared = ['core/counts.ts', 'core/vocabulary.ts']
const isShared = (from: string): boolean => shared.some((file) => from.endsWith(`/src/${file}`))

describe('the code of the console', () => {
  test('imports types alone from the desk, and words', () => {
    const offenders = files.flatMap((name) =>
      [...textOf(name).matchAll(/^import [\s\S]*?from '([^']+)'/gm)]
        .filter(
          ([statement, from = '']) =>
            from.includes('/src/') && !statement.startsWith('import type ') && !isShared(from),
        )
        .map(([, from]) => `${name}: ${from}`),
    )
    expect(offenders).toEqual([])
  })

  test('takes only the types of the API', () => {
    const offenders = files.flatMap((name) =>
      [...textOf(name).matchAll(/from '((?:\.\.\/)+src\/[^']+)'/g)].flatMap(([, from = '']) =>
        /\/src\/(?:desk|server)\/api\//.test(from) || isShared(from) ? [] : [`${name}: ${from}`],
      ),
    )
    expect(offenders).toEqual([])
  })

  test('gets with the words nothing but the vocabulary of detection', () => {
    const core = join(dirname(folder), 'src', 'core')
    const importsOf = (file: string): string[] =>
      [...readFileSync(join(core, file), 'utf8').matchAll(/^import (?!type )[\s\S]*?from '([^']+)'/gm)].map(
        ([, from = '']) => from,
      )
    expect(importsOf('counts.ts')).toEqual([])
    expect(importsOf('vocabulary.ts').toSorted()).toEqual(['./counts.ts', './finding.ts'])
    expect(importsOf('finding.ts')).toEqual([])
  })

  test('makes no markup from text', () => {
    const markup = /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write/
    expect(files.filter((name) => markup.test(textOf(name)))).toEqual([])
  })

  test('has no inline style, which the page’s policy forbids', () => {
    expect(files.filter((name) => /\sstyle=/.test(textOf(name)))).toEqual([])
  })

  test('opens every file with a comment and keeps it short', () => {
    const offenders = files.filter((name) => {
      const text = textOf(name)
      return !text.startsWith('/** ') || text.split('\n').length > 400
    })
    expect(offenders).toEqual([])
  })
})
