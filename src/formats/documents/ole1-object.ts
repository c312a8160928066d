/** Reads objects in the older form that RTF writes (MS-OLEDS 2.2): a class, and either data or a link. What is damaged is
 *  searched for a compound file or a package all the same, as Word's own reader is forgiving. */
import { latin1Text } from '../latin1.ts'
import { hasText, indexOfBytes, uint32At } from './bytes.ts'
import type { Inspection, Subject } from './inspection.ts'
import { reportWrittenClass } from './ole-class.ts'
import { isEquation, monikerTargets, readPackage, reportNative } from './ole-object.ts'

const formats = { linked: 1, embedded: 2 } as const
const textBytes = 4_096

/** Notes one object. */
export function reportOle1(data: Uint8Array, subject: Subject, path: readonly string[], inspection: Inspection): void {
  const format = uint32At(data, 4)
  const className = readText(data, 8)
  const topic = className ? readText(data, className.end) : undefined
  const item = topic ? readText(data, topic.end) : undefined
  if (className === undefined || topic === undefined || item === undefined || (format !== 1 && format !== 2)) {
    reportDamaged(data, subject, path, inspection)
    return
  }
  const size = uint32At(data, item.end)
  const native = data.subarray(item.end + 4, Math.min(data.length, item.end + 4 + size))
  reportWrittenClass(className.text, path, inspection, format === formats.embedded && isEquation(native))
  if (format === formats.linked) {
    inspection.add('external-relationship', path, `linked object: ${topic.text}`)
    inspection.addLink(topic.text, path, 'document')
    return
  }
  if (/^package$/i.test(className.text)) reportNative(native, subject, path, inspection)
  else if (hasText(native, 0, '\xd0\xcf\x11\xe0') || native.length < 8) reportDamaged(native, subject, path, inspection)
  else inspection.enqueue({ ...subject, path }, className.text, native, 'part')
}

/** A text with its length in front, a NUL at its end; undefined where the length can't be one. */
function readText(data: Uint8Array, at: number): { text: string; end: number } | undefined {
  const length = uint32At(data, at)
  if (at + 4 > data.length || length > textBytes || at + 4 + length > data.length) return undefined
  return { text: latin1Text(data, at + 4, at + 4 + length).replace(/\0[\s\S]*$/, ''), end: at + 4 + length }
}

/** Looks for what can be in an object, wherever it begins. */
function reportDamaged(data: Uint8Array, subject: Subject, path: readonly string[], inspection: Inspection): void {
  const compound = indexOfBytes(data, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')
  if (compound >= 0) {
    const inner = data.subarray(compound)
    inspection.enqueue({ ...subject, path }, 'compound file', inner, 'part')
    for (const target of monikerTargets(inner)) {
      inspection.add('external-relationship', path, `linked object: ${target}`)
      inspection.addLink(target, path, 'document')
    }
    return
  }
  for (const name of ['Equation.3', 'Equation.2', 'Package', 'htmlfile', 'Word.Document', 'OLE2Link']) {
    const at = indexOfBytes(data.subarray(0, textBytes), name)
    if (at < 0) continue
    reportWrittenClass(name, path, inspection)
    if (name === 'Package') reportPackageIn(data, at + 8, subject, path, inspection)
    return
  }
  if (data.length > 32) inspection.add('embedded-object', path, `object of an unknown class, ${data.length} bytes`)
}

function reportPackageIn(
  data: Uint8Array,
  from: number,
  subject: Subject,
  path: readonly string[],
  inspection: Inspection,
): void {
  for (let at = from; at < Math.min(from + 64, data.length); at++) {
    if (readPackage(data.subarray(at))?.bytes.length) return reportNative(data.subarray(at), subject, path, inspection)
  }
}
