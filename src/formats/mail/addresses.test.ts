import { expect, test } from 'vitest'
import { parseAddresses } from './addresses.ts'

const check = (field: string, ...expected: (readonly [string, string])[]): void =>
  expect(parseAddresses(field).map(({ name, address }) => [name, address])).toEqual(expected)

test('names, comments and quotes are read', () => {
  check(
    'Ann <A@Example.org>, "B, C" <b@example.org>, d@example.org (Dee)',
    ['Ann', 'a@example.org'],
    ['B, C', 'b@example.org'],
    ['Dee', 'd@example.org'],
  )
  check('"a \\"q\\" b" <x@example.org>', ['a "q" b', 'x@example.org'])
})

test('a comma without quotes stays in the name', () => {
  check('Dominion, Support <a@example.org>', ['Dominion, Support', 'a@example.org'])
})

test('a comma in an encoded name cuts nothing', () => {
  check('=?utf-8?q?Roe=2C_Jan?= <j@example.org>', ['Roe, Jan', 'j@example.org'])
})

test('groups give their members, and an empty one gives none', () => {
  check('team: a@example.org, b@example.org;', ['', 'a@example.org'], ['', 'b@example.org'])
  check('undisclosed-recipients:;')
})

test('an address in the name stays in the name', () => {
  check('"real@vendor.example" <x@free.example>', ['real@vendor.example', 'x@free.example'])
  check('real@vendor.example <x@free.example>', ['real@vendor.example', 'x@free.example'])
  check('<real@vendor.example> <x@free.example>', ['<real@vendor.example>', 'x@free.example'])
})

test('a list that is one encoded word is read', () => {
  check('=?utf-8?B?QW5uIDxhQGV4YW1wbGUub3JnPg==?=', ['Ann', 'a@example.org'])
})

test('a name without an address is kept', () => {
  check('Only a name', ['Only a name', ''])
  check('"never closed <a@example.org>', ['never closed', 'a@example.org'])
})
