/** Opens PDFs that are encrypted for their reader without a password (ISO 32000-2, 7.6): viewers show these without a
 *  question, so links and script in them count. Also tries passwords that are at hand; others stay closed. */
import { createCipheriv, createDecipheriv, hash } from 'node:crypto'
import { isDictionary, isList, nameOf, type PdfDictionary, PdfText, type PdfValue } from './pdf-syntax.ts'
import { Rc4 } from './workbook-password.ts'

/** What is encrypted: each may be in another way, or not at all (7.6.6). */
export type EncryptedPart = 'text' | 'stream' | 'file'

/** Undoes the encryption of one object's text, stream or embedded file; undefined where that needs a password. */
export type PdfDecrypt = (
  data: Uint8Array,
  number: number,
  generation: number,
  part: EncryptedPart,
) => Uint8Array | undefined

type Resolve = (value: PdfValue | undefined) => PdfValue | undefined
type Method = 'rc4' | 'aes' | 'aes-256' | 'none'

/** What fills a password up to 32 bytes (7.6.4.3.1). */
const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')

const md5 = (...parts: readonly Uint8Array[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer')

function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const cipher = new Rc4(key)
  return Buffer.from(data.map((byte) => byte ^ cipher.next()))
}

/** The bytes of a text. */
const bytesOf = (value: PdfValue | undefined): Buffer =>
  value instanceof PdfText ? Buffer.from(value.text, 'latin1') : Buffer.alloc(0)

/** A way to undo the encryption, where no password is asked for or one of these is right; undefined otherwise. */
export function openPdf(
  trailers: readonly PdfDictionary[],
  passwords: readonly string[],
  resolve: Resolve,
): PdfDecrypt | undefined {
  const trailer = trailers.findLast((each) => each.has('Encrypt'))
  const given = resolve(trailer?.get('Encrypt'))
  if (!isDictionary(given) || nameOf(given.get('Filter')) !== 'Standard') return undefined
  const identifiers = trailers.map((each) => resolve(each.get('ID'))).find(isList)
  const methods = methodsOf(given, resolve)
  const identifier = bytesOf(resolve(identifiers?.[0]))
  const isNew = numberOf(given, 'V', resolve, 0) >= 5
  for (const password of ['', ...passwords]) {
    const key = isNew ? newKey(given, password, resolve) : anyOldKey(given, identifier, password, resolve)
    if (key !== undefined)
      return (data, number, generation, part) => decrypt(methods[part], key, data, number, generation)
  }
  // Files alone may be locked: all else is shown without a question.
  const isOpen = methods.text === 'none' && methods.stream === 'none'
  return isOpen ? (data, _number, _generation, part) => (methods[part] === 'none' ? data : undefined) : undefined
}

const numberOf = (dictionary: PdfDictionary, key: string, resolve: Resolve, otherwise: number): number => {
  const value = resolve(dictionary.get(key))
  return typeof value === 'number' && Number.isInteger(value) ? value : otherwise
}

/** By the filters that are named for texts, streams and files; files go as streams where none is named for them. */
function methodsOf(given: PdfDictionary, resolve: Resolve): Readonly<Record<EncryptedPart, Method>> {
  if (numberOf(given, 'V', resolve, 0) < 4) return { text: 'rc4', stream: 'rc4', file: 'rc4' }
  const filters = resolve(given.get('CF'))
  const methodOf = (key: string): Method => {
    const filter = isDictionary(filters) ? resolve(filters.get(nameOf(resolve(given.get(key))))) : undefined
    const name = isDictionary(filter) ? nameOf(resolve(filter.get('CFM'))) : ''
    return name === 'AESV2' ? 'aes' : name === 'AESV3' ? 'aes-256' : name === 'V2' ? 'rc4' : 'none'
  }
  const stream = methodOf('StmF')
  return { text: methodOf('StrF'), stream, file: given.has('EFF') ? methodOf('EFF') : stream }
}

/** A password may be the user's or the owner's, and a length that is not given or wrong is 128 or 40 bits in fact. */
function anyOldKey(given: PdfDictionary, identifier: Buffer, password: string, resolve: Resolve): Buffer | undefined {
  const revision = numberOf(given, 'R', resolve, 0)
  const stated = numberOf(given, 'Length', resolve, 40) >> 3
  const lengths = revision === 2 ? [5] : revision >= 4 ? [16] : [Math.min(16, Math.max(5, stated)), 16, 5]
  const user = Buffer.from(password, 'latin1')
  for (const length of new Set(lengths)) {
    const key =
      oldKey(given, identifier, user, length, resolve) ??
      oldKey(given, identifier, userPassword(given, user, revision, length, resolve), length, resolve)
    if (key !== undefined) return key
  }
  return undefined
}

/** The user's password as the owner's opens it (7.6.4.4.4). */
function userPassword(
  given: PdfDictionary,
  password: Buffer,
  revision: number,
  length: number,
  resolve: Resolve,
): Buffer {
  let key = md5(Buffer.concat([password, padding]).subarray(0, 32))
  if (revision >= 3) for (let round = 0; round < 50; round++) key = md5(key)
  key = key.subarray(0, length)
  let user = bytesOf(resolve(given.get('O'))).subarray(0, 32)
  for (let round = revision >= 3 ? 19 : 0; round >= 0; round--) {
    user = rc4(
      key.map((byte) => byte ^ round),
      user,
    )
  }
  return user
}

/** Up to 128 bits, from MD5 (7.6.4.3.2); undefined where the password is not the one (7.6.4.4.2 and 3). */
function oldKey(
  given: PdfDictionary,
  identifier: Buffer,
  password: Buffer,
  length: number,
  resolve: Resolve,
): Buffer | undefined {
  const revision = numberOf(given, 'R', resolve, 0)
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(numberOf(given, 'P', resolve, 0) | 0)
  const filled = Buffer.concat([password, padding]).subarray(0, 32)
  const isBare = revision >= 4 && resolve(given.get('EncryptMetadata')) === false
  const owner = bytesOf(resolve(given.get('O'))).subarray(0, 32)
  let key = md5(filled, owner, permissions, identifier, Buffer.alloc(isBare ? 4 : 0, 0xff))
  if (revision >= 3) for (let round = 0; round < 50; round++) key = md5(key.subarray(0, length))
  key = key.subarray(0, length)
  const expected = bytesOf(resolve(given.get('U')))
  if (revision === 2) return expected.length === 32 && rc4(key, padding).equals(expected) ? key : undefined
  let check = rc4(key, md5(padding, identifier))
  for (let round = 1; round <= 19; round++)
    check = rc4(
      key.map((byte) => byte ^ round),
      check,
    )
  return expected.length >= 16 && check.equals(expected.subarray(0, 16)) ? key : undefined
}

/** 256 bits, in the file and opened by the user's password or the owner's (7.6.4.3.3). */
function newKey(given: PdfDictionary, password: string, resolve: Resolve): Buffer | undefined {
  const text = (name: string): Buffer => bytesOf(resolve(given.get(name)))
  const isHard = numberOf(given, 'R', resolve, 0) >= 6
  const bytes = Buffer.from(password, 'utf8').subarray(0, 127)
  const user = text('U').subarray(0, 48)
  const open = (verifier: Buffer, wrapped: Buffer, behind: Buffer): Buffer | undefined => {
    const derive = (salt: Buffer): Buffer =>
      isHard ? hardHash(bytes, salt, behind) : hash('sha256', Buffer.concat([bytes, salt, behind]), 'buffer')
    if (verifier.length < 48 || wrapped.length !== 32) return undefined
    if (!derive(verifier.subarray(32, 40)).equals(verifier.subarray(0, 32))) return undefined
    const cipher = createDecipheriv('aes-256-cbc', derive(verifier.subarray(40, 48)), Buffer.alloc(16))
    cipher.setAutoPadding(false)
    return Buffer.concat([cipher.update(wrapped), cipher.final()])
  }
  return open(user, text('UE').subarray(0, 32), Buffer.alloc(0)) ?? open(text('O'), text('OE').subarray(0, 32), user)
}

const hashNames = ['sha256', 'sha384', 'sha512'] as const
/** Ends after 64 rounds and some more, as chance has it: hardly ever more than 100. */
const hardRounds = 512

/** Algorithm 2.B; `behind` is the user's verifier where the password is the owner's. */
function hardHash(password: Buffer, salt: Buffer, behind: Buffer): Buffer {
  let key = hash('sha256', Buffer.concat([password, salt, behind]), 'buffer')
  for (let round = 0; round < hardRounds; round++) {
    const once = Buffer.concat([password, key, behind])
    const repeated = Buffer.concat(Array.from({ length: 64 }, () => once))
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32))
    cipher.setAutoPadding(false)
    const mixed = cipher.update(repeated)
    const remainder = mixed.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3
    key = hash(hashNames[remainder as 0 | 1 | 2], mixed, 'buffer')
    if (round >= 63 && (mixed.at(-1) ?? 0) <= round - 31) break
  }
  return key.subarray(0, 32)
}

/** One object's data, by a key of its own but in the newest way (7.6.3). */
function decrypt(method: Method, key: Buffer, data: Uint8Array, number: number, generation: number): Uint8Array {
  if (method === 'none' || (method === 'aes-256' && key.length !== 32)) return data
  if (method === 'aes-256') return decryptAes(key, data)
  const own = Buffer.from([number, number >> 8, number >> 16, generation, generation >> 8])
  const salt = method === 'aes' ? Buffer.from('sAlT') : Buffer.alloc(0)
  const objectKey = md5(key, own, salt).subarray(0, Math.min(16, key.length + 5))
  return method === 'aes' ? decryptAes(objectKey, data) : rc4(objectKey, data)
}

/** The first 16 bytes are the start value; the last byte says how many fill the last block. */
function decryptAes(key: Buffer, data: Uint8Array): Uint8Array {
  const whole = data.subarray(16, data.length - (data.length % 16))
  if (whole.length === 0) return new Uint8Array(0)
  const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, data.subarray(0, 16))
  cipher.setAutoPadding(false)
  const plain = Buffer.concat([cipher.update(whole), cipher.final()])
  const filled = plain.at(-1) ?? 0
  return filled >= 1 && filled <= 16 ? plain.subarray(0, plain.length - filled) : plain
}

/** The same value with its texts as they were. */
export function decryptTexts(value: PdfValue, open: (text: Uint8Array) => Uint8Array, depth = 0): PdfValue {
  if (depth > 64) return value
  if (value instanceof PdfText)
    return new PdfText(Buffer.from(open(Buffer.from(value.text, 'latin1'))).toString('latin1'))
  if (isList(value)) return value.map((each) => decryptTexts(each, open, depth + 1))
  if (!isDictionary(value)) return value
  return new Map([...value].map(([key, each]) => [key, decryptTexts(each, open, depth + 1)]))
}
