/** Unpacks the RTF that Outlook keeps of a message (MS-OXRTFCP): runs of bytes and references into the last 4,096 of them.
 *  At most 17 bytes come of two, so that a bound on the input bounds the output; sums of bytes are not checked. */
import { limits } from '../../core/limits.ts'
import { latin1Bytes } from '../latin1.ts'
import { byteAt, uint32At } from './bytes.ts'

const packed = 0x75465a4c
const bare = 0x414c454d
const headBytes = 16
const windowBytes = 4_096

/** What the window holds before the first byte (section 2.1.3.1.1). */
const firstWindow = latin1Bytes(
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx',
)

/** The RTF; undefined where it is packed in no known way. What is damaged gives what stands before the damage. */
export function unpackRtf(bytes: Uint8Array): Uint8Array | undefined {
  const size = Math.min(uint32At(bytes, 4), limits.documentPartBytesMax)
  const kind = uint32At(bytes, 8)
  if (bytes.length < headBytes) return undefined
  if (kind === bare) return bytes.subarray(headBytes, headBytes + size)
  if (kind !== packed) return undefined
  const window = new Uint8Array(windowBytes)
  window.set(firstWindow)
  const out = new Uint8Array(Math.min(size, bytes.length * 9))
  let written = firstWindow.length
  let length = 0
  const put = (value: number): void => {
    window[written % windowBytes] = value
    written = (written + 1) % windowBytes
    if (length < out.length) out[length++] = value
  }
  for (let at = headBytes; at < bytes.length && length < out.length; ) {
    const control = byteAt(bytes, at++)
    for (let bit = 0; bit < 8 && at < bytes.length && length < out.length; bit++) {
      if ((control & (1 << bit)) === 0) {
        put(byteAt(bytes, at++))
        continue
      }
      const reference = (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
      at += 2
      const offset = reference >> 4
      // A reference to where the next byte goes ends the stream.
      if (offset === written) return out.subarray(0, length)
      for (let i = 0; i < (reference & 15) + 2; i++) put(byteAt(window, (offset + i) % windowBytes))
    }
  }
  return out.subarray(0, length)
}
