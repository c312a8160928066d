/** The detection rules of a desk as people see them: what is loaded, how often each fired, and which are switched off. A rule
 *  that is switched off makes no findings from that moment on; rules that count it go on counting. */
import { createHash } from 'node:crypto'
import type { Level } from '../core/finding.ts'
import { levelRank } from '../core/finding.ts'
import { limits } from '../core/limits.ts'
import { ok } from '../core/result.ts'
import { tactics } from '../sigma/attack.ts'
import type { RuleProblem } from '../sigma/rule.ts'
import type { RuleFires } from '../store/store.ts'
import type { RuleListView, RuleProblemView, RuleQuery, RuleSummaryView, RulesPageView, RuleView } from './api/rules.ts'
import type { DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import type { CatalogueShelf, DatedCatalogue } from './rules/catalogue-shelf.ts'
import { type CataloguedRule, tacticNames } from './rules/rule-catalogue.ts'
import { listSets } from './rules/rule-store.ts'

/** The setting of the store. */
export const rulesOffSetting = 'rules.off'

/** A rule that the office has switched off, as it is stored. */
export interface RuleOff {
  /** As findings name it. */
  readonly rule: string
  readonly reason: string
  readonly by: string
  readonly atMs: number
}

/** What the part needs beside what all share. */
export interface RuleDeskParts extends DeskParts {
  readonly catalogue: CatalogueShelf
  readonly dataPath: string
  readonly configurationPath: string
  /** Told which rules are switched off now, so that the analysis knows them. */
  readonly onOff: (rules: readonly string[]) => void
}

const unavailable = () =>
  refuse('unavailable', 'The list of rules could not be made. The rules themselves are in use. Try again in a minute.')
const missing = () => refuse('missing', 'There is no such rule on this desk. It may have come with a set that is gone.')

/** A rule's id in addresses: titles may hold anything. */
export const ruleIdOf = ({ name, file, line }: CataloguedRule, isSecond: boolean): string =>
  createHash('sha256')
    .update(isSecond ? `${name}\n${file}\n${line}` : name)
    .digest('hex')
    .slice(0, 16)

/** A rule with all that is known of it now. */
interface KnownRule {
  readonly id: string
  readonly rule: CataloguedRule
  readonly state: RuleSummaryView['state']
  readonly off: RuleOff | undefined
  readonly fired: RuleFires | undefined
}

/** The rules of a desk. */
export class RuleDesk {
  readonly #parts: RuleDeskParts
  #fires: { readonly counted: Promise<readonly RuleFires[]>; untilMs: number } | undefined

  constructor(parts: RuleDeskParts) {
    this.#parts = parts
  }

  /** Rules that are switched off, by the names that findings use. */
  async off(): Promise<readonly RuleOff[]> {
    const kept = await this.#parts.store.setting(rulesOffSetting)
    return Array.isArray(kept) ? (kept as RuleOff[]) : []
  }

  async page(): DeskResult<RulesPageView> {
    const catalogue = await this.#parts.catalogue.read()
    if (catalogue === undefined) return unavailable()
    const known = await this.#known(catalogue)
    const countOf = (state: RuleSummaryView['state'], set?: string): number =>
      known.filter((each) => each.state === state && (set === undefined || each.rule.set === set)).length
    const { problems, sets, placeholders, readAtMs } = catalogue
    return ok({
      sets: sets.map(({ kind, name, from, addedAt, files, rules, waiting, unusable }) => ({
        ...{ kind, name, from, files, rules, waiting, unusable },
        inUse: countOf('in-use', name),
        ...(addedAt === undefined ? {} : { addedAtMs: Date.parse(addedAt) }),
      })),
      counts: {
        all: known.length,
        inUse: countOf('in-use'),
        off: countOf('off'),
        waiting: countOf('waiting'),
        unusable: countOf('unusable'),
      },
      coverage: coverageOf(known),
      logsources: logsourcesOf(known),
      placeholders: placeholders.map(({ name, rules }) => ({ name, rules: [...rules] })),
      problems: problems.slice(0, limits.ruleProblemsShownMax).map(problemView),
      problemsTotal: problems.length,
      configurationPath: this.#parts.configurationPath,
      readAtMs,
      isOutdated: await this.#isOutdated(catalogue),
      firedSinceMs: this.#sinceMs(),
    })
  }

  async list(query: RuleQuery): DeskResult<RuleListView> {
    const catalogue = await this.#parts.catalogue.read()
    if (catalogue === undefined) return unavailable()
    const found = (await this.#known(catalogue))
      .filter((each) => fits(each, query))
      .sort(orders[query.order ?? 'fired'])
    const { offset = 0, limit = limits.ruleRowsShown } = query
    return ok({ rows: found.slice(offset, offset + limit).map(summaryView), total: found.length })
  }

  async one(id: string): DeskResult<RuleView> {
    const found = await this.#find(id)
    if (!found.ok) return found
    return ok(ruleView(found.value))
  }

  async switchOff(id: string, reason: string, who: Person): DeskResult<RuleView> {
    const found = await this.#find(id)
    if (!found.ok) return found
    const { rule, off } = found.value
    if (off !== undefined) return refuse('refused', 'This rule is switched off already.')
    if (rule.kind === 'filter') return refuse('refused', 'A filter is not switched off here: take its file away.')
    const { store, clock } = this.#parts
    const entry: RuleOff = { rule: rule.name, reason, by: who.name, atMs: clock() }
    const kept = [...(await this.off()), entry]
    if (kept.length > limits.rulesOffMax) {
      return refuse('refused', `${limits.rulesOffMax} rules are switched off already. Switch one on again first.`)
    }
    await store.saveSetting(rulesOffSetting, kept)
    await writeDown(this.#parts, who.name, 'rule.off', rule.name, { title: rule.title, reason })
    return this.#tell(id, kept)
  }

  async switchOn(id: string, who: Person): DeskResult<RuleView> {
    const found = await this.#find(id)
    if (!found.ok) return found
    const { rule, off } = found.value
    if (off === undefined) return refuse('refused', 'This rule is switched on already.')
    const kept = (await this.off()).filter((each) => each.rule !== rule.name)
    await this.#parts.store.saveSetting(rulesOffSetting, kept)
    await writeDown(this.#parts, who.name, 'rule.on', rule.name, { title: rule.title })
    return this.#tell(id, kept)
  }

  #tell(id: string, kept: readonly RuleOff[]): DeskResult<RuleView> {
    this.#parts.onOff(kept.map(({ rule }) => rule))
    this.#parts.events.say('rules', id)
    return this.one(id)
  }

  async #find(id: string): DeskResult<KnownRule> {
    const catalogue = await this.#parts.catalogue.read()
    if (catalogue === undefined) return unavailable()
    const found = (await this.#known(catalogue)).find((each) => each.id === id)
    return found === undefined ? missing() : ok(found)
  }

  /** How often rules fired; counted anew only after a while, which is the longer the longer it took. */
  #fired(): Promise<readonly RuleFires[]> {
    const beganMs = performance.now()
    if (this.#fires !== undefined && beganMs < this.#fires.untilMs) return this.#fires.counted
    const counted = this.#parts.store.ruleFires(this.#sinceMs())
    const fires = { counted, untilMs: Number.POSITIVE_INFINITY }
    this.#fires = fires
    const keep = (costRatio: number): void => {
      const nowMs = performance.now()
      fires.untilMs = nowMs + Math.max(limits.ruleFiresKeptMsMin, (nowMs - beganMs) * costRatio)
    }
    counted.then(
      () => keep(limits.ruleFiresCostRatio),
      () => keep(0),
    )
    return counted
  }

  #sinceMs(): number {
    return this.#parts.clock() - limits.ruleFiresCountedMs
  }

  async #known(catalogue: DatedCatalogue): Promise<KnownRule[]> {
    const [kept, fires] = await Promise.all([this.off(), this.#fired()])
    const offs = new Map(kept.map((each) => [each.rule, each]))
    const firedBy = new Map(fires.map((each) => [each.rule, each]))
    const seen = new Set<string>()
    return catalogue.rules.map((rule) => {
      const isSecond = seen.has(rule.name)
      seen.add(rule.name)
      const off = offs.get(rule.name)
      const state = rule.problem === undefined ? (off === undefined ? 'in-use' : 'off') : stateOf(rule.problem)
      const fired = isSecond ? undefined : firedBy.get(rule.name)
      return { id: ruleIdOf(rule, isSecond), rule, state, off, fired }
    })
  }

  /** True where a set was added, changed or taken away since the rules were read. */
  async #isOutdated({ sets }: DatedCatalogue): Promise<boolean> {
    const said = (all: readonly { readonly name: string; readonly addedAt?: string }[]): string =>
      all.map(({ name, addedAt }) => `${name} ${addedAt}`).join('\n')
    return said(await listSets(this.#parts.dataPath)) !== said(sets.filter(({ kind }) => kind === 'kept'))
  }
}

const stateOf = ({ kind }: RuleProblem): RuleSummaryView['state'] => (kind === 'waits' ? 'waiting' : 'unusable')

function coverageOf(known: readonly KnownRule[]): RulesPageView['coverage'] {
  const used = known.filter(({ state, rule }) => state === 'in-use' && rule.kind !== 'filter')
  return tactics
    .map(({ tag, name }) => {
      const rules = used.filter(({ rule }) => rule.tactics.includes(tag))
      return {
        tag,
        tactic: name,
        rules: rules.length,
        techniques: new Set(rules.flatMap((each) => each.rule.techniques)).size,
      }
    })
    .filter(({ tag, rules }) => rules > 0 || tag !== 'defense-evasion')
    .map(({ tactic, rules, techniques }) => ({ tactic, rules, techniques }))
}

function logsourcesOf(known: readonly KnownRule[]): RulesPageView['logsources'] {
  const counts = new Map<string, number>()
  for (const { rule } of known) {
    if (rule.logsource !== '') counts.set(rule.logsource, (counts.get(rule.logsource) ?? 0) + 1)
  }
  return [...counts].map(([name, rules]) => ({ name, rules })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function fits({ rule, state }: KnownRule, query: RuleQuery): boolean {
  const { level, logsource, tactic, set, text } = query
  if (query.state !== undefined && query.state !== state) return false
  if (level !== undefined && rule.level !== level) return false
  if (logsource !== undefined && rule.logsource !== logsource) return false
  if (set !== undefined && rule.set !== set) return false
  if (tactic !== undefined && !rule.tactics.some((tag) => tacticNames.get(tag) === tactic)) return false
  const words = (text ?? '')
    .toLowerCase()
    .split(/\s+/, limits.searchWordsMax)
    .filter((word) => word !== '')
  if (words.length === 0) return true
  const whole = [rule.title, rule.plain ?? '', rule.description, rule.ruleId ?? '', rule.file, ...rule.tags]
    .join('\n')
    .toLowerCase()
  return words.every((word) => whole.includes(word))
}

const rankOf = (level: Level | undefined): number => (level === undefined ? -1 : levelRank(level))
const byTitle = (a: KnownRule, b: KnownRule): number => a.rule.title.localeCompare(b.rule.title, 'en')
const byLevel = (a: KnownRule, b: KnownRule): number => rankOf(b.rule.level) - rankOf(a.rule.level) || byTitle(a, b)
const orders = {
  title: byTitle,
  level: byLevel,
  fired: (a: KnownRule, b: KnownRule): number =>
    (b.fired?.lastSeenMs ?? 0) - (a.fired?.lastSeenMs ?? 0) || byLevel(a, b),
} as const

const problemView = ({ title, file, line, problem, mend }: RuleProblem): RuleProblemView => ({
  ...{ title, file, line, problem, mend },
})

function summaryView({ id, rule, state, fired }: KnownRule): RuleSummaryView {
  return {
    id,
    title: rule.title,
    kind: rule.kind,
    ...(rule.level === undefined ? {} : { level: rule.level }),
    status: rule.status,
    logsource: rule.logsource,
    tactics: rule.tactics.map((tag) => tacticNames.get(tag) ?? tag),
    techniques: [...rule.techniques],
    set: rule.set,
    state,
    ...(fired === undefined
      ? {}
      : {
          fired: {
            findings: fired.findings,
            hits: fired.hits,
            lastMs: fired.lastSeenMs,
            ...(fired.incidentId === undefined ? {} : { incidentId: fired.incidentId }),
          },
        }),
  }
}

function ruleView(known: KnownRule): RuleView {
  const { rule, off } = known
  return {
    ...summaryView(known),
    description: rule.description,
    ...(rule.plain === undefined ? {} : { plain: rule.plain }),
    doNow: [...rule.doNow],
    falsePositives: [...rule.falsePositives],
    tags: [...rule.tags],
    author: rule.author,
    references: [...rule.references],
    file: rule.file,
    line: rule.line,
    ...(rule.ruleId === undefined ? {} : { ruleId: rule.ruleId }),
    counts: [...rule.counts],
    ...(rule.problem === undefined ? {} : { problem: problemView(rule.problem) }),
    ...(off === undefined ? {} : { off: { reason: off.reason, by: off.by, atMs: off.atMs } }),
  }
}
