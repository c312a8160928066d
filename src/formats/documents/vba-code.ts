/** Judges VBA source by its words: what runs by itself, and what reaches out of the document. Comments and attributes
 *  count for nothing. */
import { limits } from '../../core/limits.ts'

/** What a module's source shows. */
export interface CodeSigns {
  /** There is a statement at all, beyond attributes and options. */
  readonly hasCode: boolean
  readonly autoRun: readonly string[]
  readonly suspicious: readonly string[]
}

/** Procedures that Word, Excel, PowerPoint, Access or Visio call by their name alone. */
const autoRunNames = new Set(
  [
    'autoexec autoopen autoexit autoclose autonew auto_open auto_close auto_exec auto_activate auto_deactivate auto_add auto_remove',
    'document_open document_close document_new document_beforeclose documentopen documentbeforeclose documentchange',
    'document_beforesave document_contentcontrolonenter document_contentcontrolonexit document_xmlafterinsert',
    'workbook_open workbook_activate workbook_close workbook_beforeclose workbook_deactivate workbook_windowactivate',
    'workbook_windowdeactivate workbook_sheetactivate workbook_sheetcalculate workbook_sheetchange workbook_addininstall',
    'workbook_newsheet workbook_beforesave workbook_beforeprint worksheet_activate worksheet_calculate worksheet_change',
    'worksheet_selectionchange worksheet_deactivate onslideshowpagechange slideshowbegin slideshow_begin presentation_open',
    'app_presentationopen app_documentopen app_workbookopen newdocument opendocument closedocument documentclose',
    'project_open project_change document_documentopened document_documentcreated document_shapeadded ribbon_onload',
  ]
    .join(' ')
    .split(' '),
)

/** Events that controls on a page raise without a click when it is shown. */
const controlEvents = new Set(
  'painted painting layout gotfocus lostfocus resize mousemove mousehover initialize terminate beforenavigate2 documentcomplete downloadbegin downloadcomplete navigatecomplete2 titlechange statustextchange progresschange onconnecting onopenstatechange playstatechange'.split(
    ' ',
  ),
)

/** What reaches out, each as a person would say it. Words stand alone: `shell` is not `eggshell`. */
const suspiciousWords: readonly (readonly [said: string, pattern: RegExp])[] = [
  ['Shell', /\bshell\b/i],
  ['ShellExecute', /\bshellexecute(?:ex)?[aw]?\b/i],
  ['WScript.Shell', /\bwscript\s*\.\s*shell\b/i],
  ['CreateObject', /\bcreateobject\b/i],
  ['GetObject', /\bgetobject\b/i],
  ['Declare', /^(?:(?:public|private)[ \t]+)?declare[ \t]/im],
  ['URLDownloadToFile', /\burldownloadto(?:file|cachefile)[aw]?\b/i],
  ['XMLHTTP', /\b(?:server)?xmlhttp\b|\bwinhttprequest\b/i],
  ['ADODB.Stream', /\badodb\s*\.\s*stream\b/i],
  ['PowerShell', /\bpowershell\b|\bpwsh\b/i],
  ['cmd.exe', /\bcmd(?:\.exe)?\s+\/[ckv]\b|\bcmd\.exe\b/i],
  ['system program', /\b(?:mshta|regsvr32|rundll32|certutil|bitsadmin|wmic|cscript|wscript)\b/i],
  ['WMI', /\bwinmgmts\b|\bwin32_process/i],
  ['CallByName', /\bcallbyname\b/i],
  ['ExecuteExcel4Macro', /\bexecuteexcel4macro\b/i],
  ['Excel 4 names', /\bapplication\s*\.\s*(?:run|ontime|onkey)\b/i],
  ['MacScript', /\bmacscript\b|\bapplescripttask\b|\bpopen\b/i],
  [
    'memory calls',
    /\b(?:virtualalloc(?:ex)?|rtlmovememory|createthread|createremotethread|writeprocessmemory|enumsystem\w{1,40})\b/i,
  ],
  [
    'writes a file',
    /\bopen\b[^\n]{1,120}?\bfor\s+(?:output|binary|append|random)\b|\bsavetofile\b|\bcreatetextfile\b/i,
  ],
  ['Environ', /\benviron\$?\b/i],
  ['registry', /\bregwrite\b|\bregread\b|\bsavesetting\b|\bhkey_/i],
  ['changes macro settings', /\baccessvbom\b|\bvbawarnings\b|\bvbproject\b|\bautomationsecurity\b/i],
  ['reads the clipboard or sends keys', /\bsendkeys\b/i],
  ['web address', /\bhttps?:\/\/[^\s"]{4}/i],
]

/** Source without comments; lines that go on behind ` _` are joined. Strings stay: they name what is called. */
function statementsOf(source: string): string[] {
  const lines = source.slice(0, limits.macroSourceBytesMax).split(/\r\n|\r|\n/)
  const statements: string[] = []
  let open = ''
  for (const line of lines) {
    const code = withoutComment(line)
    if (/[ \t]_$/.test(code) && open.length < limits.markupValueCharactersMax) {
      open += code.slice(0, -1)
      continue
    }
    const statement = (open + code).trim()
    open = ''
    if (statement !== '') statements.push(statement)
  }
  if (open.trim() !== '') statements.push(open.trim())
  return statements
}

function withoutComment(line: string): string {
  let isInText = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at]
    if (character === '"') isInText = !isInText
    else if (character === "'" && !isInText) return line.slice(0, at).trimEnd()
  }
  return /^\s*rem(?:\s|$)/i.test(line) ? '' : line.trimEnd()
}

const isDeclarative =
  /^(?:attribute\s+(?:vb_|\w+\.vb_)|option\s+(?:explicit|base|compare|private|vbasupport|classmodule|compatible)|version\s+[\d.]+\s+class|begin\b|end$|multiuse\b)/i
const procedure = /^(?:(?:public|private|friend|static)\s+){0,3}(?:sub|function)\s+([^\s(]{1,255})/i

/** What the source of one module shows. */
export function judgeCode(moduleName: string, source: string): CodeSigns {
  const statements = statementsOf(source).filter((statement) => !isDeclarative.test(statement))
  const autoRun = new Set<string>()
  for (const statement of statements) {
    const name = procedure.exec(statement)?.[1]
    if (name !== undefined && runsByItself(moduleName, name)) autoRun.add(name)
  }
  const code = statements.join('\n')
  const suspicious = suspiciousWords.flatMap(([said, pattern]) => {
    const match = pattern.exec(code)?.[0]
    return match === undefined ? [] : [said === 'system program' ? match : said]
  })
  if (looksBuilt(code)) suspicious.push('texts put together from pieces')
  return { hasCode: statements.some(doesSomething), autoRun: [...autoRun], suspicious }
}

/** Declarations of variables alone do nothing. */
const doesSomething = (statement: string): boolean =>
  !/^(?:dim|public|private|global|const|static)\s+(?!sub|function|declare|property)/i.test(statement)

function runsByItself(moduleName: string, name: string): boolean {
  const lower = name.toLowerCase()
  if (autoRunNames.has(lower)) return true
  // Word runs Main of a module that has such a name.
  if (lower === 'main' && autoRunNames.has(moduleName.toLowerCase())) return true
  const event = lower.slice(lower.lastIndexOf('_') + 1)
  return lower.includes('_') && controlEvents.has(event) && !/^(?:class|userform\d*)_/.test(lower)
}

/** Character codes or pieces strung together in number, or reversed: how names of programs are hidden. */
function looksBuilt(code: string): boolean {
  const count = (pattern: RegExp, enough: number): boolean => {
    let found = 0
    pattern.lastIndex = 0
    while (found < enough && pattern.exec(code) !== null) found++
    return found >= enough
  }
  return (
    count(/\bchr[w$b]{0,2}\s*\(/gi, 12) ||
    count(/"\s*[&+]\s*"/g, 12) ||
    (/\bstrreverse\s*\(/i.test(code) && /\b(?:shell|createobject|execute|run)\b/i.test(code)) ||
    count(/\bxor\b/gi, 2)
  )
}
