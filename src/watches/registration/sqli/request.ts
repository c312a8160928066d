/** Takes a request apart into the values that an attacker can put SQL into, each with the name of its place. It judges
 *  nothing. */
import { limits } from '../../../core/limits.ts'

/** A request's fields as text: latin-1, log-writer escapes undone, still URL-encoded; empty where the log has none. */
export interface RequestParts {
  readonly target: string
  readonly cookie: string
  readonly referer: string
  readonly agent: string
}

/** A name from the request, fit to be shown: decoded no further, control characters out, shortened. */
function shown(name: string): string {
  const clean = name.replace(/[^\x21-\x7e]/g, '')
  return clean.length > limits.partNameCharactersMax ? `${clean.slice(0, limits.partNameCharactersMax)}...` : clean
}

/** One value of a request, and its place in words: `path`, `parameter NAME`, `cookie NAME`, `referer`, `user agent`. */
export interface Named {
  readonly part: string
  readonly value: string
}

/** `name=value` pairs of a query or a cookie; both sides are values, for attacks stand in names too. */
function* pairs(text: string, separators: RegExp, kind: string): Generator<Named> {
  for (const piece of text.split(separators)) {
    const equals = piece.indexOf('=')
    const name = equals < 0 ? piece : piece.slice(0, equals)
    const label = shown(name)
    if (equals >= 0) yield { part: `${kind} ${label}`, value: piece.slice(equals + 1) }
    yield { part: `${kind} ${label}`, value: name }
  }
}

function* targetValues(target: string): Generator<Named> {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  for (const segment of path.split('/')) yield { part: 'path', value: segment }
  if (/%|'|"|\*|\(/.test(path)) yield { part: 'path', value: path }
  if (mark < 0) return
  const query = target.slice(mark + 1)
  const seen: Named[] = []
  for (const named of pairs(query, /&/, 'parameter')) seen.push(named)
  yield* seen
  if (query.includes(';')) yield* pairs(query, /[&;]/, 'parameter')
  // A separator inside the payload itself (`&&`, `&#39;`) cuts it: the whole from its first parameter on.
  if (/&&|&#|&[a-z]{2,6};/i.test(query)) {
    const equals = query.indexOf('=')
    yield { part: `parameter ${shown(query.slice(0, Math.max(0, equals)))}`, value: query.slice(equals + 1) }
  } else if (!query.includes('=') && query.includes('&')) yield { part: 'parameter', value: query }
}

function* refererValues(referer: string): Generator<Named> {
  const mark = referer.indexOf('?')
  if (mark < 0) {
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^'"()\s%]*$/i.test(referer)) yield { part: 'referer', value: referer }
    return
  }
  for (const { value } of pairs(referer.slice(mark + 1), /&/, 'referer')) yield { part: 'referer', value }
  if (/['"(%]/.test(referer.slice(0, mark))) yield { part: 'referer', value: referer.slice(0, mark) }
}

/** Every value of a request that SQL can stand in, with the name of its place. */
export function* valuesOf(parts: RequestParts): Generator<Named> {
  yield* targetValues(parts.target)
  if (parts.cookie !== '') yield* pairs(parts.cookie, /; ?/, 'cookie')
  if (parts.cookie.includes(';') && /['"]/.test(parts.cookie)) yield { part: 'cookie', value: parts.cookie }
  if (parts.referer !== '') yield* refererValues(parts.referer)
  if (parts.agent !== '') yield { part: 'user agent', value: parts.agent }
}
