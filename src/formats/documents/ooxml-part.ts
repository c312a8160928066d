/** Reads one XML part of an Office document: fields, DDE links, controls, automatic names, and the text that a reader
 *  would see. */
import { limits } from '../../core/limits.ts'
import { decodeText } from './bytes.ts'
import { FieldReader, reportField } from './fields.ts'
import type { Inspection } from './inspection.ts'
import type { OfficePart } from './office-package.ts'
import { reportControl, reportOleClass } from './ole-class.ts'
import { scanXml, type XmlTag } from './xml-scan.ts'

/** Sheets of a workbook hold numbers by the million; what acts stands in other parts, and their texts in shared strings. A
 *  part is one by its first tag: its name may be any. */
const sheetBytes = 262_144
const sheetHeadBytes = 2_048
const sheetTags = /<(?:\w{1,20}:)?(?:worksheet|sst|chartSpace|wsDr|pivotCacheDefinition|pivotCacheRecords)[\s>]/

/** Reads a part that is XML. */
export function readXmlPart(part: OfficePart, key: string, path: readonly string[], inspection: Inspection): void {
  const isNamedSheet = /^xl\/(?:worksheets|sharedstrings|charts|drawings|pivotcache)/.test(key)
  const isSheet = isNamedSheet && sheetTags.test(decodeText(part.read(sheetHeadBytes)))
  const bytes = part.read(isSheet ? sheetBytes : limits.documentPartBytesMax)
  readOfficeXml(decodeText(bytes), path, inspection)
}

/** Reads XML of Word, Excel or PowerPoint, of the formats of 2003 too: their words are the same where it matters. */
export function readOfficeXml(text: string, path: readonly string[], inspection: Inspection): void {
  const reader = new PartReader(path, inspection)
  const isWhole = scanXml(text, {
    open: (tag) => reader.open(tag),
    close: (name) => reader.close(name),
    text: (content) => reader.text(content),
    telling: new RegExp(tellingTags, 'g'),
  })
  reader.finish()
  if (!isWhole) inspection.addProblem('A part of a document has more tags than were read.')
}

/** Tags that this reader tells something of. */
const tellingTags =
  /<(?:\w{1,20}:)?(?:instrText|instr|fldSimple|fldChar|ddeLink|definedName|OLEObject|oleObject|oleObj|oleLink|control|ocx|customUI|webPr|textPr|hlinkClick|hlinkHover|f)[\s/>]/

/** Keeps what a tag means until it closes. */
class PartReader {
  readonly #path: readonly string[]
  readonly #inspection: Inspection
  readonly #fields: FieldReader
  #visible = ''
  #within: 'text' | 'instruction' | 'formula' | 'none' = 'none'
  #name = ''

  constructor(path: readonly string[], inspection: Inspection) {
    this.#path = path
    this.#inspection = inspection
    this.#fields = new FieldReader(path, inspection)
  }

  open(tag: XmlTag): void {
    this.#name = tag.name
    switch (tag.name) {
      case 't':
        this.#within = tag.isEmpty ? 'none' : 'text'
        return
      case 'instrText':
        this.#within = tag.isEmpty ? 'none' : 'instruction'
        return
      case 'fldChar':
        return this.#fieldMark(tag.attribute('fldCharType'))
      case 'fldSimple':
        return reportField(tag.attribute('instr') ?? '', this.#path, this.#inspection)
      case 'definedName':
        return this.#definedName(tag)
      case 'p':
      case 'tab':
      case 'br':
      case 'si':
        this.#visible += '\n'
        return
      default:
        this.#openRare(tag)
    }
  }

  #openRare(tag: XmlTag): void {
    const add = this.#inspection.add.bind(this.#inspection)
    switch (tag.name) {
      case 'ddeLink':
        return add('dde', this.#path, `${tag.attribute('ddeService') ?? ''}|${tag.attribute('ddeTopic') ?? ''}`)
      case 'control':
        // In a document and in a presentation; sheets have `control` within `controls` for form fields alike. Its class
        // stands in a part of its own.
        if (tag.attribute('id') !== undefined && tag.prefix !== '' && tag.prefix !== 'x')
          add('form-control', this.#path, `control ${tag.attribute('name') ?? ''}`)
        return
      case 'ocx':
        return reportControl(tag.attribute('classid') ?? '', this.#path, this.#inspection)
      case 'OLEObject':
      case 'oleObject':
      case 'oleObj':
      case 'oleLink':
        return reportOleClass(tag.attribute('ProgID') ?? '', this.#path, this.#inspection)
      case 'customUI':
        if (tag.attribute('onLoad') !== undefined)
          add('macro-autorun', this.#path, `the ribbon calls ${tag.attribute('onLoad')} when it is loaded`)
        return
      case 'webPr':
      case 'textPr':
        return this.#query(tag.attribute('url') ?? tag.attribute('sourceFile') ?? '')
      case 'f':
        this.#within = tag.isEmpty ? 'none' : 'formula'
        return
      case 'hlinkClick':
      case 'hlinkHover':
        return this.#action(tag.attribute('action') ?? '')
      default:
    }
  }

  /** Actions of a presentation: programs and macros start on a click, or when the pointer passes. */
  #action(action: string): void {
    if (/^ppaction:\/\/program/i.test(action)) this.#inspection.add('external-relationship', this.#path, action)
    else if (/^ppaction:\/\/ole/i.test(action))
      this.#inspection.add('embedded-document', this.#path, `a click opens an object: ${action}`)
  }

  /** A query that fetches from the web or from a file when the workbook is opened or refreshed. */
  #query(target: string): void {
    if (!/^(?:https?|ftp|file|\\\\)/i.test(target)) return
    this.#inspection.add('linked-file', this.#path, `query of ${target}`)
    this.#inspection.addLink(target, this.#path, 'document')
  }

  #definedName(tag: XmlTag): void {
    const name = tag.attribute('name') ?? ''
    if (/^(?:_xlnm\.)?auto_(?:open|close|activate|deactivate)/i.test(name)) {
      this.#inspection.add('excel4-macro', this.#path, `${name} runs by itself`)
    }
  }

  #fieldMark(type: string | undefined): void {
    if (type === 'begin') this.#fields.begin()
    else if (type === 'separate') this.#fields.separate()
    else if (type === 'end') this.#fields.end()
  }

  text(content: string): void {
    if (this.#within === 'instruction') this.#fields.text(content)
    else if (this.#within === 'text') {
      this.#fields.text(content)
      this.#visible += content
      if (this.#visible.length > limits.documentTextCharactersMax) this.#flush()
    } else if (this.#within === 'formula') reportFormula(content, this.#path, this.#inspection)
    else if (this.#name === 'instr') this.#fields.text(content)
  }

  close(_name: string): void {
    this.#within = 'none'
    this.#name = ''
  }

  #flush(): void {
    this.#inspection.addText(withoutBlankLines(this.#visible))
    this.#visible = ''
  }

  finish(): void {
    this.#fields.finish()
    this.#flush()
  }
}

/** Lines with something on them. */
export const withoutBlankLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')

/** Formulas that start a program by DDE: `cmd|'/c calc'!A1`; names of workbooks have no bar. */
const ddeFormula = /(?:^|[=+\-@(,;\s])'?([a-z][\w.\\/: ]{1,60})'?\s?\|\s?'?[^|!]{0,400}'?![\w'$:]{1,60}/i

/** Judges one formula of a sheet, or one cell of a list of values. */
export function reportFormula(formula: string, path: readonly string[], inspection: Inspection): void {
  if (!formula.includes('|') || !formula.includes('!')) return
  const found = ddeFormula.exec(formula.slice(0, 1_024))
  if (found !== null) inspection.add('dde', path, found[0])
}
