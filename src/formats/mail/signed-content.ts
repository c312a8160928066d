/** Takes the mail out of a signature that wraps it (CMS SignedData, RFC 5652 section 5, as S/MIME sends it in `smime.p7m`): mail
 *  programs show what is inside. Signatures are not verified here. */
import { limits } from '../../core/limits.ts'

/** What a wrapping holds: the mail that was signed, or something that only its recipient can open. */
export type Wrapped = { readonly kind: 'signed'; readonly bytes: Uint8Array } | { readonly kind: 'encrypted' }

interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
  /** Where the next one begins. */
  readonly next: number
}

const tags = { octets: 0x04, id: 0x06, sequence: 0x30, joinedOctets: 0x24, content: 0xa0 } as const

/** Object ids, as hexadecimal digits of their bytes (RFC 5652 sections 5.1, 6.1, 8; RFC 5083). */
const signedData = '2a864886f70d010702'
const encryptedKinds = new Set(['2a864886f70d010703', '2a864886f70d010706', '2a864886f70d0109100117'])

/** The element at a place (X.690 section 8.1), one of unknown length too; undefined where none is whole. */
function elementAt(bytes: Uint8Array, at: number, limit: number, depth = 0): Element | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || depth > limits.signedNestingMax)
    return undefined
  if (first === 0x80) return openElement(bytes, tag, at + 2, limit, depth)
  let length = first
  let start = at + 2
  if (first > 0x80) {
    length = 0
    for (let count = first & 0x7f; count > 0; count--) length = length * 256 + (bytes[start++] ?? 0)
  }
  const end = start + length
  return end <= limit ? { tag, start, end, next: end } : undefined
}

/** One whose end is marked by two zeros. */
function openElement(bytes: Uint8Array, tag: number, start: number, limit: number, depth: number): Element | undefined {
  for (let at = start; at + 1 < limit; ) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return { tag, start, end: at, next: at + 2 }
    const inner = elementAt(bytes, at, limit, depth + 1)
    if (inner === undefined) return undefined
    at = inner.next
  }
  return undefined
}

/** The elements in one. */
function* elementsIn(bytes: Uint8Array, { start, end }: Element): Generator<Element> {
  for (let at = start; at < end; ) {
    const element = elementAt(bytes, at, end)
    if (element === undefined) return
    yield element
    at = element.next
  }
}

/** The element in one that stands at a place of the order, and has one of these tags. */
function childOf(
  bytes: Uint8Array,
  parent: Element | undefined,
  index: number,
  ...wanted: number[]
): Element | undefined {
  if (parent === undefined) return undefined
  let left = index
  for (const element of elementsIn(bytes, parent)) {
    if (left-- === 0) return wanted.includes(element.tag) ? element : undefined
  }
  return undefined
}

function octetsOf(bytes: Uint8Array, element: Element, depth = 0): Uint8Array[] {
  if (element.tag === tags.octets) return [bytes.subarray(element.start, element.end)]
  if (element.tag !== tags.joinedOctets || depth > limits.signedNestingMax) return []
  return [...elementsIn(bytes, element)].flatMap((inner) => octetsOf(bytes, inner, depth + 1))
}

/** What the bytes wrap; undefined where they are none of these. */
export function unwrapSigned(bytes: Uint8Array): Wrapped | undefined {
  const outer = elementAt(bytes, 0, bytes.length)
  if (outer?.tag !== tags.sequence) return undefined
  const id = childOf(bytes, outer, 0, tags.id)
  const kind = id === undefined ? '' : Buffer.from(bytes.subarray(id.start, id.end)).toString('hex')
  if (encryptedKinds.has(kind)) return { kind: 'encrypted' }
  if (kind !== signedData) return undefined
  const data = childOf(bytes, childOf(bytes, outer, 1, tags.content), 0, tags.sequence)
  // Behind the version and the list of digests.
  const inner = childOf(bytes, data, 2, tags.sequence)
  const content = childOf(bytes, childOf(bytes, inner, 1, tags.content), 0, tags.octets, tags.joinedOctets)
  return content === undefined ? undefined : { kind: 'signed', bytes: Buffer.concat(octetsOf(bytes, content)) }
}
