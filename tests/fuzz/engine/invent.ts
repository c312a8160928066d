/** Makes input from nothing, for targets without seeds and beside those with: raw bytes, Unicode, JSON, and rows of the
 *  words on which readers stumble. It is apart from mutation so that a worker starts without fast-check. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { dictionary } from './mutate.ts'

const arbitraries = [
  fc.uint8Array({ maxLength: 256 }),
  fc.string({ unit: 'binary', maxLength: 128 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.json().map((text) => new Uint8Array(Buffer.from(text))),
  fc.array(fc.constantFrom(...dictionary), { maxLength: 40 }).map((parts) => new Uint8Array(Buffer.concat(parts))),
]

/** Bytes that a seed determines, `count` of each sort. */
export function inventInputs(seed: number, count: number): Uint8Array[] {
  return arbitraries.flatMap((arbitrary) => fc.sample<Uint8Array>(arbitrary, { seed, numRuns: count }))
}
