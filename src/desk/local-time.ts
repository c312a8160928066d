/** Times as the office's own clock shows them, in words: a clerk does not reckon in UTC. The time zone is that of the
 *  computer that the desk runs on. */
import { dayInWords, timeInWords } from '../core/times.ts'

const shifted = (timeMs: number): number => timeMs - new Date(timeMs).getTimezoneOffset() * 60_000

/** `November 22, 2026, 6:29 pm`. */
export const localTime = (timeMs: number): string => timeInWords(shifted(timeMs))
/** `November 22, 2026`. */
export const localDay = (timeMs: number): string => dayInWords(shifted(timeMs))
