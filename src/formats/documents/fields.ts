/** Fields of Word as its formats write them, in pieces: an instruction, a result, fields within fields (ECMA-376 part 1,
 *  17.16). Found are those that start programs (DDE) or bring something from outside. */
import { limits } from '../../core/limits.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import type { Inspection } from './inspection.ts'

interface OpenField {
  instruction: string
  result: string
  isInResult: boolean
}

/** Put together from what a reader meets in the order of the text. */
export class FieldReader {
  readonly #open: OpenField[] = []
  readonly #path: readonly string[]
  readonly #inspection: Inspection

  constructor(path: readonly string[], inspection: Inspection) {
    this.#path = path
    this.#inspection = inspection
  }

  /** True while a field's instruction is being read. */
  get isInInstruction(): boolean {
    const top = this.#open.at(-1)
    return top !== undefined && !top.isInResult
  }

  begin(): void {
    if (this.#open.length < limits.fieldNestingMax) this.#open.push({ instruction: '', result: '', isInResult: false })
  }

  separate(): void {
    const top = this.#open.at(-1)
    if (top) top.isInResult = true
  }

  /** Text of an instruction, or of a result where the field is that far. */
  text(text: string): void {
    const top = this.#open.at(-1)
    if (top === undefined) return
    if (!top.isInResult) {
      // Cut pieces, not the whole: that would be copied each time.
      const left = limits.markupValueCharactersMax - top.instruction.length
      if (left > 0) top.instruction += text.slice(0, left)
    } else if (top.result.length < 1_024) top.result += text
  }

  end(): void {
    const field = this.#open.pop()
    if (field === undefined) return
    reportField(field.instruction, this.#path, this.#inspection)
    const parent = this.#open.at(-1)
    if (parent === undefined) return
    const quoted = quotedText(field.instruction)
    this.text(quoted ?? field.result)
  }

  /** Judges what was left open at the end. */
  finish(): void {
    while (this.#open.length > 0) this.end()
  }
}

/** What a QUOTE field gives: character codes, by which attackers write words that no search finds (17.16.5.49). */
function quotedText(instruction: string): string | undefined {
  const found = /^\s*QUOTE\s+([\s\S]*)$/i.exec(instruction)
  if (found?.[1] === undefined) return undefined
  const body = found[1]
  const codes = body.match(/(?:0x[0-9a-f]{1,6}|\b\d{1,7})(?=\s|$)/gi) ?? []
  if (codes.length === 0) return body.replaceAll('"', '')
  return codes
    .slice(0, 4_096)
    .map(Number)
    .map((code) => (code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : ''))
    .join('')
}

/** Judges one whole instruction. */
export function reportField(instruction: string, path: readonly string[], inspection: Inspection): void {
  if (inspection.fieldsLeft-- <= 0 && !/dde/i.test(instruction)) return
  const text = instruction.replace(/[\u0000-\u001f]+/g, ' ').trim()
  const word = /^["'\s]*\\?([a-z]+)/i.exec(text)?.[1]?.toUpperCase()
  if (word === 'DDE' || word === 'DDEAUTO') {
    inspection.add('dde', path, text)
    return
  }
  const target = firstArgument(text)
  if (word === 'HYPERLINK' && target !== '') {
    if (!target.startsWith('\\')) report('hyperlink', target, text, path, inspection)
  } else if (word === 'INCLUDEPICTURE') report('image', target, text, path, inspection)
  else if (word === 'INCLUDETEXT' || word === 'INCLUDE' || word === 'IMPORT' || word === 'RD') {
    report('subDocument', target, text, path, inspection)
  } else if (word === 'LINK') {
    // LINK class "file" "place": the object is updated from the file when the document is opened.
    report('oleObject', secondArgument(text), text, path, inspection)
  } else if (word === 'MACROBUTTON' && /\bauto|\bdocument_/i.test(target)) inspection.add('macro-autorun', path, text)
}

function report(type: string, target: string, proof: string, path: readonly string[], inspection: Inspection): void {
  const clean = target.replaceAll('\\\\', '\\')
  // Two backslashes in a row stand for one, at the head of a server's name for two.
  const whole = target.startsWith('\\\\') && !clean.startsWith('\\\\') ? `\\${clean}` : clean
  const feature = judgeRelationship(type, whole)
  if (feature !== undefined) inspection.add(feature, path, proof)
  const place = placeOfTarget(whole)
  if (place !== 'local' && place !== 'inside') inspection.addLink(whole, path, 'document')
}

const firstArgument = (text: string): string => argumentsOf(text)[1] ?? ''
const secondArgument = (text: string): string => argumentsOf(text)[2] ?? ''

/** Words, those within quotes as one, without the quotes. */
function argumentsOf(text: string): string[] {
  const found: string[] = []
  const pattern = /"([^"]*)"?|[\u201c\u201d]([^\u201d]*)\u201d?|(\S+)/g
  for (let match = pattern.exec(text); match !== null && found.length < 8; match = pattern.exec(text)) {
    found.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  return found
}
