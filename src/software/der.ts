/** Reads DER (ITU-T X.690) as signatures of programs have it: values with definite lengths, each inside its parent. It
 *  looks only where it is asked to, copies nothing, and never leaves the bytes it was given. */
import { limits } from '../core/limits.ts'
import { wideText } from '../formats/utf16.ts'

/** One value: its tag byte, and where its content is. */
export interface DerValue {
  readonly bytes: Uint8Array
  /** The identifier octet; tags above 30 do not occur. */
  readonly tag: number
  /** Where the value begins, with its tag. */
  readonly at: number
  readonly contentAt: number
  readonly end: number
}

/** Tags that are used here. */
export const derTags = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context1: 0xa1,
} as const

/** The value that begins at a place and must end by `end`; undefined where there is none. */
export function derValue(bytes: Uint8Array, at: number, end = bytes.length): DerValue | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || at + 2 > end || (tag & 0x1f) === 0x1f) return undefined
  let contentAt = at + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    // 0x80 is the indefinite form of BER. Four bytes count more than any signature has.
    if (count === 0 || count > 4 || contentAt + count > end) return undefined
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[contentAt++] as number)
  }
  return contentAt + length > end ? undefined : { bytes, tag, at, contentAt, end: contentAt + length }
}

/** The values inside one; undefined where they do not fill it exactly, or are too many. */
export function derChildren({ bytes, contentAt, end }: DerValue): DerValue[] | undefined {
  const children: DerValue[] = []
  for (let at = contentAt; at < end; ) {
    const child = derValue(bytes, at, end)
    if (child === undefined || children.length >= limits.derValuesMax) return undefined
    children.push(child)
    at = child.end
  }
  return children
}

/** The value that a path of places leads to, such as `[1, 0]`: the first child of the second child. */
export function derDescend(value: DerValue | undefined, ...path: readonly number[]): DerValue | undefined {
  let found = value
  for (const index of path) found = found === undefined ? undefined : derChildren(found)?.[index]
  return found
}

/** The content of a value. */
export const derContent = ({ bytes, contentAt, end }: DerValue): Uint8Array => bytes.subarray(contentAt, end)

/** The whole value, with its tag and length. */
export const derWhole = ({ bytes, at, end }: DerValue): Uint8Array => bytes.subarray(at, end)

/** An object identifier, as `1.2.840.113549`; undefined where the value is none. */
export function derOid(value: DerValue | undefined): string | undefined {
  if (value?.tag !== derTags.oid || value.end === value.contentAt || value.end - value.contentAt > 64) return undefined
  const parts: number[] = []
  let part = 0
  for (const byte of derContent(value)) {
    part = part * 128 + (byte & 0x7f)
    if (part > 0xffff_ffff) return undefined
    if (byte < 0x80) {
      if (parts.length === 0)
        parts.push(Math.min(2, Math.floor(part / 40)), part - 40 * Math.min(2, Math.floor(part / 40)))
      else parts.push(part)
      part = 0
    }
  }
  return parts.join('.')
}

/** The text of a string of any of the kinds that names use; undefined where the value is none. */
export function derText(value: DerValue): string | undefined {
  const bytes = derContent(value).subarray(0, 4 * limits.signerCharactersMax)
  switch (value.tag) {
    case 0x0c: // UTF8String
      return Buffer.from(bytes).toString('utf8')
    case 0x13: // PrintableString
    case 0x14: // TeletexString
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return Buffer.from(bytes).toString('latin1')
    case 0x1e: // BMPString, most significant byte first
      return wideText(Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16())
    default:
      return undefined
  }
}
