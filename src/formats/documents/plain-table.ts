/** Reads lists of values that Excel opens (CSV, SYLK): formulas that start programs. Values are not kept. */
import { limits } from '../../core/limits.ts'
import { decodeText } from './bytes.ts'
import type { Inspection, Subject } from './inspection.ts'
import { reportFormula } from './ooxml-part.ts'

/** Lines of a list that are looked at. */
const lineCharacters = 4_096

/** Examines text as Excel would read it. */
export function examineTable(subject: Subject, inspection: Inspection): void {
  const text = decodeText(subject.bytes.subarray(0, limits.documentPartBytesMax))
  let from = 0
  // Only lines with a bar and an exclamation mark can hold a link to a program.
  for (let bar = text.indexOf('|', from); bar >= 0; bar = text.indexOf('|', from)) {
    const start = text.lastIndexOf('\n', bar) + 1
    const found = text.indexOf('\n', bar)
    const end = found < 0 ? text.length : found
    reportCells(text.slice(Math.max(start, from), Math.min(end, start + lineCharacters)), subject, inspection)
    from = Math.max(end, bar + 1)
  }
}

/** Cells begin with a sign that makes a formula of them; quotes and the marks of SYLK stand in front. */
function reportCells(line: string, subject: Subject, inspection: Inspection): void {
  const formula = /(?:^|[,;\t])["'\s]{0,8}[=+@-][^\n]*/.exec(line)
  const sylk = /;E([^;]{1,1000})/.exec(line)
  if (formula !== null) reportFormula(formula[0].replace(/^[,;\t"'\s]+/, ''), subject.path, inspection)
  if (sylk?.[1] !== undefined) reportFormula(`=${sylk[1]}`, subject.path, inspection)
}

/** Functions by which macros of Excel 4 start, fetch, write or go on, in a formula. */
const macroCall =
  /;[EM]([^\r\n]{0,400}?\b(?:EXEC|CALL|REGISTER|RUN|FOPEN|FWRITE|FORMULA|SET\.VALUE|HALT|ON\.TIME|SEND\.KEYS|INITIATE|EXECUTE|POKE)\s?\([^\r\n]{0,100})/i

/** Examines SYLK, which holds Excel 4 macros too: sheets of them, names that run, and formulas that call. */
export function examineSylk(subject: Subject, inspection: Inspection): void {
  const text = decodeText(subject.bytes.subarray(0, limits.documentPartBytesMax))
  const name = /^NN;(?:[^\r\n]{0,40};)?N(auto_?(?:open|close|activate|deactivate)[^;\r\n]{0,40})/im.exec(text)?.[1]
  if (name !== undefined) inspection.add('excel4-macro', subject.path, `${name} runs by itself`)
  // The option E makes a sheet of macros of it.
  if (/^O(?:;[^\r\n;]{0,40}){0,16};E(?:[;\r\n]|$)/im.test(text))
    inspection.add('excel4-macro', subject.path, 'a sheet of Excel 4 macros')
  const call = macroCall.exec(text)?.[1]
  if (call !== undefined) inspection.add('excel4-macro', subject.path, call)
  examineTable(subject, inspection)
}
