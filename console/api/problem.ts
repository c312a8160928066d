/** What can go wrong between the console and the desk, as plain sentences: what happened and what to do. */

/** `away`: the desk does not answer. `signed-out`: the session has ended. `refused`, `missing`, `busy`: the desk said so,
 *  in `message`. `broken`: the desk failed. */
export type ProblemCode = 'away' | 'signed-out' | 'refused' | 'missing' | 'busy' | 'broken'

/** A request that did not succeed. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

const ownWords: Readonly<Record<ProblemCode, string>> = {
  away: 'The desk does not answer. It may be restarting, or this computer may have lost its connection. We keep trying.',
  'signed-out': 'Your session has ended. Sign in again; nothing is lost.',
  refused: 'The desk refused this.',
  missing: 'There is no such thing on this desk. It may have been removed.',
  busy: 'The desk is busy. Wait a moment and try again.',
  broken: 'Something failed inside the desk. It was written to its log. Try again; if it fails again, call IT.',
}

const codeOf = (status: number): ProblemCode => {
  if (status === 401) return 'signed-out'
  if (status === 404 || status === 410) return 'missing'
  if (status === 429 || status === 503) return 'busy'
  return status >= 500 ? 'broken' : 'refused'
}

/** The problem that an answer with this status and body tells of. The desk's own sentence wins where there is one, except
 *  for failures inside the desk, whose words are for its log. */
export function problemOf(status: number, body: unknown): Problem {
  const code = codeOf(status)
  const said = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined
  const number = typeof body === 'object' && body !== null && 'requestId' in body ? body.requestId : undefined
  if (code === 'broken' && typeof number === 'string') {
    return new Problem(code, `${ownWords.broken} They will ask for this number: ${number}.`)
  }
  const isUsable = typeof said === 'string' && said !== '' && code !== 'broken' && code !== 'signed-out'
  return new Problem(code, isUsable ? said : ownWords[code])
}

/** The problem of a sign-in that was refused (401): no session ended, so the desk's own sentence stands. */
export function signInProblem(body: unknown): Problem {
  const said = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined
  return new Problem('refused', typeof said === 'string' ? said : 'Name, password or code is wrong.')
}

/** The problem of a request that got no answer. */
export const awayProblem = (cause: unknown): Problem => new Problem('away', ownWords.away, cause)

/** One sentence for whatever was thrown. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Problem ? error.message : 'Something went wrong in this page. Reload it; if it fails again, call IT.'
