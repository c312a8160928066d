/** Opens workbooks of Excel 97 to 2003 that are encrypted by RC4 with a password that needs no secret (MS-XLS 2.2.10,
 *  MS-OFFCRYPTO 2.3.5, 2.3.6, 2.3.7.2). */
import { hash } from 'node:crypto'
import { bufferOf, uint16At, uint32At } from './bytes.ts'
import { biffRecords } from './workbook-binary.ts'

/** Records that stay readable (MS-XLS 2.2.10): file begin, password, user names, where sheets stand. */
const plainRecords = new Set([0x0809, 0x2f, 0xe1, 0x0194, 0x01b7, 0x0138, 0x0195, 0x0196])
const boundSheet = 0x85
const blockBytes = 1_024

/** RC4, which the runtime no longer offers: 256 numbers stirred by the key, then by each byte. */
export class Rc4 {
  readonly #state = Uint8Array.from({ length: 256 }, (_, index) => index)
  #i = 0
  #j = 0

  constructor(key: Uint8Array) {
    let j = 0
    for (let i = 0; i < 256; i++) {
      j = (j + (this.#state[i] as number) + (key[i % key.length] as number)) & 255
      this.#swap(i, j)
    }
  }

  #swap(i: number, j: number): void {
    const held = this.#state[i] as number
    this.#state[i] = this.#state[j] as number
    this.#state[j] = held
  }

  /** The next byte of the key stream. */
  next(): number {
    this.#i = (this.#i + 1) & 255
    this.#j = (this.#j + (this.#state[this.#i] as number)) & 255
    this.#swap(this.#i, this.#j)
    return this.#state[((this.#state[this.#i] as number) + (this.#state[this.#j] as number)) & 255] as number
  }
}

const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value, 0)
  return bytes
}

/** The key of a block of 1,024 bytes; undefined where the password is not the one. */
type BlockKey = (block: number) => Uint8Array

/** 40 bits from MD5 (2.3.6.2). */
function plainRc4(pass: Uint8Array, password: string): BlockKey | undefined {
  const salt = pass.subarray(6, 22)
  const first = hash('md5', Buffer.from(password, 'utf16le'), 'buffer').subarray(0, 5)
  const repeated = Buffer.concat(Array.from({ length: 16 }, () => Buffer.concat([first, salt])))
  const base = hash('md5', repeated, 'buffer').subarray(0, 5)
  const key: BlockKey = (block) => hash('md5', Buffer.concat([base, number32(block)]), 'buffer')
  return opens(key, pass.subarray(22, 38), pass.subarray(38, 54), 'md5') ? key : undefined
}

/** Up to 128 bits from SHA-1 (2.3.5.2). */
function cryptoApi(pass: Uint8Array, password: string): BlockKey | undefined {
  // Behind the versions and flags stand the header with its size, then the verifier.
  const headSize = uint32At(pass, 10)
  const keyBytes = (uint32At(pass, 14 + 16) || 40) / 8
  const verifier = 14 + headSize
  if (!Number.isInteger(keyBytes) || keyBytes < 5 || keyBytes > 16 || verifier + 60 > pass.length) return undefined
  const base = hash(
    'sha1',
    Buffer.concat([pass.subarray(verifier + 4, verifier + 20), Buffer.from(password, 'utf16le')]),
    'buffer',
  )
  const key: BlockKey = (block) => {
    const derived = hash('sha1', Buffer.concat([base, number32(block)]), 'buffer').subarray(0, keyBytes)
    return keyBytes === 5 ? Buffer.concat([derived, Buffer.alloc(11)]) : derived
  }
  const encrypted = pass.subarray(verifier + 20, verifier + 36)
  return opens(key, encrypted, pass.subarray(verifier + 40, verifier + 60), 'sha1') ? key : undefined
}

/** A random text and its hash are encrypted one behind the other. */
function opens(key: BlockKey, input: Uint8Array, expected: Uint8Array, hashName: 'md5' | 'sha1'): boolean {
  if (input.length !== 16 || expected.length === 0) return false
  const stream = new Rc4(key(0))
  const plain = Buffer.from(input.map((byte) => byte ^ stream.next()))
  const plainHash = Buffer.from(expected.map((byte) => byte ^ stream.next()))
  return hash(hashName, plain, 'buffer').equals(plainHash)
}

/** The stream as it was before it was encrypted, and the password; undefined where none of them opens it. */
export function openWorkbook(
  stream: Uint8Array,
  pass: Uint8Array,
  passwords: readonly string[],
): { readonly stream: Uint8Array; readonly password: string } | undefined {
  // 0 is the older scrambling by XOR, which is not undone here.
  if (uint16At(pass, 0) !== 1) return undefined
  for (const password of passwords) {
    const isPlain = uint16At(pass, 2) === 1
    const key = isPlain ? plainRc4(pass, password) : cryptoApi(pass, password)
    if (key !== undefined) return { stream: decryptRecords(stream, key), password }
  }
  return undefined
}

/** The key stream runs over all bytes of the file, heads of records and plain records included; only data is changed. */
function decryptRecords(stream: Uint8Array, key: BlockKey): Uint8Array {
  const plain = Buffer.from(stream)
  let block = -1
  let used = 0
  let cipher = new Rc4(key(0))
  const moveTo = (position: number): void => {
    const wanted = Math.floor(position / blockBytes)
    if (wanted !== block) {
      block = wanted
      cipher = new Rc4(key(block))
      used = 0
    }
    for (; used < position % blockBytes; used++) cipher.next()
  }
  for (const { type, at, data } of biffRecords(stream)) {
    if (plainRecords.has(type)) continue
    // Where a sheet begins is written plain, its name is not.
    for (let index = type === boundSheet ? 4 : 0; index < data.length; index++) {
      const position = at + 4 + index
      moveTo(position)
      plain[position] = (plain[position] as number) ^ cipher.next()
      used++
    }
  }
  return bufferOf(plain)
}
