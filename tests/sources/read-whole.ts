/** Reads sources to their end for tests: as lines with their places, in the way a one-line-a-record format would. */
import type { Reject } from '../../src/core/place.ts'
import type { Chunk, Progress } from '../../src/formats/format.ts'
import type { SourceFile } from '../../src/sources/paths.ts'
import type { Problem } from '../../src/sources/problem.ts'
import { openSource, type SourceOptions } from '../../src/sources/source.ts'

export interface SeenLine {
  readonly line: number
  readonly offset: number
  readonly text: string
}

export interface ChunkSource {
  next(): Chunk | null | Promise<Chunk | null>
  consume(progress: Progress): void
  readonly rejects: Reject[]
}

const lineFeed = 10

/** The lines of a chunk, terminators kept. */
export function linesOf(chunk: Chunk): SeenLine[] {
  const lines: SeenLine[] = []
  for (let at = chunk.start; at < chunk.end; ) {
    const feed = chunk.bytes.subarray(0, chunk.end).indexOf(lineFeed, at)
    const end = feed < 0 ? chunk.end : feed + 1
    lines.push({
      line: chunk.line + lines.length,
      offset: chunk.offset + at - chunk.start,
      text: Buffer.from(chunk.bytes.subarray(at, end)).toString('latin1'),
    })
    at = end
  }
  return lines
}

/** Reads all lines, each chunk whole. */
export async function readLines(source: ChunkSource): Promise<SeenLine[]> {
  const seen: SeenLine[] = []
  for (;;) {
    const chunk = await source.next()
    if (chunk === null) return seen
    const lines = linesOf(chunk)
    seen.push(...lines)
    source.consume({ bytes: chunk.end - chunk.start, lines: lines.length })
  }
}

export interface WholeSource {
  readonly text: string
  readonly lines: readonly SeenLine[]
  readonly rejects: readonly Reject[]
  readonly problems: readonly Problem[]
}

/** Opens a source, reads it to the end and lets it go. A source that does not open has only its problem. */
export async function readWhole(file: SourceFile, options?: SourceOptions): Promise<WholeSource> {
  const source = await openSource(file, options)
  if (!source.ok) return { text: '', lines: [], rejects: [], problems: [source.error] }
  const lines = await readLines(source.value)
  source.value.dispose()
  const text = lines.map((line) => line.text).join('')
  return { text, lines, rejects: source.value.rejects, problems: source.value.problems }
}
