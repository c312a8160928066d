/** The literals of a statement, for tying it to the web request whose decoded parameters contain them. */
import { limits } from '../../../core/limits.ts'
import { stringValue } from './code.ts'
import { type Dialect, lex, Tokens, tokenKind } from './lexer.ts'
import { detached } from './words.ts'

const tokens = new Tokens()

/** Values of the string and number literals, each once, in order; where there are more than
 *  `limits.statementLiteralsMax`, the longest, which tell the most. Each is cut to
 *  `limits.statementLiteralCharactersMax`. They may be voter data. */
export function literalsOf(text: string, dialect: Dialect): string[] {
  lex(text, dialect, tokens)
  const found = new Set<string>()
  for (let i = 0; i < tokens.count && found.size < limits.literalCandidatesMax; i++) {
    const kind = tokens.kinds[i]
    if (kind !== tokenKind.string && kind !== tokenKind.number) continue
    const raw = text.slice(
      tokens.starts[i],
      Math.min(tokens.ends[i] as number, (tokens.starts[i] as number) + rawCharacters),
    )
    const value = kind === tokenKind.string ? stringValue(raw) : raw
    if (value !== '') found.add(detached(value.slice(0, limits.statementLiteralCharactersMax)))
  }
  const values = [...found]
  if (values.length <= limits.statementLiteralsMax) return values
  const kept = new Set([...values].sort((a, b) => b.length - a.length).slice(0, limits.statementLiteralsMax))
  return values.filter((value) => kept.has(value))
}

/** Doubled quotes and prefixes make the raw text longer than its value. */
const rawCharacters = 2 * limits.statementLiteralCharactersMax + 8
