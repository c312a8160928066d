/** Sequential tests: evidence is added record by record until it is enough to say so, as in Wald (1945); it is kept at
 *  or above zero so that a long quiet time does not hide a later attack, as in Page (1954). */

/** The natural logarithm of how much likelier a record must be under attack than in ordinary use, all in all, before
 *  the watch speaks: a million to one. */
export const alarmAt = Math.log(1_000_000)

/** A yes-or-no test: how the evidence moves when the thing looked for is seen, and when it is not. */
export interface BinaryTest {
  readonly seen: number
  readonly unseen: number
}

/** The test between "seen with probability `ordinary`" and "seen with probability `attack`". */
export function binaryTest(ordinary: number, attack: number): BinaryTest {
  return { seen: Math.log(attack / ordinary), unseen: Math.log((1 - attack) / (1 - ordinary)) }
}

/** Evidence after one more observation. */
export function weigh(evidence: number, logRatio: number): number {
  return Math.max(0, evidence + logRatio)
}

/** A share that is learned from a page's own history, begun from a prior that counts as `weight` observations. */
export interface LearnedShare {
  seen: number
  total: number
}

/** A share that starts from a prior. */
export const learnedShare = (prior: number, weight: number): LearnedShare => ({ seen: prior * weight, total: weight })

/** Adds one observation. */
export function learn(share: LearnedShare, seen: boolean): void {
  share.total++
  if (seen) share.seen++
}

/** The share as learned so far, 0 to 1. */
export const shareOf = (share: LearnedShare): number => share.seen / share.total
