/** Examines zip archives: an Office or OpenDocument file, a Java program, or a plain archive whose files are examined in
 *  their turn. */
import { limits } from '../../core/limits.ts'
import { openedByMail } from './examination.ts'
import type { FileKind } from './file-kind.ts'
import { endingOf, meaningOfEnding, nameSigns } from './file-name.ts'
import { inflateGzip } from './inflate.ts'
import type { Inspection, Subject } from './inspection.ts'
import { packageOfZip } from './office-package.ts'
import { examinePackage } from './ooxml.ts'
import { examineOpenDocument } from './open-document.ts'
import { readZipDirectory, readZipEntry, unpackEntry, type ZipDirectory, type ZipEntry } from './zip.ts'
import { decryptEntry } from './zip-password.ts'

/** Examines what begins as a zip archive, and tells what it is. */
export function examineZip(subject: Subject, inspection: Inspection): FileKind {
  const directory = readZipDirectory(subject.bytes)
  const names = new Set(directory.entries.map(({ name }) => name.toLowerCase().replace(/^\/+/, '')))
  if (directory.isDamaged && directory.entries.length > 0)
    inspection.addProblem('An archive has no readable list of its files; they were searched for.')
  if (directory.entries.length === 0) {
    inspection.add('unreadable', subject.path, 'an archive in which no file is found')
    return 'zip'
  }
  if (names.has('[content_types].xml') || names.has('_rels/.rels')) return examineOffice(subject, directory, inspection)
  if (names.has('meta-inf/manifest.mf') && [...names].some((name) => name.endsWith('.class'))) {
    inspection.add('executable', subject.path, 'Java program')
    return 'java-archive'
  }
  if (names.has('mimetype') && (names.has('content.xml') || names.has('meta-inf/manifest.xml')))
    return examineOpenDocument(subject, packageOfZip(subject, directory.entries, inspection), inspection)
  examineEntries(subject, directory, inspection)
  return 'zip'
}

function examineOffice(subject: Subject, directory: ZipDirectory, inspection: Inspection): FileKind {
  const parts = packageOfZip(subject, directory.entries, inspection)
  const kind = examinePackage(subject, parts, inspection)
  if (subject.role === 'part') inspection.add('embedded-document', subject.path, 'a document inside the document')
  if (directory.entries.some(({ isEncrypted }) => isEncrypted))
    inspection.add('encrypted-archive', subject.path, 'parts with a password')
  return kind
}

/** Examines the files of a plain archive; of those with a password the names alone. */
export function examineEntries(subject: Subject, directory: ZipDirectory, inspection: Inspection): void {
  if (directory.isCut) inspection.addProblem('An archive has more files than were listed.')
  for (const entry of directory.entries) {
    if (entry.name.endsWith('/')) continue
    if (entry.isEncrypted) reportEncrypted(subject, entry, inspection)
    else examineEntry(subject, entry, inspection)
  }
}

function examineEntry(subject: Subject, entry: ZipEntry, inspection: Inspection): void {
  const inflated = readZipEntry(subject.bytes, entry, inspection)
  const path = [...subject.path, entry.name]
  if (inflated === undefined) {
    inspection.add('unreadable', path, `packed by method ${entry.method}, which is not read`)
    reportByName(entry.name, path, inspection)
    return
  }
  if (inflated.isBomb) inspection.add('decompression-bomb', path, 'grows beyond measure when unpacked')
  if (inflated.end === 'damaged') inspection.addProblem('A file in an archive is damaged and was read in part.')
  if (inflated.end === 'cut') inspection.addProblem('A large file in an archive was read in part.')
  if (inflated.bytes.length === 0) reportByName(entry.name, path, inspection)
  inspection.enqueue(subject, entry.name, inflated.bytes)
}

/** Names are seen although content is not. */
function reportEncrypted(subject: Subject, entry: ZipEntry, inspection: Inspection): void {
  for (const password of inspection.passwords) {
    const packed = decryptEntry(subject.bytes, entry, password)
    const inflated = packed && unpackEntry(packed, entry.method, inspection)
    if (inflated === undefined || inflated.end === 'damaged') continue
    inspection.add('encrypted-archive', subject.path, `${entry.name}; the password ${openedByMail}`)
    return inspection.enqueue(subject, entry.name, inflated.bytes)
  }
  inspection.add('encrypted-archive', subject.path, `${entry.name}, ${entry.encryption}`)
  reportByName(entry.name, [...subject.path, entry.name], inspection)
}

/** What a file's name alone gives away. */
export function reportByName(name: string, path: readonly string[], inspection: Inspection): void {
  for (const { feature, proof } of nameSigns(name, 'unknown')) inspection.add(feature, path, proof)
  const ending = endingOf(name)
  const meaning = meaningOfEnding(ending)
  if (meaning === 'program') inspection.add('executable', path, `the name ends in .${ending}`)
  else if (meaning === 'script') inspection.add('script-file', path, `the name ends in .${ending}`)
  else if (meaning === 'shortcut') inspection.add('shortcut', path, `the name ends in .${ending}`)
}

/** Examines gzip: one file, whose name it may give. */
export function examineGzip(subject: Subject, inspection: Inspection): void {
  const found = inflateGzip(subject.bytes, inspection)
  if (found === undefined) {
    inspection.add('unreadable', subject.path, 'gzip whose head is damaged')
    return
  }
  const { name, inflated } = found
  if (inflated.isBomb) inspection.add('decompression-bomb', subject.path, 'grows beyond measure when unpacked')
  if (inflated.end === 'cut')
    inspection.addProblem(`Of a packed file only ${limits.documentPartBytesMax} bytes were looked at.`)
  const stem = subject.name.replace(/\.t?gz$/i, (ending) => (ending.toLowerCase() === '.tgz' ? '.tar' : ''))
  inspection.enqueue(subject, name || stem || 'content', inflated.bytes)
}
