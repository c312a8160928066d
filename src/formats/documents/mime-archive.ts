/** Reads web archives (MHT, RFC 2557), in which Word saves documents too: the parts of a mail-like file, each examined as
 *  a file. Macros in them stand in a part that says `ActiveMime`. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { bufferOf, byteAt, uint16At } from './bytes.ts'
import { inflateZlib } from './inflate.ts'
import type { Inspection, Subject } from './inspection.ts'

/** Lines of one part's head, and parts of one archive. */
const headCharacters = 16_384

/** Examines a web archive. */
export function examineMimeArchive(subject: Subject, inspection: Inspection): void {
  const text = latin1Text(subject.bytes)
  const boundary = /boundary\s*=\s*"?([^"\r\n;]{1,200})/i.exec(text.slice(0, headCharacters * 4))?.[1]
  if (boundary === undefined) {
    readPart(text, subject, inspection)
    return
  }
  let at = text.indexOf(`--${boundary}`)
  for (let count = 0; at >= 0 && count < limits.documentFilesMax; count++) {
    const from = at + boundary.length + 2
    const next = text.indexOf(`--${boundary}`, from)
    readPart(text.slice(from, next < 0 ? text.length : next), subject, inspection)
    at = next
  }
}

function readPart(part: string, subject: Subject, inspection: Inspection): void {
  const gap = /\r?\n\r?\n/.exec(part.slice(0, headCharacters))
  if (gap === null) return
  const head = part.slice(0, gap.index).replace(/\r?\n[ \t]/g, ' ')
  const body = part.slice(gap.index + gap[0].length)
  const header = (name: string): string => new RegExp(`^${name}:[ \\t]*([^\\r\\n]{0,2000})`, 'im').exec(head)?.[1] ?? ''
  const encoding = header('content-transfer-encoding').trim().toLowerCase()
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : encoding === 'quoted-printable'
        ? unquote(body)
        : Buffer.from(body, 'latin1')
  const name =
    header('content-location').trim() || /name\s*=\s*"?([^";]{1,255})/i.exec(header('content-type'))?.[1] || 'part'
  inspection.enqueue(subject, name.slice(name.lastIndexOf('/') + 1) || name, bufferOf(bytes), 'part')
}

/** Quoted-printable (RFC 2045, 6.7). */
function unquote(text: string): Buffer {
  return Buffer.from(
    text
      .replace(/=[ \t]{0,80}\r?\n/g, '')
      .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** Examines what Office wraps macros in within web archives and XML: a head, then zlib. */
export function examineActiveMime(subject: Subject, inspection: Inspection): void {
  const { bytes } = subject
  // The head says where the data begins, less 46; where it lies, the mark of zlib is looked for.
  const stated = uint16At(bytes, 0x1e) + 46
  const starts = [stated, 0x32, ...Array.from({ length: 256 }, (_, index) => 0x20 + index)]
  for (const at of starts) {
    if (byteAt(bytes, at) !== 0x78) continue
    const { bytes: content } = inflateZlib(bytes.subarray(at), inspection)
    if (content.length < 8) continue
    inspection.enqueue(subject, 'macros', content, 'part')
    return
  }
  inspection.add('unreadable', subject.path, 'wrapped macros that could not be unpacked')
}
