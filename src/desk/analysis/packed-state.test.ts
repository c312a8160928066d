import { serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { packState, unpackState } from './packed-state.ts'

const state = { streams: [{ key: 'a', at: 7 }], counts: new Map([['x', Number.NaN]]), texts: ['words '.repeat(5_000)] }

test('a state comes back as it was, also that of a desk which did not compress it', () => {
  const packed = packState(state)
  expect(packed.length).toBeLessThan(serialize(state).length / 5)
  expect(unpackState(packed)).toEqual(state)
  expect(unpackState(serialize(state))).toEqual(state)
})

test('its bytes can be handed to another thread', () => {
  const packed = packState({})
  expect(packed.byteLength).toBe(packed.buffer.byteLength)
  const moved = structuredClone(packed, { transfer: [packed.buffer] })
  expect(packed.byteLength).toBe(0)
  expect(unpackState(moved)).toEqual({})
})
