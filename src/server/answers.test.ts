import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { pickerFor, serializerFor } from './answers.ts'

describe('an answer', () => {
  const schema = Type.Object({
    name: Type.String(),
    recordsMax: Type.Union([Type.Integer(), Type.Null()]),
    inner: Type.Optional(Type.Object({ shown: Type.Boolean() })),
    rows: Type.Array(Type.Object({ id: Type.String() })),
    cells: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]))),
    anything: Type.Optional(Type.Unknown()),
  })

  test('leaves out at every depth what its schema does not name', () => {
    const account = {
      name: 'Ann',
      passwordHash: 'secret',
      recordsMax: null,
      inner: { shown: true, totpSealed: 'secret' },
      rows: [{ id: '1', token: 'secret' }],
      cells: [['a', 1, null]],
      anything: { challenge: 'x' },
    }
    const text = serializerFor({ schema })(account)
    expect(text).not.toContain('secret')
    expect(JSON.parse(text)).toEqual({
      name: 'Ann',
      recordsMax: null,
      inner: { shown: true },
      rows: [{ id: '1' }],
      cells: [['a', 1, null]],
      anything: { challenge: 'x' },
    })
  })

  test('does not take what an object only inherits', () => {
    const pick = pickerFor(
      Type.Object({ toString: Type.Optional(Type.String()), constructor: Type.Optional(Type.String()) }),
    )
    expect(pick({})).toEqual({})
  })
})
