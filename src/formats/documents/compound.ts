/** Examines a compound file: a binary document of Word, Excel or PowerPoint, an object or the macros inside another
 *  document, the shell of an encrypted document, an installer. */
import { limits } from '../../core/limits.ts'
import { type CompoundFile, openCompoundFile } from './compound-file.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'
import { reportMacros } from './macros.ts'
import { reportObjects } from './ole-object.ts'
import { readPresentation } from './presentation-binary.ts'
import { readWordDocument } from './word-binary.ts'
import { readWorkbook } from './workbook-binary.ts'

/** Class ids of the root of an installer package, a patch and a transform. */
const installerClass = /^000C108[246]-0000-0000-C000-000000000046$/

/** Examines a compound file, and tells what it is. */
export function examineCompound(subject: Subject, inspection: Inspection): FileKind {
  const file = openCompoundFile(subject.bytes)
  if (file === undefined) {
    inspection.add('unreadable', subject.path, 'a compound file whose head or directory is damaged')
    return 'compound'
  }
  const kind = kindOfCompound(file)
  if (kind === 'installer') {
    inspection.add('executable', subject.path, 'installer package')
    return kind
  }
  if (kind === 'outlook-message') {
    inspection.addProblem('An attached mail in the format of Outlook is read as a mail, not here.')
    return kind
  }
  reportMacros(file, subject.path, inspection)
  reportObjects(file, subject, inspection)
  readStreams(file, subject, inspection)
  if (kind === 'ole-encrypted') inspection.add('encrypted-document', subject.path, 'document with a password')
  reportAsEmbedded(kind, subject, inspection)
  return kind
}

/** A document inside a document is ordinary, and is said. */
function reportAsEmbedded(kind: FileKind, subject: Subject, inspection: Inspection): void {
  if (subject.role !== 'part') return
  if (kind === 'ole-word' || kind === 'ole-excel' || kind === 'ole-powerpoint') {
    inspection.add('embedded-document', subject.path, `an embedded ${kind.slice(4)} document`)
  }
}

function kindOfCompound(file: CompoundFile): FileKind {
  const has = (path: string): boolean => file.find(path) !== undefined
  if (has('EncryptedPackage') || has('EncryptionInfo')) return 'ole-encrypted'
  if (has('WordDocument')) return 'ole-word'
  if (has('Workbook') || has('Book')) return 'ole-excel'
  if (has('PowerPoint Document') || has('PP40')) return 'ole-powerpoint'
  if (has('__properties_version1.0') || has('__nameid_version1.0')) return 'outlook-message'
  return installerClass.test(file.classId) ? 'installer' : 'ole-object'
}

/** Documents' streams wherever they lie: an object's storage has the same ones as a document's root. */
function readStreams(file: CompoundFile, subject: Subject, inspection: Inspection): void {
  for (const entry of file.entries) {
    if (entry.type !== 'stream') continue
    const isInside = entry.path !== entry.name
    const path = isInside ? [...subject.path, entry.path] : subject.path
    const name = entry.name.toLowerCase()
    if (name === 'worddocument') readWordDocument(file, entry, path, inspection)
    else if (name === 'workbook' || name === 'book') {
      const pass = readWorkbook(file.read(entry, limits.documentBytesMax), path, inspection)
      if (pass !== undefined) inspection.add('encrypted-document', path, 'workbook with a password')
    } else if (name === 'powerpoint document') {
      readPresentation(file.read(entry, limits.documentBytesMax), path, subject, inspection)
    } else continue
    if (isInside) inspection.add('embedded-document', path, 'a document inside the document')
  }
}
