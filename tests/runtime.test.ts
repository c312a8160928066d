import { describe, expect, test } from 'vitest'

describe('the runtime', () => {
  test('tests run on the Node that the package pins, or a later one', () => {
    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24)
  })
})
