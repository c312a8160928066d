/** What the desk and the store's thread say to each other. */
import type { Answer, Given, VerbName } from '../sql/verbs.ts'
import type { StoreProblem } from '../store.ts'

/** To the store's thread. */
export type ToStore =
  | { readonly kind: 'call'; readonly id: number; readonly name: VerbName; readonly given: Given<VerbName> }
  | { readonly kind: 'close' }

/** From the store's thread, first: whether the store could be opened. */
export interface StoreOpened {
  readonly kind: 'opened'
  readonly problem: StoreProblem | undefined
}

/** From the store's thread: what came of a call. */
export type CallEnded =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer<VerbName> }
  | { readonly kind: 'problem'; readonly id: number; readonly problem: StoreProblem }
  | { readonly kind: 'bug'; readonly id: number; readonly error: Error }

/** All that the store's thread says. */
export type FromStore = StoreOpened | CallEnded
