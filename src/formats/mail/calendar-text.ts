/** What an invitation says (iCalendar, RFC 5545): mail programs show its title, place, description and address beside the mail,
 *  or instead of it. Times and rules are not read. */
import { limits } from '../../core/limits.ts'

/** Properties that people are shown, in the order in which programs show them. */
const shown = ['summary', 'location', 'url', 'description', 'comment']

const escapes: Readonly<Record<string, string>> = { n: '\n', N: '\n' }

/** The texts, and the HTML of a description where there is any. */
export function readCalendar(source: string): { readonly texts: readonly string[]; readonly html: string } {
  // Long lines are folded (section 3.1).
  const lines = source
    .slice(0, limits.mailTextCharactersMax)
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
  const texts = new Map<string, string[]>()
  let html = ''
  for (const line of lines) {
    const name = /^[a-z-]{1,40}/i.exec(line)?.[0].toLowerCase() ?? ''
    if (name !== 'x-alt-desc' && !shown.includes(name)) continue
    const value = unescaped(line.slice(valueStart(line)))
    if (name === 'x-alt-desc') html ||= value
    else if (values(texts, name).length < limits.mailCalendarTextsMax) values(texts, name).push(value)
  }
  const found = shown.flatMap((name) => texts.get(name) ?? []).filter((text) => text.trim() !== '')
  return { texts: [...new Set(found)], html }
}

function values(texts: Map<string, string[]>, name: string): string[] {
  const known = texts.get(name) ?? []
  texts.set(name, known)
  return known
}

/** Where a property's value begins: behind the first colon that stands in no quotes (section 3.1). */
function valueStart(line: string): number {
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted
    else if (line[at] === ':' && !isQuoted) return at + 1
  }
  return line.length
}

const unescaped = (value: string): string =>
  value.replace(/\\([\\;,nN])/g, (_, character: string) => escapes[character] ?? character)
