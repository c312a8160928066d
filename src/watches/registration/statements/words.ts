/** What is known of a word of SQL, looked up once for each spelling and then kept: an application's statements use a few
 *  hundred words over and over. */
import { limits } from '../../../core/limits.ts'
import * as vocabulary from './vocabulary.ts'

/** What a word can be, as bits. */
export const role = {
  keyword: 1,
  group: 2,
  operand: 4,
  sleep: 8,
  load: 16,
  file: 32,
  fingerprint: 64,
  fingerprintWord: 128,
  character: 256,
  code: 512,
  gathering: 1024,
  counting: 2048,
  extreme: 4096,
  error: 8192,
  write: 16384,
  comparison: 32768,
  statement: 65536,
  catalogue: 131072,
  /** NULL, TRUE, FALSE: stands for a value. */
  constant: 262144,
  running: 524288,
} as const

const members: readonly (readonly [ReadonlySet<string>, number])[] = [
  [vocabulary.keywords, role.keyword],
  [vocabulary.groupKeywords, role.group],
  [vocabulary.operandKeywords, role.operand],
  [vocabulary.sleepFunctions, role.sleep],
  [vocabulary.loadFunctions, role.load],
  [vocabulary.fileFunctions, role.file],
  [vocabulary.fingerprintFunctions, role.fingerprint],
  [vocabulary.fingerprintWords, role.fingerprintWord],
  [vocabulary.characterFunctions, role.character],
  [vocabulary.codeFunctions, role.code],
  [vocabulary.gatheringFunctions, role.gathering],
  [vocabulary.countingFunctions, role.counting],
  [vocabulary.extremeFunctions, role.extreme],
  [vocabulary.errorFunctions, role.error],
  [vocabulary.writeKeywords, role.write],
  [vocabulary.comparisonKeywords, role.comparison],
  [vocabulary.statementKeywords, role.statement],
  [vocabulary.catalogueWords, role.catalogue],
  [vocabulary.constantKeywords, role.constant],
  [vocabulary.runningFunctions, role.running],
]

const roles = new Map<string, number>()
for (const [set, bit] of members) {
  for (const word of set) roles.set(word, (roles.get(word) ?? 0) | bit)
}

/** One spelling of a word. */
export interface Word {
  readonly lower: string
  /** Bits of `role`. */
  readonly roles: number
  /** As it stands in a shape, and the same behind a space. */
  readonly shaped: string
  readonly spaced: string
}

const known = new Map<string, Word>()

/** What is known of a spelling. */
export function wordOf(spelling: string): Word {
  const found = known.get(spelling)
  if (found !== undefined) return found
  const kept = detached(spelling)
  const lower = kept.toLowerCase()
  const bits = (roles.get(lower) ?? 0) | (lower.startsWith('@@') ? role.fingerprintWord : 0)
  const shaped = maskDigits(lower)
  const word = { lower, roles: bits, shaped, spaced: ` ${shaped}` }
  if (known.size >= limits.wordsMax) known.clear()
  if (spelling.length <= limits.wordCharactersMax) known.set(kept, word)
  return word
}

/** The same text in memory of its own: a part that V8 cut out of a longer string keeps the whole of it alive. */
export const detached = (part: string): string => (part.length < 13 ? part : part.split('').join(''))

/** Dates and numbers in names (`voters_20261103`, or a value that stands unquoted) do not make a shape of their own. */
export const maskDigits = (name: string): string => (name.length < 5 ? name : name.replace(/\d{5,}/g, '_'))
