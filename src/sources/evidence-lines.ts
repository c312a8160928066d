/** The second pass: brings back the raw bytes of lines that were found to matter, by their places. Plain files are read
 *  at the places only; compressed ones and spooled streams run through once more. */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { limits } from '../core/limits.ts'
import { type ByteInput, FileInput, identityOf } from './byte-input.ts'
import { openText } from './compression.ts'
import { makeProblem, type Problem, problemOfError } from './problem.ts'
import type { Reread } from './source.ts'

/** What of a `Place` is needed here. */
export interface Span {
  readonly offset: number
  readonly length: number
}

/** A line with the place that was asked for. */
export interface EvidenceLine<S extends Span> {
  readonly place: S
  /** The line's bytes (of a compressed or UTF-16 source: of its text), a copy of one's own; at most
   *  `limits.recordBytesMax` of them. */
  readonly raw: Uint8Array
}

/** Yields the line of every place of one source. Places must come in the order of their offsets and may overlap. What
 *  can no longer be read is left out and said in `problems`. */
export async function* readEvidence<S extends Span>(
  reread: Reread,
  places: Iterable<S>,
  problems: Problem[],
): AsyncGenerator<EvidenceLine<S>, void, undefined> {
  const opened = openAgain(reread)
  if ('code' in opened) {
    problems.push(opened)
    return
  }
  try {
    const text = await openText(reread.path, opened)
    const isPlain = text.compression === 'none' && text.encoding === 'utf-8'
    const lines = isPlain ? linesAt(opened, places) : linesAlong(text.input, places)
    let missing = false
    for await (const line of lines) {
      if (line === undefined) missing = true
      else yield line
    }
    if (missing) problems.push(text.input.problem ?? makeProblem('shrank', reread.path, 'some evidence is gone'))
  } finally {
    opened.close()
  }
}

function openAgain(reread: Reread): FileInput | Problem {
  const { path, openPath, identity, descriptor } = reread
  try {
    if (descriptor !== undefined) return new FileInput(path, descriptor, fstatSync(descriptor).size, false)
    if (openPath === undefined) return makeProblem('replaced', path)
    const again = openSync(openPath, 'r')
    if (identity === undefined || identityOf(again) === identity) {
      return new FileInput(path, again, fstatSync(again).size)
    }
    closeSync(again)
    return makeProblem('replaced', path)
  } catch (error) {
    return problemOfError(error, path)
  }
}

function* linesAt<S extends Span>(input: FileInput, places: Iterable<S>): Generator<EvidenceLine<S> | undefined> {
  for (const place of places) {
    const raw = new Uint8Array(Math.min(place.length, limits.recordBytesMax))
    let filled = 0
    while (filled < raw.length) {
      const count = input.readAt(raw, filled, raw.length - filled, place.offset + filled)
      if (count === 0) break
      filled += count
    }
    yield filled === raw.length ? { place, raw } : undefined
  }
}

const stepBytes = 256 * 1024

async function* linesAlong<S extends Span>(
  input: ByteInput,
  places: Iterable<S>,
): AsyncGenerator<EvidenceLine<S> | undefined> {
  let window: Uint8Array = new Uint8Array(stepBytes * 2)
  let start = 0
  let end = 0
  let ended = false
  for (const place of places) {
    const length = Math.min(place.length, limits.recordBytesMax)
    while (!ended && end < place.offset + length) {
      const keptFrom = Math.min(Math.max(place.offset, start), end)
      const kept = end - keptFrom
      if (window.length < kept + stepBytes) {
        const larger = new Uint8Array((kept + stepBytes) * 2)
        larger.set(window.subarray(keptFrom - start, end - start))
        window = larger
      } else window.copyWithin(0, keptFrom - start, end - start)
      start = keptFrom
      const count = await input.read(window, kept, stepBytes)
      end += count
      ended = count === 0
    }
    const isHere = place.offset >= start && place.offset + length <= end
    yield isHere ? { place, raw: window.slice(place.offset - start, place.offset - start + length) } : undefined
  }
}
