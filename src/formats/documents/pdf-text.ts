/** Reads the text of a PDF's pages without laying them out (ISO 32000-2, 9.4): what is shown, in the order in which it is
 *  written, by the fonts' own tables to Unicode where they have them. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'
import type { PdfFile } from './pdf-file.ts'
import { isDictionary, isList, nameOf, PdfName, PdfParser, PdfText, type PdfValue, PdfWord } from './pdf-syntax.ts'

/** A font's codes and what they stand for. */
export interface PdfFont {
  /** Bytes of one code. */
  readonly width: 1 | 2
  readonly characters: ReadonlyMap<number, string>
}

/** Fonts by the names that pages give them. Where two pages use one name for two fonts, the last one counts. */
export function readFonts(file: PdfFile): ReadonlyMap<string, PdfFont> {
  const fonts = new Map<string, PdfFont>()
  const read = new Map<PdfValue, PdfFont>()
  for (const { value } of file.objects) {
    if (!isDictionary(value)) continue
    const resources = file.resolve(value.get('Resources'))
    const holder = isDictionary(resources) ? resources : value
    const list = file.resolve(holder.get('Font'))
    if (!isDictionary(list)) continue
    for (const [name, reference] of list) {
      const font = file.resolve(reference)
      if (!isDictionary(font) || fonts.size >= limits.documentFilesMax) continue
      const known = read.get(font) ?? readFont(file, font)
      read.set(font, known)
      fonts.set(name, known)
    }
  }
  return fonts
}

function readFont(file: PdfFile, font: ReadonlyMap<string, PdfValue>): PdfFont {
  const object = file.objectOf(font.get('ToUnicode'))
  const width = nameOf(font.get('Subtype')) === 'Type0' ? 2 : 1
  return { width, characters: object?.stream ? readUnicodeTable(latin1Text(file.read(object).bytes)) : new Map() }
}

/** Single codes and ranges of codes (9.10.3). */
function readUnicodeTable(text: string): Map<number, string> {
  const found = new Map<number, string>()
  const parser = new PdfParser(text)
  let values: PdfValue[] = []
  while (!parser.isDone && found.size < 65_536) {
    const value = parser.next()
    if (value === undefined) parser.at++
    else if (!(value instanceof PdfWord)) values.push(value)
    else {
      if (value.word === 'endbfchar') readCharacters(values, found)
      else if (value.word === 'endbfrange') readRanges(values, found)
      values = []
    }
  }
  return found
}

const codeOf = (value: PdfValue | undefined): number =>
  value instanceof PdfText
    ? [...value.text.slice(0, 4)].reduce((sum, character) => sum * 256 + character.charCodeAt(0), 0)
    : -1

const unicodeOf = (value: PdfValue | undefined): string =>
  value instanceof PdfText && value.text.length % 2 === 0
    ? wideText(Buffer.from(value.text.slice(0, 64), 'latin1').swap16())
    : ''

function readCharacters(values: readonly PdfValue[], found: Map<number, string>): void {
  for (let at = 0; at + 1 < values.length; at += 2) found.set(codeOf(values[at]), unicodeOf(values[at + 1]))
}

function readRanges(values: readonly PdfValue[], found: Map<number, string>): void {
  for (let at = 0; at + 2 < values.length; at += 3) {
    const from = codeOf(values[at])
    const to = Math.min(codeOf(values[at + 1]), from + 65_535)
    const target = values[at + 2]
    const first = unicodeOf(target)
    for (let code = from; code >= 0 && code <= to && found.size < 65_536; code++) {
      if (isList(target)) found.set(code, unicodeOf(target[code - from]))
      else if (first !== '') {
        const last = first.charCodeAt(first.length - 1) + code - from
        found.set(code, first.slice(0, -1) + String.fromCharCode(last & 0xffff))
      }
    }
  }
}

/** The text of one content stream. */
export function readPageText(bytes: Uint8Array, fonts: ReadonlyMap<string, PdfFont>): string {
  const text = latin1Text(bytes.subarray(0, limits.pdfContentBytesMax))
  if (!text.includes('BT')) return ''
  const parser = new PdfParser(text)
  const pieces: string[] = []
  let operands: PdfValue[] = []
  let font: PdfFont | undefined
  let length = 0
  while (!parser.isDone && length < limits.documentTextCharactersMax) {
    const value = parser.next()
    if (value === undefined) parser.at++
    else if (!(value instanceof PdfWord)) {
      if (operands.length < 64) operands.push(value)
    } else {
      const shown = shownBy(value.word, operands, font)
      if (value.word === 'Tf') font = fonts.get(operands[0] instanceof PdfName ? operands[0].name : '')
      if (shown !== '') pieces.push(shown)
      length += shown.length
      operands = []
    }
  }
  return pieces
    .join('')
    .replace(/\n{2,}/g, '\n')
    .trim()
}

function shownBy(operator: string, operands: readonly PdfValue[], font: PdfFont | undefined): string {
  switch (operator) {
    case 'Tj':
      return decode(operands[0], font)
    case "'":
    case '"':
      return `\n${decode(operands.at(-1), font)}`
    case 'TJ':
      return isList(operands[0])
        ? operands[0].map((each) => (typeof each === 'number' ? gap(each) : decode(each, font))).join('')
        : ''
    case 'Td':
    case 'TD':
      return operands[1] === 0 ? ' ' : '\n'
    case 'T*':
    case 'Tm':
    case 'ET':
      return '\n'
    default:
      return ''
  }
}

/** A move back by a fifth of the letter's height or more is a space between words. */
const gap = (move: number): string => (move < -180 ? ' ' : '')

function decode(value: PdfValue | undefined, font: PdfFont | undefined): string {
  if (!(value instanceof PdfText)) return ''
  const { text } = value
  if (font === undefined || (font.characters.size === 0 && font.width === 1))
    return text.replace(/[\0-\x08\x0e-\x1f]/g, '')
  const out: string[] = []
  for (let at = 0; at < text.length; at += font.width) {
    const code = font.width === 2 ? text.charCodeAt(at) * 256 + (text.charCodeAt(at + 1) || 0) : text.charCodeAt(at)
    out.push(font.characters.get(code) ?? (font.width === 1 ? (text[at] as string) : ''))
  }
  return out.join('')
}
