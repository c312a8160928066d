/** Finds the files in OneNote sections (MS-ONESTORE 2.6.13): each lies whole behind a mark. Pages themselves are not read;
 *  pictures of pages lie the same way and are told apart by their bytes. */
import { limits } from '../../core/limits.ts'
import { wideText } from '../utf16.ts'
import { bufferOf, uint64At } from './bytes.ts'
import { kindOfBytes } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'

/** {BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC}, as it lies in the file. */
const objectMark = Uint8Array.of(
  0xe7,
  0x16,
  0xe3,
  0xbd,
  0x65,
  0x26,
  0x11,
  0x45,
  0xa4,
  0xc4,
  0x8d,
  0x4d,
  0x0b,
  0x7a,
  0x9e,
  0xac,
)

/** Examines a section. */
export function examineOneNote(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  const view = bufferOf(bytes)
  const names = attachmentNames(view)
  for (let at = view.indexOf(objectMark), count = 0; at >= 0 && count < limits.documentFilesMax; count++) {
    const size = Math.min(uint64At(bytes, at + 16), limits.documentPartBytesMax)
    const content = bytes.subarray(at + 36, Math.min(bytes.length, at + 36 + size))
    const kind = kindOfBytes(content)
    const isPicture = ['png', 'jpeg', 'gif', 'bmp', 'tiff', 'metafile', 'icon', 'webp', 'media'].includes(kind)
    if (!isPicture && content.length > 0) {
      const shown = names.length > 0 ? `${kind}; names in the section: ${names.slice(0, 5).join(', ')}` : kind
      inspection.add('onenote-attachment', subject.path, `attached file, ${shown}`)
    }
    inspection.enqueue(subject, `attachment ${count + 1}`, content, isPicture ? 'part' : 'file')
    at = view.indexOf(objectMark, at + 36 + (size > 0 ? content.length : 0))
  }
}

/** Names of attached files stand among a section's properties, in UTF-16: letters, a dot, an ending. */
function attachmentNames(view: Buffer): string[] {
  const found = new Set<string>()
  const dot = '.\0'
  for (let at = view.indexOf(dot, 0, 'latin1'), count = 0; at >= 0 && found.size < 32; count++) {
    if (count >= limits.documentEntriesMax) break
    const before = wideText(view, Math.max(at % 2, at - 240), at)
    const behind = wideText(view, at, at + 10)
    const stem = /[\x20-\x7e]{1,120}$/.exec(before)?.[0] ?? ''
    const ending = /^\.[a-z0-9]{2,4}(?![a-z0-9])/i.exec(behind)?.[0] ?? ''
    if (stem !== '' && ending !== '' && !/^\.(?:one|png|jpe?g|gif|bmp|emf)$/i.test(ending)) found.add(stem + ending)
    at = view.indexOf(dot, at + 2, 'latin1')
  }
  return [...found]
}
