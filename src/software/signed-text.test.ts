import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSignedText, withSignature } from './signed-text.ts'
import { makeKey } from './signing-key.ts'

const key = makeKey()
const other = makeKey()

describe('a text that carries its signature', () => {
  test('is read without it, and says who signed it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { content, signed } = readSignedText(withSignature(text, key))
        expect(content.replace(/\n$/, '')).toBe(readSignedText(text).content.replace(/\n$/, ''))
        expect(signed).toMatchObject({ by: expect.any(String) as string })
      }),
      { numRuns: 50 },
    )
  })

  test('is told where a byte of it, or its last line, was changed', () => {
    const text = withSignature('name,domains\nVR Systems,vrsystems.com\n', key)
    expect(readSignedText(text.replace('vrsystems.com', 'vr-systems.com')).signed).toBe('damaged')
    expect(readSignedText(text.replace(/"signature":"../, '"signature":"AA')).signed).toBe('damaged')
    expect(readSignedText(text.replace('Ed25519', 'none')).signed).toBe('damaged')
    expect(readSignedText(text.slice(0, -20)).signed).toBe('damaged')
    expect(readSignedText('name,domains\n').signed).toBe('nobody')
  })

  test('survives line ends of Windows, and takes a new signature in place of the old one', () => {
    const text = withSignature('a\nb\n', key)
    expect(readSignedText(text.replaceAll('\n', '\r\n')).signed).toEqual(readSignedText(text).signed)
    const again = withSignature(text, other)
    expect(again.match(/bellwether-signature/g)).toHaveLength(1)
    expect(readSignedText(again).signed).not.toEqual(readSignedText(text).signed)
  })
})
