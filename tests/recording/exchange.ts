/** What passes between an invented client, the site and its database: the material that log writers write. */

export type Label = 'benign' | 'attack' | 'authorised-scan' | 'background-scan'

/** One statement as the database ran it. */
export interface Executed {
  readonly text: string
  /** Bound values, where the application prepares its statements. */
  readonly parameters?: readonly string[]
  readonly verb: 'SELECT' | 'INSERT' | 'UPDATE' | 'COPY'
  readonly rows: number
  readonly durationMs: number
  readonly error?: { readonly code: string; readonly message: string }
}

/** A request and the site's answer to it, without a when and a who. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'OPTIONS'
  /** As it stands in the request line. */
  readonly target: string
  readonly status: number
  readonly bodyBytes: number
  readonly durationMs: number
  readonly statements: readonly Executed[]
  /** Indices of the voters whose record the answer shows. */
  readonly shown: readonly number[]
}

/** An exchange that took place: nginx logs it when it is over, at `timeMs`. */
export interface Visit extends Exchange {
  readonly timeMs: number
  readonly client: string
  readonly referer: string
  readonly agent: string
  /** What the client itself sent as X-Forwarded-For. */
  readonly forwarded?: string
}

/** Work in the database that no web request caused. */
export interface Chore {
  readonly timeMs: number
  readonly role: string
  readonly application: string
  readonly statements: readonly Executed[]
}
