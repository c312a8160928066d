/** Reads what lies in the storage of an OLE object (MS-OLEDS 2.3): a packaged file with its name, a link with its target,
 *  and the class. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { byteAt, classIdText, uint16At, uint32At, utf16Text, zeroEndedText } from './bytes.ts'
import { type CompoundEntry, type CompoundFile, openCompoundFile } from './compound-file.ts'
import { isSoundEquation, isSoundMtef } from './equation.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import { inflateZlib } from './inflate.ts'
import type { Inspection, Subject } from './inspection.ts'
import { abuseOfClass, equationEditor, reportControl } from './ole-class.ts'

/** A packaged file. */
export interface PackagedFile {
  readonly name: string
  /** Where it came from on its author's disk. */
  readonly sourcePath: string
  /** Empty where the package is a link. */
  readonly bytes: Uint8Array
}

const nameBytes = 1_024
/** An equation of a page has some hundred bytes. */
const equationBytes = 65_536

/** The packaged file in native data, behind its size (`Ole10Native`); undefined where it is no package. */
export function readPackage(native: Uint8Array): PackagedFile | undefined {
  if (uint16At(native, 0) !== 2) return undefined
  const name = zeroEndedText(native, 2, nameBytes)
  let at = 2 + name.length + 1
  const sourcePath = zeroEndedText(native, at, nameBytes)
  at += sourcePath.length + 1
  // 3: the file itself; 1: its path alone. Native data of other classes can begin with a 2 too.
  const kind = uint16At(native, at + 2)
  if (uint16At(native, at) !== 0 || (kind !== 1 && kind !== 3)) return undefined
  at += 4
  if (kind !== 3) return name === '' && sourcePath === '' ? undefined : { name, sourcePath, bytes: new Uint8Array(0) }
  at += 4 + Math.min(uint32At(native, at), native.length)
  const size = uint32At(native, at)
  if (at + 4 > native.length) return undefined
  return { name, sourcePath, bytes: native.subarray(at + 4, Math.min(native.length, at + 4 + size)) }
}

/** Notes native data: a package with its file, or bare data of a class. */
export function reportNative(
  native: Uint8Array,
  subject: Subject,
  within: readonly string[],
  inspection: Inspection,
): void {
  const packaged = readPackage(native)
  if (packaged === undefined) {
    inspection.enqueue({ ...subject, path: within }, 'object', native, 'part')
    return
  }
  const { name, sourcePath, bytes } = packaged
  const shown = sourcePath !== '' && sourcePath !== name ? `${name}, from ${sourcePath}` : name
  inspection.add('embedded-package', within, `file ${shown}`)
  inspection.enqueue({ ...subject, path: within }, name || sourcePath || 'package', bytes)
}

/** Notes every object in a compound file. */
export function reportObjects(file: CompoundFile, subject: Subject, inspection: Inspection): void {
  for (const entry of file.entries) {
    if (entry.type === 'storage') reportStorage(file, entry.classId, entry.path, subject, inspection)
    else if (entry.type === 'stream') reportStream(file, entry, subject, inspection)
  }
  reportStorage(file, file.classId, '', subject, inspection)
}

const noClass = '00000000-0000-0000-0000-000000000000'
/** Where Word and Excel keep the objects of a document: `ObjectPool/_1234567890`, `MBD0012AB34`. */
const objectStorage = /(?:^|\/)(?:ObjectPool\/_\d{1,12}|MBD[0-9A-F]{8})$/i

/** Notes an object's class, and the path of its storage; empty for the file itself. */
function reportStorage(
  file: CompoundFile,
  classId: string,
  storage: string,
  subject: Subject,
  inspection: Inspection,
): void {
  const path = storage === '' ? subject.path : [...subject.path, storage]
  const abuse = abuseOfClass(classId)
  const isNoted = abuse !== undefined && abuse !== 'package of a file' && abuse !== 'link that is fetched'
  // A package is told with the file in it, a link with its target, and an equation by its data.
  if (isNoted && !(abuse === equationEditor && hasSoundEquation(file, storage)))
    inspection.add('embedded-object', path, `object of class ${classId} (${abuse})`)
  else if (objectStorage.test(storage) && classId !== noClass)
    inspection.add('embedded-document', path, `object of class ${classId}`)
}

/** True for the storage of an equation, or its bare data, that hold nothing out of the ordinary. */
export function isEquation(native: Uint8Array): boolean {
  const file = openCompoundFile(native)
  return file === undefined ? isSoundEquation(native) || isSoundMtef(native) : hasSoundEquation(file, '')
}

/** The editor's first version kept its data behind their size, as other native data are. */
function hasSoundEquation(file: CompoundFile, storage: string): boolean {
  const within = storage === '' ? '' : `${storage}/`
  const stream = file.find(`${within}Equation Native`)
  if (stream !== undefined) return isSoundEquation(file.read(stream, equationBytes))
  const native = file.find(`${within}\x01Ole10Native`)
  return native !== undefined && isSoundMtef(file.read(native, equationBytes).subarray(4))
}

/** A control of the class of the storage that a stream of it lies in. */
function reportControlOf(file: CompoundFile, entry: CompoundEntry, subject: Subject, inspection: Inspection): void {
  const storage = entry.path.slice(0, Math.max(0, entry.path.length - entry.name.length - 1))
  const classId = storage === '' ? file.classId : (file.find(storage)?.classId ?? noClass)
  reportControl(classId, storage === '' ? subject.path : [...subject.path, storage], inspection)
}

/** Names in a compound file have no case. */
function reportStream(file: CompoundFile, entry: CompoundEntry, subject: Subject, inspection: Inspection): void {
  const within = [...subject.path, entry.path]
  const name = entry.name.toLowerCase()
  switch (name) {
    case '\x01ole10native':
      return reportNative(file.read(entry).subarray(4), subject, within, inspection)
    case '\x01ole':
      return reportLink(file.read(entry, nameBytes * 64), within, inspection)
    case 'equation native':
      return isSoundEquation(file.read(entry, equationBytes))
        ? inspection.add('embedded-document', within, 'equation')
        : inspection.add('embedded-object', within, 'equation editor, with data that are no ordinary equation')
    case '\x03ocxname':
    case '\x03ocxdata':
    case 'ocxdata':
    case '\x03ocxprops':
      // LibreOffice writes an empty name for every object.
      return entry.size > 0 ? reportControlOf(file, entry, subject, inspection) : undefined
    case 'package':
    case 'contents':
      return inspection.enqueue(subject, entry.path, file.read(entry), 'part')
    default:
      if (/^_\d{1,10}$/.test(name)) reportPacked(file.read(entry), entry.path, subject, inspection)
  }
}

/** Word's XML of 2003 packs each object's storage in a stream with a number for a name: its size, then zlib. */
function reportPacked(packed: Uint8Array, name: string, subject: Subject, inspection: Inspection): void {
  if (byteAt(packed, 4) !== 0x78) return
  inspection.enqueue(subject, name, inflateZlib(packed.subarray(4), inspection).bytes, 'part')
}

const fileMoniker = '00000303-0000-0000-C000-000000000046'
const urlMoniker = '79EAC9E0-BAF9-11CE-8C82-00AA004BA90B'

/** An OLE stream says whether its object is a link, and by monikers to where (2.3.3). */
function reportLink(stream: Uint8Array, path: readonly string[], inspection: Inspection): void {
  if ((uint32At(stream, 4) & 1) === 0 || stream.length < 20) return
  const target = monikerTargets(stream)[0] ?? ''
  const feature = target === '' ? 'linked-file' : judgeRelationship('oleObject', target)
  if (feature !== undefined) inspection.add(feature, path, `linked object ${target}`)
  if (placeOfTarget(target) === 'web') inspection.addLink(target, path, 'document')
}

/** Targets of URL and file monikers in a stream. */
export function monikerTargets(bytes: Uint8Array): string[] {
  const found: string[] = []
  for (let at = 0; at + 20 <= bytes.length && found.length < 8; at++) {
    // Both class ids begin with bytes that are rare elsewhere.
    if (bytes[at] !== 0xe0 && bytes[at] !== 0x03) continue
    const classId = classIdText(bytes, at)
    if (classId === urlMoniker) {
      const length = Math.min(uint32At(bytes, at + 16), 8_192)
      found.push(utf16Text(bytes, at + 20, length))
    } else if (classId === fileMoniker) {
      const length = Math.min(uint32At(bytes, at + 18), limits.documentLinkCharactersMax)
      found.push(latin1Text(bytes, at + 22, Math.min(bytes.length, at + 22 + length)).replace(/\0[\s\S]*$/, ''))
    }
  }
  return found.filter((text) => text !== '')
}
