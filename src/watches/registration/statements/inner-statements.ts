/** SQL that a statement runs out of a string: query_to_xml('select ...'), EXEC('...'), sp_executesql N'...'. */
import { limits } from '../../../core/limits.ts'
import { at, type Code, codeOf, hasRole, stringValue } from './code.ts'
import { type Dialect, tokenKind } from './lexer.ts'
import { role } from './words.ts'

/** One such string. */
export interface InnerStatement {
  readonly code: Code
  /** The table named instead of a statement: table_to_xml('voters', ...). */
  readonly table: string
  /** All that it returns comes back as one value. */
  readonly gathered: boolean
}

/** Tokens between the word and its string. */
const distance = 8

/** The strings of a statement that it runs, at most `limits.innerStatementsMax`. */
export function innerStatements(code: Code, dialect: Dialect): InnerStatement[] {
  const found: InnerStatement[] = []
  if ((code.present & role.running) === 0) return found
  for (let i = 0; i < code.count && found.length < limits.innerStatementsMax; i++) {
    if (!hasRole(code, i, role.running)) continue
    const word = at(code, i)
    for (let j = i + 1; j < code.count && j <= i + distance; j++) {
      if (code.kinds[j] !== tokenKind.string) continue
      const value = stringValue(at(code, j))
      const named = word === 'table_to_xml'
      const table = named ? (value.toLowerCase().split('.').at(-1) ?? '') : ''
      found.push({ code: codeOf(named ? '' : value, dialect), table, gathered: /xml|json/.test(word) })
      i = j
      break
    }
  }
  return found
}
