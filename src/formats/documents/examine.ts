/** Examines a file that came by mail, and every file inside it: what it is, what in it can act, what it hides. Pure:
 *  nothing is executed, nothing is fetched; it never throws, and its work is bounded (core/document-limits.ts). */
import { limits } from '../../core/limits.ts'
import { examineGzip, examineZip, reportByName } from './archive.ts'
import { examineCompound } from './compound.ts'
import type { Examination } from './examination.ts'
import { type FileKind, isDiskImage, isProgram, kindOfBytes } from './file-kind.ts'
import { nameSigns } from './file-name.ts'
import { Inspection, plain, type Subject } from './inspection.ts'

/** A file as it came. */
export interface ExaminedFile {
  readonly name: string
  /** As the mail claims. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Said where reading a file broke off by a fault of ours: its other features still stand. */
export const brokeOff = 'Reading a file broke off unexpectedly; what was found before stands.'

/** Examines one file. */
export function examine(file: ExaminedFile): Examination {
  const inspection = new Inspection()
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
  }
  if (subject.role === 'file') {
    for (const { feature, proof } of nameSigns(subject.name, kind)) inspection.add(feature, subject.path, proof)
    reportByName(subject.name, subject.path, inspection)
  }
  return kind
}

function readSubject(subject: Subject, kind: FileKind, inspection: Inspection): FileKind {
  if (isProgram(kind)) inspection.add('executable', subject.path, kind)
  if (isDiskImage(kind)) inspection.add('disk-image', subject.path, kind)
  switch (kind) {
    case 'compound':
      return examineCompound(subject, inspection)
    case 'zip':
      return examineZip(subject, inspection)
    case 'gzip':
      examineGzip(subject, inspection)
      return kind
    default:
      return kind
  }
}
