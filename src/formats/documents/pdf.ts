/** Examines a PDF: what it does, its text as far as it is had cheaply, and its pictures for bar codes. Pages are not laid
 *  out; codes that are drawn as lines and boxes are not seen. */
import { limits } from '../../core/limits.ts'
import type { Inspection, Subject } from './inspection.ts'
import { PdfActions } from './pdf-actions.ts'
import { PdfFile, type PdfObject } from './pdf-file.ts'
import { addPdfPicture } from './pdf-pictures.ts'
import { isDictionary, nameOf } from './pdf-syntax.ts'
import { readFonts, readPageText } from './pdf-text.ts'

/** Packed bytes of one content stream whose text is read. */
const contentBytes = 1_048_576

/** Examines a document. */
export function examinePdf(subject: Subject, inspection: Inspection): void {
  const file = new PdfFile(subject.bytes, inspection)
  if (file.isCut) inspection.addProblem('A PDF has more objects than were read.')
  if (file.objects.length === 0) inspection.add('unreadable', subject.path, 'a PDF in which no object is found')
  const actions = new PdfActions(file, subject, inspection)
  for (const object of file.objects) actions.examine(object)
  actions.finish()
  if (file.hiddenNames > 0) inspection.addProblem('Names in a PDF are written so that searches do not find them.')
  if (file.isLocked) {
    const proof = file.isForRecipients ? 'PDF that only certain recipients can open' : 'PDF with a password'
    inspection.add('encrypted-document', subject.path, proof)
    return
  }
  const fonts = readFonts(file)
  for (const object of file.objects) {
    if (isPicture(object)) addPdfPicture(file, object, subject.path, inspection)
    else if (isContent(object) && inspection.wantsText) {
      inspection.addText(readPageText(file.read(object).bytes, fonts).slice(0, limits.documentTextCharactersMax))
    }
  }
}

const isPicture = ({ stream, value }: PdfObject): boolean =>
  stream !== undefined && isDictionary(value) && nameOf(value.get('Subtype')) === 'Image'

/** Streams of pages have no type; those of forms within pages have one. */
function isContent({ stream, value }: PdfObject): boolean {
  if (stream === undefined || !isDictionary(value) || stream.end - stream.start > contentBytes) return false
  if (nameOf(value.get('Subtype')) === 'Form') return true
  const isOther = ['Type', 'Subtype', 'Length1', 'FunctionType', 'ShadingType', 'PatternType', 'N', 'CMapName'].some(
    (key) => value.has(key),
  )
  return !isOther
}
