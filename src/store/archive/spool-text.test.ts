import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latin1Bytes, latin1Text } from '../../formats/latin1.ts'
import { unescapeLog } from '../../formats/request-batch.ts'
import { archivedBytes, archiveText, soughtText, unescapeLogBytes } from './spool-text.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => new TextEncoder().encode(text)),
  fc
    .string({ unit: fc.constantFrom('\\', 'x', 'X', '0', 'a', 'F', '"', 'n', '\n', '\t', '+', 'é'), maxLength: 20 })
    .map((text) => Buffer.from(text)),
)

describe('archive text', () => {
  test('gives any bytes back', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const back = archivedBytes(archiveText(given))
        expect(Buffer.from(back.bytes).equals(Buffer.from(given))).toBe(true)
        expect(back.left).toBe(0)
      }),
      { numRuns: 3000 },
    )
  })

  test('has no byte that ends a field or a row, and is well-formed UTF-8', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const text = archiveText(given)
        expect(text).not.toMatch(/[\u0000-\u001f\u007f\ufffd]/u)
        expect(text.isWellFormed()).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('leaves readable text as it is', () => {
    expect(archiveText(Buffer.from('/búsqueda?q="O\'Brien"&x=<script>'))).toBe('/búsqueda?q="O\'Brien"&x=<script>')
    expect(archiveText(Buffer.from('a\tb\nc\\d\0'))).toBe('a\\x09b\\x0Ac\\x5Cd\\x00')
    expect(archiveText(Buffer.from([0x41, 0xe9, 0xc0, 0x80, 0xed, 0xa0, 0x80]))).toBe('A\\xE9\\xC0\\x80\\xED\\xA0\\x80')
  })

  test('too long for its field says how much was left out', () => {
    const text = archiveText(Buffer.alloc(5000, 0x07), 1000)
    expect(text.length).toBeLessThanOrEqual(1000)
    const { bytes: kept, left } = archivedBytes(text)
    expect(kept.length + left).toBe(5000)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), fc.integer({ min: 40, max: 400 }), (given, most) => {
        const cut = archiveText(given, most)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(most)
        const back = archivedBytes(cut)
        expect(back.bytes.length + back.left).toBe(given.length)
        expect(Buffer.from(given).subarray(0, back.bytes.length).equals(Buffer.from(back.bytes))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('that a person copies from an answer is found again', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(soughtText(archiveText(given))).toBe(archiveText(given))
      }),
    )
    expect(soughtText("O'Brien")).toBe("O'Brien")
    expect(soughtText('a\\b')).toBe('a\\x5Cb')
  })
})

test('escapes of a log are undone in bytes as they are in text', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      const undone = unescapeLogBytes(given, 0, given.length)
      expect(latin1Text(undone)).toBe(unescapeLog(latin1Text(given)))
      expect(Buffer.from(undone).equals(Buffer.from(latin1Bytes(unescapeLog(latin1Text(given)))))).toBe(true)
    }),
    { numRuns: 3000 },
  )
})
