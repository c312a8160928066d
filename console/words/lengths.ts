/** How long a block lasts: the choices, in hours. */
import { lengthInWords } from '../../src/core/counts.ts'

/** The choices for a block whose incident proposes `hours`. */
export const lengthChoices = (hours: number): ReadonlyArray<readonly [string, string]> =>
  blockLengths.some(([each]) => each === String(hours))
    ? blockLengths
    : [[String(hours), lengthInWords(hours * 3_600_000)] as const, ...blockLengths]

export const blockLengths = [
  ['24', 'one day'],
  ['168', 'one week'],
  ['720', 'a month'],
  ['2160', 'three months'],
] as const
