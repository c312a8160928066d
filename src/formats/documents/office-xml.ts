/** Examines Office documents that are one XML file: Word and Excel of 2003, and the flat form of later ones. Bytes in them
 *  are base64, and are examined as files. */
import { limits } from '../../core/limits.ts'
import { bufferOf, decodeText } from './bytes.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'
import { packageOfFlatXml } from './office-package.ts'
import { examinePackage } from './ooxml.ts'
import { readOfficeXml, reportFormula } from './ooxml-part.ts'
import { scanXml, type XmlTag } from './xml-scan.ts'

/** Examines an Office document in one XML file. */
export function examineOfficeXml(subject: Subject, kind: FileKind, inspection: Inspection): void {
  const text = decodeText(subject.bytes)
  if (kind === 'flat-opc') examinePackage(subject, packageOfFlatXml(text), inspection)
  else if (kind === 'excel-xml') readSpreadsheet(text, subject.path, inspection)
  else {
    readOfficeXml(text, subject.path, inspection)
    enqueueBinaries(text, subject, inspection)
  }
}

const binaryTags = /<w:(?:binData|docOleData|docSuppData)\b/g

/** Bytes within Word's XML: macros and controls (`editdata.mso`), objects (`oledata.mso`), pictures. */
function enqueueBinaries(text: string, subject: Subject, inspection: Inspection): void {
  for (let match = binaryTags.exec(text); match !== null; match = binaryTags.exec(text)) {
    const open = text.indexOf('>', match.index)
    const end = text.indexOf('<', open)
    if (open < 0 || end < 0) break
    const name = /w:name\s*=\s*["']([^"']{1,255})/.exec(text.slice(match.index, open))?.[1] ?? 'data'
    const body = text.slice(open + 1, Math.min(end, open + limits.documentPartBytesMax))
    if (body.trim() !== '') inspection.enqueue(subject, name, bufferOf(Buffer.from(body, 'base64')), 'part')
  }
  binaryTags.lastIndex = 0
}

/** A workbook: links to programs, formulas, links of cells, texts. */
function readSpreadsheet(text: string, path: readonly string[], inspection: Inspection): void {
  const texts: string[] = []
  const link = { name: '', program: '', topic: '', isObject: false }
  let length = 0
  let within = ''
  scanXml(text, {
    open: (tag) => {
      within = tag.name
      if (tag.name === 'SupBook') Object.assign(link, { program: '', topic: '', isObject: false })
      else if (tag.name === 'OLELink' || tag.name === 'OleLink') link.isObject = true
      readCell(tag, path, inspection)
    },
    close: (name) => {
      within = ''
      if (name !== 'SupBook' || link.program === '') return
      inspection.add(link.isObject ? 'external-relationship' : 'dde', path, `${link.program}|${link.topic}`)
    },
    text: (content) => {
      if (within === 'DDEService' || within === 'Service' || within === 'DDESource') link.program = content
      else if (within === 'DDETopic' || within === 'Topic') link.topic = content
      else if (within === 'Data' && length < limits.documentTextCharactersMax) {
        texts.push(content)
        length += content.length
      }
    },
  })
  inspection.addText(texts.join('\n'))
}

function readCell(tag: XmlTag, path: readonly string[], inspection: Inspection): void {
  if (tag.name !== 'Cell' && tag.name !== 'NamedRange') return
  const formula = tag.attribute('Formula') ?? tag.attribute('RefersTo')
  if (formula !== undefined) reportFormula(formula, path, inspection)
  const target = tag.attribute('HRef')
  if (target === undefined) return
  const feature = judgeRelationship('hyperlink', target)
  if (feature !== undefined) inspection.add(feature, path, `link ${target}`)
  if (placeOfTarget(target) !== 'inside') inspection.addLink(target, path, 'document')
}
