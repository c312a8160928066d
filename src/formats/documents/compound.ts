/** Examines a compound file: a binary document of Word, Excel or PowerPoint, an object or the macros inside another
 *  document, the shell of an encrypted document, an installer. */
import { limits } from '../../core/limits.ts'
import { uint32At } from './bytes.ts'
import { type CompoundEntry, type CompoundFile, openCompoundFile } from './compound-file.ts'
import { openedByMail } from './examination.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'
import { reportMacros } from './macros.ts'
import { examineMessage } from './message.ts'
import { openEncryptedPackage, standardPasswords } from './office-password.ts'
import { reportObjects } from './ole-object.ts'
import { readPresentation } from './presentation-binary.ts'
import { readWordDocument } from './word-binary.ts'
import { readWorkbook } from './workbook-binary.ts'
import { openWorkbook } from './workbook-password.ts'

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
  if (kind === 'outlook-message') examineMessage(subject, kind, inspection)
  reportMacros(file, subject.path, inspection)
  reportObjects(file, subject, inspection)
  readStreams(file, subject, inspection)
  if (kind === 'ole-encrypted') openShell(file, subject, inspection)
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

/** A workbook's stream without a compound file around it, which Excel opens all the same. */
export function examineExcelStream(subject: Subject, inspection: Inspection): void {
  readSheets(subject.bytes, subject.path, inspection)
  reportAsEmbedded('ole-excel', subject, inspection)
}

function readSheets(stream: Uint8Array, path: readonly string[], inspection: Inspection): void {
  const pass = readWorkbook(stream, path, inspection)
  if (pass === undefined) return
  const opened = openWorkbook(stream, pass, [...standardPasswords, ...inspection.passwords])
  inspection.add('encrypted-document', path, describePassword(opened?.password))
  if (opened) readWorkbook(opened.stream, path, inspection, true)
}

function readSlides(
  file: CompoundFile,
  entry: CompoundEntry,
  path: readonly string[],
  subject: Subject,
  inspection: Inspection,
): void {
  if (isEncryptedPresentation(file)) inspection.add('encrypted-document', path, describePassword(undefined))
  else readPresentation(file.read(entry, limits.documentBytesMax), path, subject, inspection)
}

/** The shell of an encrypted package is opened where a password is at hand. */
function openShell(file: CompoundFile, subject: Subject, inspection: Inspection): void {
  const info = file.find('EncryptionInfo')
  const content = file.find('EncryptedPackage')
  const passwords = [...standardPasswords, ...inspection.passwords]
  const opened =
    info && content
      ? openEncryptedPackage(file.read(info), file.read(content, limits.documentBytesMax), passwords, inspection)
      : undefined
  inspection.add('encrypted-document', subject.path, describePassword(opened?.password))
  if (opened) inspection.enqueue(subject, 'content', opened.bytes, 'content')
}

function describePassword(password: string | undefined): string {
  if (password === undefined) return 'document with a password'
  return standardPasswords.includes(password)
    ? 'encrypted, but opens without asking: with a password that Office tries by itself'
    : `document with a password that ${openedByMail}`
}

/** The stream of the current user says whether the other one is encrypted (MS-PPT 2.3.2). */
function isEncryptedPresentation(file: CompoundFile): boolean {
  const user = file.find('Current User')
  return user !== undefined && uint32At(file.read(user), 12) === 0xf3d1c4df
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
      readSheets(file.read(entry, limits.documentBytesMax), path, inspection)
    } else if (name === 'powerpoint document') {
      readSlides(file, entry, path, subject, inspection)
    } else continue
    if (isInside) inspection.add('embedded-document', path, 'a document inside the document')
  }
}
