/** Authentication-Results (RFC 8601), ARC-Authentication-Results (RFC 8617) and Received-SPF (RFC 7208, section 9.1). It
 *  tells what a field says and who signed it with its name; whether that server is to be believed is for others. */
import { limits } from '../../core/limits.ts'
import type { MailHeader, MailMessage } from './message.ts'

/** One method's result. All in lower case but for the texts of reason and comment. */
export interface AuthenticationResult {
  /** `spf`, `dkim`, `dmarc`, `arc`, `compauth`, `iprev`, `auth`. */
  readonly method: string
  /** `pass`, `fail`, `softfail`, `neutral`, `none`, `temperror`, `permerror`, or what else stands there. */
  readonly result: string
  readonly reason: string
  readonly comment: string
  /** `header.d`, `smtp.mailfrom`, `header.from` and so on. */
  readonly properties: ReadonlyMap<string, string>
}

/** One field. */
export interface AuthenticationResults {
  /** The server that says so; empty in the form that Microsoft 365 writes, which names none. */
  readonly server: string
  /** Where the field stands among all headers: those above the office's own Received field are its own. */
  readonly headerIndex: number
  readonly isArc: boolean
  readonly results: readonly AuthenticationResult[]
}

type Token = { readonly kind: 'word' | 'comment' | 'sign'; readonly text: string }

/** Words, quoted words, comments, and the signs `;`, `=` and `/`. */
function cutTokens(text: string): Token[] {
  const tokens: Token[] = []
  for (let i = 0; i < text.length; ) {
    const character = text[i] as string
    if (/\s/.test(character)) {
      i++
    } else if (character === '(') {
      let depth = 0
      const start = i
      for (; i < text.length; i++) {
        if (text[i] === '\\') i++
        else if (text[i] === '(') depth++
        else if (text[i] === ')' && --depth === 0) break
      }
      tokens.push({ kind: 'comment', text: text.slice(start + 1, i) })
      i++
    } else if (character === '"') {
      const start = ++i
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
      tokens.push({ kind: 'word', text: text.slice(start, i).replace(/\\(.)/gs, '$1') })
      i++
    } else if (character === ';' || character === '=') {
      tokens.push({ kind: 'sign', text: character })
      i++
    } else {
      const start = i
      while (i < text.length && !/[\s;=("]/.test(text[i] as string)) i++
      tokens.push({ kind: 'word', text: text.slice(start, i) })
    }
  }
  return tokens
}

/** Groups of tokens between semicolons. */
function groupsOf(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'sign' && token.text === ';') groups.push([])
    else groups.at(-1)?.push(token)
  }
  return groups
}

const isSign = (token: Token | undefined): boolean => token?.kind === 'sign'

/** `method=result (comment) reason="…" ptype.property=value …`; undefined for what is none. */
function resultOf(group: readonly Token[]): AuthenticationResult | undefined {
  let method = ''
  let result = ''
  let reason = ''
  let comment = ''
  const properties = new Map<string, string>()
  for (let i = 0; i < group.length; i++) {
    const token = group[i] as Token
    if (token.kind === 'comment') comment ||= token.text
    if (token.kind !== 'word' || !isSign(group[i + 1])) continue
    // `header.b=abc==`: a value may hold further equals signs, which were cut as signs.
    let value = group[i + 2]?.kind === 'word' ? (group[i + 2]?.text ?? '') : ''
    const name = token.text.toLowerCase()
    i += value === '' ? 1 : 2
    while (isSign(group[i + 1])) {
      value += '='
      i++
    }
    if (method === '') {
      method = name.replace(/\/.*$/s, '')
      result = value.toLowerCase()
    } else if (name === 'reason') {
      reason = value
    } else if (properties.size < limits.mailAuthenticationResultsMax) {
      properties.set(name, value.toLowerCase())
    }
  }
  return method === '' ? undefined : { method, result, reason, comment, properties }
}

/** Reads one field's value; `headerIndex` says where it stands. */
export function parseAuthenticationResults(value: string, headerIndex: number, isArc = false): AuthenticationResults {
  const groups = groupsOf(cutTokens(value.slice(0, limits.mailFieldCharactersMax)))
  // ARC puts its instance first: `i=1; server; …`.
  if (isArc && groups[0]?.[0]?.text === 'i' && isSign(groups[0][1])) groups.shift()
  const first = groups[0]?.filter(({ kind }) => kind !== 'comment') ?? []
  const namesServer = first.length > 0 && !isSign(first[1])
  const server = namesServer ? (first[0]?.text.toLowerCase() ?? '') : ''
  const results: AuthenticationResult[] = []
  for (const group of namesServer ? groups.slice(1) : groups) {
    const result = resultOf(group)
    if (result !== undefined && results.length < limits.mailAuthenticationResultsMax) results.push(result)
  }
  return { server, headerIndex, isArc, results }
}

/** Received-SPF as such a field; its `receiver` is the server. */
function parseReceivedSpf(header: MailHeader, headerIndex: number): AuthenticationResults {
  const [first, ...rest] = groupsOf(cutTokens(header.value.slice(0, limits.mailFieldCharactersMax)))
  const properties = new Map<string, string>()
  const tokens = [first ?? [], ...rest].flat()
  for (let i = 0; i + 2 < tokens.length; i++) {
    const name = tokens[i]
    const value = tokens[i + 2]
    if (name?.kind === 'word' && isSign(tokens[i + 1]) && value?.kind === 'word') {
      properties.set(name.text.toLowerCase(), value.text.toLowerCase().replace(/^<|>$/g, ''))
    }
  }
  const from = properties.get('envelope-from')
  if (from !== undefined) properties.set('smtp.mailfrom', from)
  const comment = first?.find(({ kind }) => kind === 'comment')?.text ?? ''
  const result = first?.[0]?.kind === 'word' ? first[0].text.toLowerCase() : ''
  const server = properties.get('receiver') ?? /^([\w.-]{1,255}):/.exec(comment)?.[1]?.toLowerCase() ?? ''
  return { server, headerIndex, isArc: false, results: [{ method: 'spf', result, reason: '', comment, properties }] }
}

/** What servers said of a mail's sender, in the order in which the fields stand. */
export function authenticationResults(message: Pick<MailMessage, 'headers'>): AuthenticationResults[] {
  const found: AuthenticationResults[] = []
  for (const [index, header] of message.headers.entries()) {
    if (found.length >= limits.mailAuthenticationResultsMax) break
    if (header.name === 'authentication-results') found.push(parseAuthenticationResults(header.value, index))
    else if (header.name === 'arc-authentication-results')
      found.push(parseAuthenticationResults(header.value, index, true))
    else if (header.name === 'received-spf') found.push(parseReceivedSpf(header, index))
  }
  return found
}
