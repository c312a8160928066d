/** What `bellwether rules` says: sentences and tables for a terminal, at most as wide as it is. It decides nothing. */
import { basename } from 'node:path'
import { counted, inDigits } from '../core/counts.ts'
import { limits } from '../core/limits.ts'
import type { CheckedRules } from '../desk/rules/check-rules.ts'
import type { Coverage } from '../desk/rules/coverage.ts'
import type { AddedSet, NamedRule, RuleSet } from '../desk/rules/rule-store.ts'
import type { CaseOutcome } from '../desk/rules/run-cases.ts'
import type { TestedRules } from '../desk/rules/test-rules.ts'
import type { RuleProblem } from '../sigma/rule.ts'
import { printable, wrap } from './printable.ts'

const widthMost = 80
/** Rules of one kind that a report of an update names. */
const namesShown = 20
const hashDigits = 16

/** Writes pages of one width. */
export class RulesPage {
  readonly #columns: number

  constructor(columns: number) {
    this.#columns = Math.min(columns, widthMost)
  }

  checked({ files, rules, usable, problems, waiting }: CheckedRules): string {
    if (rules === 0) return `${this.problems(problems)}${this.#say('No rule was found there.')}`
    const end =
      problems.length === 0
        ? 'All are written as they should be.'
        : `${counted(problems.length, 'problem was', 'problems were')} found.`
    return [
      this.problems(problems),
      this.#waiting(waiting),
      this.#say(
        `${counted(rules, 'rule')} in ${counted(files, 'file')}: ${inDigits(usable)} can be used${waiting.length === 0 ? '' : `, ${inDigits(waiting.length)} ${waiting.length === 1 ? 'waits' : 'wait'} for values of your office`}. ${end}`,
      ),
    ].join('')
  }

  tested({ rules, cases, untested, wrong, problems }: TestedRules): string {
    if (rules === 0) return `${this.problems(problems)}${this.#say('No rule was found there.')}`
    const left = untested === 0 ? '' : ` ${counted(untested, 'rule has', 'rules have')} no case.`
    const end =
      wrong.length > 0
        ? `${counted(wrong.length, 'case is', 'cases are')} not as expected.`
        : problems.length > 0
          ? 'Not everything could be tried.'
          : cases === 0
            ? 'There was nothing to try.'
            : 'All are as expected.'
    return [
      this.problems(problems),
      ...wrong.map((outcome) => this.#wrong(outcome)),
      this.#say(`${counted(rules, 'rule')}, ${counted(cases, 'case')}. ${end}${left}`),
    ].join('')
  }

  #wrong({ case: each, rule, fired }: CaseOutcome): string {
    const wanted =
      each.fires === 'any'
        ? 'should fire'
        : each.fires === 0
          ? 'should stay quiet'
          : `should fire ${counted(each.fires, 'time')}`
    const did = fired === 0 ? 'stayed quiet' : `fired ${counted(fired, 'time')}`
    return `${this.#say(`${each.file}, line ${each.line}:`)}${this.#say(`"${rule.title}" ${wanted} on "${each.name}", but ${did}.`, 2)}\n`
  }

  /** Problems with file, line and mend. */
  problems(problems: readonly RuleProblem[]): string {
    const shown = problems.slice(0, limits.ruleProblemsShownMax)
    const left = problems.length - shown.length
    const lines = shown.map(
      ({ file, line, problem, mend }) =>
        `${this.#say(`${file}, line ${line}:`)}${this.#say(`${problem} ${mend}`, 2)}\n`,
    )
    return `${lines.join('')}${left === 0 ? '' : `${this.#say(`${counted(left, 'more problem')}, not shown here.`)}\n`}`
  }

  /** Which values rules wait for. */
  #waiting(waiting: readonly RuleProblem[]): string {
    if (waiting.length === 0) return ''
    // Names are compared without case.
    const byName = new Map<string, { readonly name: string; readonly count: number }>()
    for (const { problem } of waiting) {
      const name = /%([^%]+)%/.exec(problem)?.[1] ?? 'others'
      const known = byName.get(name.toLowerCase())
      byName.set(name.toLowerCase(), { name: known?.name ?? name, count: (known?.count ?? 0) + 1 })
    }
    const widest = Math.max(...[...byName.keys()].map((name) => name.length))
    const rows = [...byName.values()].map(
      ({ name, count }) => `  ${printable(name).padEnd(widest)}  ${counted(count, 'rule')}\n`,
    )
    return `${this.#say('These rules wait for values of your office. Write them under [rules.placeholders] in bellwether.toml:')}${rows.join('')}\n`
  }

  covered({ tactics, techniques, rules, untagged }: Coverage): string {
    if (rules === 0) return this.#say('No rule was found there.')
    const widest = Math.max(...tactics.map(({ name }) => name.length))
    const most = Math.max(1, ...tactics.map((tactic) => tactic.rules))
    const barWidth = Math.max(0, this.#columns - widest - 26)
    const rows = tactics.map((tactic) => {
      const bar = '#'.repeat(Math.ceil((tactic.rules / most) * barWidth))
      const counts = `${inDigits(tactic.rules).padStart(7)}${inDigits(tactic.techniques).padStart(12)}`
      return `${tactic.name.padEnd(widest)} ${counts}  ${bar}`.trimEnd()
    })
    const head = `${'What attackers want'.padEnd(widest)}   rules  techniques`
    const end = `${counted(rules, 'rule')} speak of ${counted(techniques.size, 'technique')} of MITRE ATT&CK. A rule may count under several rows.`
    const rest = untagged === 0 ? '' : ` ${counted(untagged, 'rule names', 'rules name')} no technique.`
    return `${head}\n${rows.join('\n')}\n\n${this.#say(`${end}${rest}`)}`
  }

  layerWritten(path: string): string {
    return this.#say(`The layer is in ${path}. Open it in the ATT&CK Navigator: "Open Existing Layer".`)
  }

  added({ set, isUpdate, added, changed, removed, broken, problems, waiting, usable }: AddedSet): string {
    const parts = [
      this.#say(
        `${counted(set.rules, 'rule')} of ${basename(set.from)} ${set.rules === 1 ? 'is' : 'are'} kept as "${set.name}". ${inDigits(usable)} can be used${waiting.length === 0 ? '' : `, ${inDigits(waiting.length)} ${waiting.length === 1 ? 'waits' : 'wait'} for values of your office`}.`,
      ),
    ]
    if (isUpdate) {
      const isSame = added.length + changed.length + removed.length === 0
      const counts = `${inDigits(added.length)} added, ${inDigits(changed.length)} changed, ${inDigits(removed.length)} removed.`
      parts.push(this.#say(isSame ? 'Nothing changed since last time.' : `Since last time: ${counts}`))
      parts.push(this.#named('Added', added), this.#named('Changed', changed), this.#named('Removed', removed))
    }
    if (broken.length > 0)
      parts.push(`\n${this.#say('These could be used before, and cannot now:')}`, this.problems(broken))
    const others = problems.filter((problem) => !broken.includes(problem))
    if (others.length > 0) parts.push(`\n${this.#say('These cannot be used:')}`, this.problems(others))
    if (waiting.length > 0) parts.push(`\n${this.#waiting(waiting)}`)
    return parts.join('')
  }

  #named(word: string, rules: readonly NamedRule[]): string {
    if (rules.length === 0) return ''
    const shown = rules.slice(0, namesShown).map(({ title }) => this.#say(title, 2))
    const left = rules.length - shown.length
    return `\n${word}:\n${shown.join('')}${left > 0 ? `  and ${inDigits(left)} more\n` : ''}`
  }

  refused(path: string, problems: readonly RuleProblem[]): string {
    return `${this.problems(problems)}${this.#say(`${path} holds no rule that can be kept. Nothing was changed.`)}`
  }

  listed(ownRules: number, sets: readonly RuleSet[]): string {
    const own = this.#say(`Bellwether's own: ${counted(ownRules, 'rule')} for election offices.`)
    if (sets.length === 0) {
      return `${own}${this.#say('No others are kept. Add the public ones with: bellwether rules add sigma_core.zip')}`
    }
    const each = sets.map(
      ({ name, rules, files, addedAt, from, sha256 }) =>
        `\n${this.#say(`${name}: ${counted(rules, 'rule')} in ${counted(files, 'file')}`)}${this.#say(`added ${addedAt.slice(0, 10)} from ${from}`, 2)}${this.#say(`SHA-256 ${sha256.slice(0, hashDigits)}...`, 2)}`,
    )
    return `${own}${each.join('')}`
  }

  removed(name: string, isRemoved: boolean): string {
    return this.#say(
      isRemoved
        ? `The rules "${name}" are no longer kept.`
        : `No rules are kept as "${name}"; bellwether rules list shows the names.`,
    )
  }

  #say(text: string, indent = 0): string {
    const space = ' '.repeat(indent)
    return wrap(printable(text), this.#columns - indent)
      .map((line) => `${space}${line}\n`)
      .join('')
  }
}
