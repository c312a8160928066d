/** The office file of the commands: TOML in, what a scan and a check of mail must know of the office out, or every problem with
 *  its line and its mend. The desk's own configuration can be given for it. It reads no file; the caller gives the text. */
import { emptyOffice, type Office } from '../../core/office.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { MailOffice } from '../../watches/mail/mail-office.ts'
import { readMailSection } from './mail-section.ts'
import { isOfficeKey, officeKeysInWords, readFacts } from './office-section.ts'
import { deskSections, Section } from './section.ts'
import { isTable, KeyLines, parseToml, type Say } from './toml-text.ts'

/** One thing that is wrong, as a sentence that names the file, the line and the mend. */
export interface OfficeProblem {
  readonly path: string
  /** From 1; 0 where it is the file as a whole. */
  readonly line: number
  readonly message: string
}

/** What the file says. */
export interface OfficeFile {
  readonly office: Office
  readonly mail: MailOffice
  /** Files with lists of those in whose name nobody else may write, as the file names them. */
  readonly lists: readonly string[]
}

/** Reads the office file. An empty file, or one without its sections, is the empty office. */
export function readOffice(text: string, path: string): Result<OfficeFile, OfficeProblem[]> {
  const problems: OfficeProblem[] = []
  const say: Say = (line, message) => {
    problems.push({ path, line, message: `${path}${line > 0 ? `, line ${line}` : ''}: ${message}` })
  }
  const root = parseToml(text, 'an office file', 'trusted_proxies = ["10.0.0.0/8"]', say)
  if (root === undefined) return err(problems)
  const file = readSections(root, new KeyLines(text), say)
  return problems.length > 0 ? err(problems) : ok(file)
}

function readSections(root: Record<string, unknown>, lines: KeyLines, say: Say): OfficeFile {
  for (const [key, value] of Object.entries(root)) {
    if ((deskSections as readonly string[]).includes(key)) continue
    const line = lines.of(key)
    if (isTable(value)) say(line, `there is no section [${key}]; this file has the sections [office] and [mail].`)
    else if (isOfficeKey(key)) say(line, `${key} stands outside its section; put a line [office] above it.`)
    else say(line, `"${key}" is not known; below [office] may stand ${officeKeysInWords}.`)
  }
  const office = readOfficeSection(root.office, lines, say)
  const { office: mail, lists } = readMailSection(new Section(root.mail, 'mail', 0, lines, say))
  return { office, mail: { name: office.name ?? '', ...mail }, lists }
}

function readOfficeSection(section: unknown, lines: KeyLines, say: Say): Office {
  if (section === undefined) return emptyOffice
  if (isTable(section)) return readFacts(section, lines, say)
  say(lines.of('office'), 'office must be a section; write [office] on a line of its own, and its facts below.')
  return emptyOffice
}
