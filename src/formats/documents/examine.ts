/** Examines a file that came by mail, and every file inside it: what it is, what in it can act, what it hides. Pure:
 *  nothing is executed, nothing is fetched; it never throws, and its work is bounded (core/document-limits.ts). */
import { limits } from '../../core/limits.ts'
import { examineGzip, examineZip, reportByName } from './archive.ts'
import { decodeText } from './bytes.ts'
import { examineCompound, examineExcelStream } from './compound.ts'
import { examineDiskImage } from './disk-image.ts'
import type { Examination } from './examination.ts'
import { type FileKind, isDiskImage, isProgram, kindOfBytes } from './file-kind.ts'
import { endingOf, nameSigns } from './file-name.ts'
import { examinePage } from './html.ts'
import { Inspection, plain, type Subject } from './inspection.ts'
import { examineMessage } from './message.ts'
import { examineActiveMime, examineMimeArchive } from './mime-archive.ts'
import { examineOfficeXml } from './office-xml.ts'
import { reportOle1 } from './ole1-object.ts'
import { examineOneNote } from './onenote.ts'
import { examineFlatOpenDocument } from './open-document.ts'
import { examineOtherArchive } from './other-archives.ts'
import { examinePdf } from './pdf.ts'
import { examineSylk, examineTable } from './plain-table.ts'
import { examineRtf } from './rtf.ts'
import { examineLibraryFile, examineShortcut, examineUrlFile } from './shortcut.ts'

/** A file as it came. */
export interface ExaminedFile {
  readonly name: string
  /** As the mail claims. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Said where reading a file broke off by a fault of ours: its other features still stand. */
export const brokeOff = 'Reading a file broke off unexpectedly; what was found before stands.'

/** What an examination may use. */
export interface ExaminationOptions {
  /** Words that may be the password of an encrypted file: those of the mail's text that look like one. */
  readonly passwords?: readonly string[]
}

/** Examines one file. */
export function examine(file: ExaminedFile, options: ExaminationOptions = {}): Examination {
  const inspection = new Inspection(options.passwords)
  const isCut = file.bytes.length > limits.documentBytesMax
  if (isCut) inspection.addProblem('The file is very large; only its beginning was looked at.')
  const bytes = isCut ? file.bytes.subarray(0, limits.documentBytesMax) : file.bytes
  const path = [plain(file.name, limits.documentNameCharactersMax)]
  const type = examineSubject({ ...file, bytes, path, depth: 0, role: 'file' }, inspection)
  for (let inside = inspection.next(); inside !== undefined; inside = inspection.next())
    examineSubject(inside, inspection)
  return inspection.finish(type)
}

function examineSubject(subject: Subject, inspection: Inspection): FileKind {
  inspection.addHash(subject)
  let kind = kindOfBytes(subject.bytes)
  try {
    kind = readSubject(subject, kind, inspection)
  } catch {
    // Readers are written not to throw, and are fuzzed for it; a mail must be delivered all the same.
    inspection.addProblem(brokeOff)
    inspection.add('unreadable', subject.path, 'reading broke off')
  }
  if (subject.role === 'file') {
    for (const { feature, proof } of nameSigns(subject.name, kind)) inspection.add(feature, subject.path, proof)
    reportByName(subject.name, subject.path, inspection)
  }
  return kind
}

/** What a mail's source may be taken for by its first words. */
const mailLike: ReadonlySet<FileKind> = new Set(['text', 'html', 'mht'])

function readSubject(subject: Subject, kind: FileKind, inspection: Inspection): FileKind {
  const opensAsMail = mailLike.has(kind) && endingOf(subject.name) === 'eml'
  if (opensAsMail && examineMessage(subject, 'mail', inspection)) return 'mail'
  if (isProgram(kind)) inspection.add('executable', subject.path, kind)
  if (isDiskImage(kind)) inspection.add('disk-image', subject.path, kind)
  switch (kind) {
    case 'compound':
      return examineCompound(subject, inspection)
    case 'tnef':
      examineMessage(subject, kind, inspection)
      return kind
    case 'zip':
      return examineZip(subject, inspection)
    case 'excel-stream':
      examineExcelStream(subject, inspection)
      return kind
    case 'word-xml':
    case 'excel-xml':
    case 'flat-opc':
      examineOfficeXml(subject, kind, inspection)
      return kind
    case 'flat-odf':
      return examineFlatOpenDocument(subject, inspection)
    case 'mht':
      examineMimeArchive(subject, inspection)
      return kind
    case 'active-mime':
      examineActiveMime(subject, inspection)
      return kind
    case 'gzip':
      examineGzip(subject, inspection)
      return kind
    default:
      return readOther(subject, kind, inspection)
  }
}

function readOther(subject: Subject, kind: FileKind, inspection: Inspection): FileKind {
  switch (kind) {
    case 'html':
    case 'svg':
      examinePage(subject, kind, inspection)
      return kind
    case 'pdf':
      examinePdf(subject, inspection)
      return kind
    case 'rtf':
      examineRtf(subject, inspection)
      return kind
    case 'text':
      examineTable(subject, inspection)
      if (subject.role === 'file')
        inspection.addText(decodeText(subject.bytes.subarray(0, limits.documentTextCharactersMax)))
      return endingOf(subject.name) === 'csv' ? 'csv' : kind
    case 'sylk':
      examineSylk(subject, inspection)
      return kind
    case 'shortcut':
      examineShortcut(subject, inspection)
      return kind
    case 'url-file':
      examineUrlFile(subject, inspection)
      return kind
    case 'ole1-object':
      reportOle1(subject.bytes, subject, subject.path, inspection)
      return kind
    case 'onenote':
      examineOneNote(subject, inspection)
      return kind
    case 'png':
    case 'jpeg':
    case 'gif':
    case 'bmp':
      inspection.addPicture({ type: kind, path: subject.path, bytes: subject.bytes })
      return kind
    case 'webp':
    case 'tiff':
      inspection.addProblem('A picture in WebP or TIFF was not looked into for codes.')
      return kind
    case 'tar':
    case 'rar':
    case 'seven-zip':
    case 'cabinet':
    case 'arj':
    case 'ace':
    case 'bzip2':
    case 'xz':
    case 'zstd':
      examineOtherArchive(subject, kind, inspection)
      return kind
    default:
      if (isDiskImage(kind)) examineDiskImage(subject, kind, inspection)
      if (kind === 'xml') examineLibraryFile(subject, inspection)
      return kind
  }
}
