/** What the fuzzer and its worker say to each other. */

/** Given to a worker when it starts. */
export interface WorkerSettings {
  readonly moduleUrl: string
  readonly targetName: string
  readonly seed: number
  /** Inputs to start from beside the target's own seeds. */
  readonly invented: readonly Uint8Array[]
  /** `clock`: when the running input began, milliseconds, 0 between inputs. `progress`: that input's length and its
   *  number in the round. `input`: its bytes. */
  readonly shared: {
    readonly clock: SharedArrayBuffer
    readonly progress: SharedArrayBuffer
    readonly input: SharedArrayBuffer
  }
}

/** `round`: run inputs `from` up to `to` for at most `budgetMs`. `try`: run these bytes. */
export type Order =
  | { readonly type: 'round'; readonly from: number; readonly to: number; readonly budgetMs: number }
  | { readonly type: 'try'; readonly bytes: Uint8Array }

/** `next` is the number of the input after the last one run; `failure` is what that one threw. */
export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'round'; readonly next: number; readonly memoryBytes: number; readonly failure?: string }
  | { readonly type: 'tried'; readonly failure?: string }
