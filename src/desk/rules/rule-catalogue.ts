/** What can be told of a desk's rules: each with its set, its state and its texts, and all that is not in use. Made from the
 *  rules as they were read; nothing of an engine is built. */
import { readAttackTags, tactics } from '../../sigma/attack.ts'
import { placeholdersOf } from '../../sigma/placeholders.ts'
import { resolveRules } from '../../sigma/resolve.ts'
import type { Detection, RuleLevel, RuleLogsource, RuleProblem, SigmaRule } from '../../sigma/rule.ts'
import { ruleName } from '../../watches/machines/match-hits.ts'
import type { PackedSet, RulePack } from './rule-pack-file.ts'

/** A rule as it is told of. */
export interface CataloguedRule {
  /** As findings name it: `sigma/` and its id, or its title where it has none. */
  readonly name: string
  readonly title: string
  readonly kind: SigmaRule['kind']
  readonly level?: RuleLevel
  readonly status: string
  readonly logsource: string
  /** Tags of tactics. */
  readonly tactics: readonly string[]
  readonly techniques: readonly string[]
  readonly set: string
  readonly description: string
  readonly plain?: string
  readonly doNow: readonly string[]
  readonly falsePositives: readonly string[]
  readonly tags: readonly string[]
  readonly author: string
  readonly references: readonly string[]
  readonly file: string
  readonly line: number
  readonly ruleId?: string
  readonly counts: readonly string[]
  readonly problem?: RuleProblem
}

/** A set, and how many rules of it there are. */
export interface CataloguedSet extends PackedSet {
  readonly waiting: number
  readonly unusable: number
}

/** The catalogue. */
export interface RuleCatalogue {
  readonly rules: readonly CataloguedRule[]
  readonly sets: readonly CataloguedSet[]
  /** What cannot be used: files, documents, rules. */
  readonly problems: readonly RuleProblem[]
  /** Names of values that rules wait for, with the titles of those rules. */
  readonly placeholders: readonly { readonly name: string; readonly rules: readonly string[] }[]
}

/** Makes the catalogue of rules that were packed. */
export function catalogueOf(pack: RulePack): RuleCatalogue {
  const given = pack.options.placeholders ?? {}
  const { rejects } = resolveRules(pack.rules, placeholdersOf(given))
  const byRule = new Map<string, RuleProblem>()
  for (const reject of rejects) byRule.set(keyOf(reject.file, reject), reject)
  const titles = titlesOf(pack.rules)
  const known = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  const waitedFor = new Map<string, string[]>()
  const rules: CataloguedRule[] = []
  const sets: CataloguedSet[] = []
  const rest = [...pack.rules].values()
  for (const set of pack.sets) {
    const own: CataloguedRule[] = []
    for (let n = 0; n < set.rules; n++) {
      const next = rest.next()
      if (next.done === true) break
      const rule = next.value
      const problem = byRule.get(keyOf(rule.place.file, rule))
      if (problem?.kind === 'waits') {
        for (const name of placeholdersIn(rule)) {
          if (!known.has(name.toLowerCase())) waitedFor.set(name, [...(waitedFor.get(name) ?? []), rule.title])
        }
      }
      own.push(catalogued(rule, set.name, problem, titles))
    }
    const countOf = (kind: RuleProblem['kind']): number => own.filter(({ problem }) => problem?.kind === kind).length
    const unread = pack.rejects.filter(({ file }) => isBelow(set.path, file)).length
    sets.push({ ...set, waiting: countOf('waits'), unusable: countOf('rule') + unread })
    rules.push(...own)
  }
  return {
    rules,
    sets,
    problems: [...pack.rejects, ...rejects.filter(({ kind }) => kind === 'rule')],
    placeholders: [...waitedFor]
      .map(([name, waiting]) => ({ name, rules: [...new Set(waiting)] }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** True of a file of a set, by its name: the set's path itself, a file below it, or one inside an archive. */
const isBelow = (path: string, file: string): boolean =>
  file.startsWith(path) &&
  (file.length === path.length || /[\\/:]/.test(file.charAt(path.length)) || /[\\/]$/.test(path))

const keyOf = (file: string, { id, title }: { readonly id?: string; readonly title: string }): string =>
  `${file}\n${id ?? ''}\n${title}`

function catalogued(
  rule: SigmaRule,
  set: string,
  problem: RuleProblem | undefined,
  titles: ReadonlyMap<string, string>,
): CataloguedRule {
  const { tactics: named, techniques } = readAttackTags(rule.tags)
  return {
    name: ruleName(rule),
    title: rule.title,
    kind: rule.kind,
    ...(rule.level === undefined ? {} : { level: rule.level }),
    status: rule.status,
    logsource: rule.kind === 'correlation' ? '' : logsourceText(rule.logsource),
    tactics: [...new Set(named)],
    techniques: [...new Set(techniques)],
    set,
    description: rule.description,
    ...(rule.words === undefined ? {} : { plain: rule.words.plain }),
    doNow: rule.words?.doNow ?? [],
    falsePositives: rule.falsePositives,
    tags: rule.tags,
    author: rule.author,
    references: rule.references,
    file: rule.place.file,
    line: rule.place.line,
    ...(rule.id === undefined ? {} : { ruleId: rule.id }),
    counts: referredTo(rule).map((each) => titles.get(each) ?? each),
    ...(problem === undefined ? {} : { problem }),
  }
}

function referredTo(rule: SigmaRule): readonly string[] {
  if (rule.kind === 'detection') return []
  return rule.rules === 'any' ? [] : rule.rules
}

/** The kind of log in one text: `windows, process_creation`. */
const logsourceText = ({ product, category, service }: RuleLogsource): string =>
  [product, category, service].filter((part) => part !== undefined).join(', ') || 'any log'

/** Titles by id and by name. */
function titlesOf(rules: readonly SigmaRule[]): ReadonlyMap<string, string> {
  const titles = new Map<string, string>()
  for (const { id, name, title } of rules) {
    if (id !== undefined) titles.set(id, title)
    if (name !== undefined) titles.set(name, title)
  }
  return titles
}

/** Names of the placeholders of a rule. */
function placeholdersIn(rule: SigmaRule): string[] {
  if (rule.kind === 'correlation') return []
  const names = new Set<string>()
  const visit = (detection: Detection): void => {
    if (detection.kind === 'item') return
    if (detection.kind !== 'placeholder') {
      for (const part of detection.of) visit(part)
      return
    }
    for (const value of detection.values) {
      for (const [, name] of String(value).matchAll(/%([^%\s\\]{1,128})%/g)) if (name !== undefined) names.add(name)
    }
  }
  for (const detection of Object.values(rule.detections)) visit(detection)
  return [...names]
}

/** The name of a tactic by its tag. */
export const tacticNames: ReadonlyMap<string, string> = new Map(tactics.map(({ tag, name }) => [tag, name]))
