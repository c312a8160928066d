/** The plain words of a rule for a clerk: what a match means for an election office, and what to do now. They stand in the
 *  rule under `bellwether:`, which the Sigma specification leaves to whoever uses it. Rules of others have none, and are
 *  used all the same. */
import { limits } from '../core/limits.ts'
import type { PlainWords } from './rule.ts'
import type { DocumentEntry } from './yaml-documents.ts'

/** What is wrong with a rule's plain words, and on which line. */
export interface WordsFault {
  readonly line: number
  readonly problem: string
  readonly mend: string
}

const example = 'Write bellwether: with plain: (one sentence) and doNow: (one to four steps).'

/** The words of a rule; undefined where it has none that can be used. */
export function plainWordsOf(entry: DocumentEntry | undefined): PlainWords | undefined {
  if (entry?.value.kind !== 'map') return undefined
  const plain = textOf(entry.value.entries.get('plain'))
  const steps = entry.value.entries.get('doNow')?.value
  const doNow = (steps?.kind === 'list' ? steps.items : []).flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' && item.value.trim() !== '' ? [item.value.trim()] : [],
  )
  if (plain === '' || plain.length > limits.plainSentenceCharactersMax) return undefined
  if (doNow.some((step) => step.length > limits.plainStepCharactersMax)) return undefined
  return { plain, doNow: doNow.slice(0, limits.plainStepsMax) }
}

const textOf = (entry: DocumentEntry | undefined): string =>
  entry?.value.kind === 'scalar' && typeof entry.value.value === 'string' ? entry.value.value.trim() : ''

/** What a rule of ours lacks in plain words: they are required there. `line` is the rule's own. */
export function wordsFaultsOf(entry: DocumentEntry | undefined, line: number): WordsFault[] {
  if (entry === undefined) return [{ line, problem: 'The rule has no plain words for a clerk.', mend: example }]
  if (entry.value.kind !== 'map') {
    return [{ line: entry.line, problem: 'What stands under bellwether is not a map.', mend: example }]
  }
  const faults: WordsFault[] = []
  const { entries } = entry.value
  const plain = textOf(entries.get('plain'))
  const plainLine = entries.get('plain')?.line ?? entry.line
  const say = (at: number, problem: string, mend: string): number => faults.push({ line: at, problem, mend })
  if (plain === '') say(plainLine, 'The plain words have no sentence under plain.', example)
  else if (plain.length > limits.plainSentenceCharactersMax) {
    say(plainLine, 'The plain sentence is too long to be read under stress.', 'Say it in 200 characters.')
  } else if (!/[.!?]$/.test(plain)) say(plainLine, 'The plain words are not a sentence.', 'End them with a full stop.')
  const steps = entries.get('doNow')
  const items = steps?.value.kind === 'list' ? steps.value.items : []
  const stepsLine = steps?.line ?? entry.line
  if (items.length === 0) say(stepsLine, 'The plain words do not say what to do now.', example)
  if (items.length > limits.plainStepsMax)
    say(stepsLine, 'There are more than four steps.', 'Keep those that come first.')
  for (const item of items) {
    const text = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : ''
    if (text === '') say(item.line, 'A step is not text.', 'Write each step as one sentence.')
    if (text.length > limits.plainStepCharactersMax) {
      say(item.line, 'A step is too long to be read under stress.', 'Say it in 160 characters, or make two of it.')
    }
  }
  for (const [key, { line: at }] of entries) {
    if (key !== 'plain' && key !== 'doNow') say(at, `"${key}" is not known under bellwether.`, example)
  }
  return faults
}
