/** What can be done to a store's file that takes long: copying and checking. */
/** What a backup holds. */
export interface BackupFacts {
  readonly bytes: number
  /** The version of the store's tables. */
  readonly version: number
}

/** What can be asked for, and what each answers. */
export interface TaskAnswers {
  readonly backup: { readonly bytes: number }
  readonly finish: { readonly bytes: number }
  readonly integrity: undefined
  readonly verify: BackupFacts
  readonly restore: { readonly replaced: string | undefined }
}

/** A task with what it needs. */
export type Task =
  | { readonly kind: 'backup'; readonly path: string; readonly target: string }
  | { readonly kind: 'finish'; readonly part: string; readonly target: string }
  | { readonly kind: 'integrity'; readonly path: string }
  | { readonly kind: 'verify'; readonly path: string }
  | { readonly kind: 'restore'; readonly path: string; readonly backup: string; readonly nowMs: number }
