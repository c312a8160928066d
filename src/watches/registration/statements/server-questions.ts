/** Tells where code asks the server for something: a query, or what the server is. */
import { type Code, hasRole, isCall, isWord, type Range } from './code.ts'
import { role } from './words.ts'

/** True where a range holds a query, or asks the server about itself. */
export function asksServer(code: Code, range: Range): boolean {
  for (let i = range.from; i < range.to; i++) {
    if (hasRole(code, i, role.fingerprintWord) || isWord(code, i, 'select')) return true
    if (hasRole(code, i, role.fingerprint) && isCall(code, i)) return true
  }
  return false
}
