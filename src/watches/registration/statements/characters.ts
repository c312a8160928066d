/** What each character can be part of in SQL text. */

export const charClass = { other: 0, space: 1, letter: 2, digit: 3 } as const

const classes = new Uint8Array(128)
for (let c = 0; c < 128; c++) {
  const text = String.fromCharCode(c)
  // All control characters count as white space: SQL Server and MySQL skip several, and attackers use them so.
  if (c <= 32 || c === 127) classes[c] = charClass.space
  else if (/[A-Za-z_]/.test(text)) classes[c] = charClass.letter
  else if (/[0-9]/.test(text)) classes[c] = charClass.digit
}

const isWideSpace = (c: number): boolean =>
  c === 0xa0 || c === 0x85 || c === 0x3000 || c === 0xfeff || (c >= 0x2000 && c <= 0x200b) || (c | 1) === 0x2029

/** One of `charClass`; `other` beyond the end of a text, where `charCodeAt` says NaN. */
export const classOf = (c: number): number =>
  c >= 128 ? (isWideSpace(c) ? charClass.space : charClass.letter) : (classes[c] ?? charClass.other)
/** True for a character of a word behind its first. */
export const isWordPart = (c: number): boolean => classOf(c) >= charClass.letter || c === 36
/** 0 to 9. */
export const isDigit = (c: number): boolean => c >= 48 && c <= 57
/** 0 to 9, a to f. */
export const isHexDigit = (c: number): boolean => isDigit(c) || ((c | 32) >= 97 && (c | 32) <= 102)

/** Operators of more than one character; any other is one character long. */
export const longOperators: ReadonlySet<string> = new Set(
  '|| <= >= <> != :: := -> ->> #> #>> @> <@ && <=> !~ ~* !~* ~~ << >> ^= ** => !< !> += -= |/ @@'.split(' '),
)

const continuing = new Uint8Array(128)
for (const operator of longOperators) {
  for (const mark of operator.slice(1)) continuing[mark.charCodeAt(0)] = 1
}

/** True for the second or third character of an operator; -1 is the end of the text. */
export const continuesOperator = (c: number): boolean => c >= 0 && c < 128 && continuing[c] === 1
