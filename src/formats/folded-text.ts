/** Room for one text of ASCII with its case folded, into which events write a field without making a string of it. One is
 *  used for all fields, one after the other. It takes no text that is longer than its room or holds more than ASCII. */
import { limits } from '../core/limits.ts'

/** Zeros behind a text, so that it can be read several bytes at a time. */
const guardBytes = 8

/** The only character beyond ASCII whose lower case is ASCII: a k. Where it stands, bytes do not tell what a text holds. */
export const kelvinSign = '\u212a'

/** ASCII in lower case. What is beyond keeps its high bit. */
export const asciiFolds: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
)

/** The room. */
export class FoldedText {
  /** Most characters that it takes. */
  readonly room: number = limits.foldedTextBytesMax
  readonly bytes: Uint8Array = new Uint8Array(this.room + guardBytes)
  readonly view: DataView = new DataView(this.bytes.buffer)
  length = 0
  /** The bytes only name the text, the same for the same text: it holds more than ASCII, and must be asked for itself. */
  isKey = false

  /** Takes a text; false where it cannot. */
  takeText(text: string): boolean {
    const { length } = text
    if (length > this.room) return false
    const { bytes } = this
    let all = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      all |= unit
      bytes[i] = asciiFolds[unit & 127] as number
    }
    return this.end(length, all)
  }

  /** Takes bytes, one a character. */
  takeBytes(source: Uint8Array, from: number, end: number): boolean {
    const length = end - from
    if (length > this.room) return false
    const { bytes } = this
    let all = 0
    for (let i = 0; i < length; i++) {
      const byte = asciiFolds[source[from + i] as number] as number
      all |= byte
      bytes[i] = byte
    }
    return this.end(length, all)
  }

  /** Takes UTF-16 of `count` units. */
  takeUnits(source: Uint8Array, from: number, count: number): boolean {
    if (count > this.room) return false
    const { bytes } = this
    let [all, high] = [0, 0]
    for (let i = 0, at = from; i < count; i++, at += 2) {
      const byte = asciiFolds[source[at] as number] as number
      all |= byte
      high |= source[at + 1] as number
      bytes[i] = byte
    }
    return this.end(count, high === 0 ? all : 255)
  }

  /** Takes bytes that name a text; false where there are too many. */
  takeKey(source: Uint8Array, from: number, end: number): boolean {
    const length = end - from
    if (length > this.room) return false
    const { bytes } = this
    for (let i = 0; i < length; i++) bytes[i] = source[from + i] as number
    this.end(length, 0)
    this.isKey = true
    return true
  }

  /** Ends a text that was written into `bytes`; `all` is the union of its characters. */
  end(length: number, all: number): boolean {
    this.length = length
    this.isKey = false
    this.view.setInt32(length, 0, true)
    this.view.setInt32(length + 4, 0, true)
    return all < 128
  }
}
