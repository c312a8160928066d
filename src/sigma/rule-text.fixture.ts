/** Short ways for tests to write rules and to ask an engine about events. */
import { type Compiled, type CompileOptions, compile } from './compile.ts'
import type { Match } from './engine.ts'
import { type EventFacts, eventOf } from './event.ts'
import { parseRules } from './parse-rules.ts'

const indent = (text: string, by: number): string => text.trim().replace(/^/gm, ' '.repeat(by))

/** A rule about events of the category `test` with the given detection. */
export const ruleOf = (detection: string, head = 'title: Test'): string =>
  `${head}\nlogsource:\n  category: test\ndetection:\n${indent(detection, 2)}\n`

/** A rule with one selection. */
export const selecting = (selection: string, head?: string): string =>
  ruleOf(`selection:\n${indent(selection, 2)}\ncondition: selection`, head)

/** Compiles documents; fails on any problem. */
export function compiled(documents: readonly string[], options: CompileOptions = {}): Compiled {
  const { rules, rejects } = parseRules(documents.join('\n---\n'), 'test.yml')
  if (rejects.length > 0) throw new Error(JSON.stringify(rejects))
  return compile(rules, options)
}

export const testLogsource = { category: 'test' } as const

/** Whether an event matches a rule. */
export function matches(rule: string, event: Readonly<Record<string, unknown>>, options: CompileOptions = {}): boolean {
  const { engine, rejects } = compiled([rule], options)
  if (rejects.length > 0) throw new Error(JSON.stringify(rejects))
  return engine.match(eventOf(event, { logsource: testLogsource })).length > 0
}

/** The problem of a text that holds one, as `line: problem mend`. */
export function problemOf(text: string): string {
  const parsed = parseRules(text, 'test.yml')
  const rejects = [...parsed.rejects, ...compile(parsed.rules).rejects]
  return rejects.map(({ line, problem, mend }) => `${line}: ${problem} ${mend}`).join('\n')
}

/** An event for correlations: seconds, and fields. */
export type At = readonly [seconds: number, fields: Readonly<Record<string, unknown>>]

/** Lets an engine observe events, in the order given, and then finish. */
export function observeAll(rules: readonly string[], events: readonly At[], options: CompileOptions = {}): Match[] {
  const { engine } = compiled(rules, options)
  const found: Match[] = []
  const emit = (match: Match): number => found.push(match)
  for (const [index, [seconds, fields]] of events.entries()) {
    const facts: EventFacts = { logsource: testLogsource, timeMs: seconds * 1_000, ref: index }
    engine.observe(eventOf(fields, facts), emit)
  }
  engine.finish(emit)
  return found
}
