/** The console takes types from the desk and nothing else, so that no part of the desk is sent to a browser. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const folder = dirname(dirname(fileURLToPath(import.meta.url)))
const files = globSync('**/*.{ts,tsx}', { cwd: folder }).filter(
  (name) => !/^(?:tests|fixtures)[\\/]|\.test\.tsx?$/.test(name),
)
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')

describe('the code of the console', () => {
  test('imports types alone from the desk', () => {
    const offenders = files.flatMap((name) =>
      [...textOf(name).matchAll(/^import [\s\S]*?from '([^']+)'/gm)]
        .filter(([statement, from]) => /\/src\//.test(from ?? '') && !statement.startsWith('import type '))
        .map(([, from]) => `${name}: ${from}`),
    )
    expect(offenders).toEqual([])
  })

  test('takes only the types of the API', () => {
    const other = /from '(?:\.\.\/)+src\/(?!(?:desk|server)\/api\/)/
    expect(files.filter((name) => other.test(textOf(name)))).toEqual([])
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
