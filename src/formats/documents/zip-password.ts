/** Opens entries of zip archives with a password that is at hand: the old way of encrypting (APPNOTE 6.1) and the one by
 *  AES (WinZip's AE-1 and AE-2). Passwords are tried, never guessed. */
import { createCipheriv, pbkdf2Sync } from 'node:crypto'
import { byteAt } from './bytes.ts'
import { packedBytes, type ZipEntry } from './zip.ts'

/** An entry's bytes as they were before they were encrypted, still packed; undefined where the password is not the one. */
export function decryptEntry(bytes: Uint8Array, entry: ZipEntry, password: string): Uint8Array | undefined {
  const packed = packedBytes(bytes, entry)
  if (entry.encryption === 'zip-crypto') return decryptOld(packed, entry.checkByte, Buffer.from(password))
  return entry.encryption === 'aes' ? decryptAes(packed, entry.aesStrength, password) : undefined
}

const checksumTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})

const headBytes = 12

function decryptOld(packed: Uint8Array, checkByte: number, password: Uint8Array): Uint8Array | undefined {
  if (packed.length < headBytes) return undefined
  let first = 0x12345678
  let second = 0x23456789
  let third = 0x34567890
  const stir = (value: number, byte: number): number =>
    ((checksumTable[(value ^ byte) & 0xff] as number) ^ (value >>> 8)) >>> 0
  const update = (byte: number): void => {
    first = stir(first, byte)
    second = (Math.imul((second + (first & 0xff)) >>> 0, 134_775_813) + 1) >>> 0
    third = stir(third, second >>> 24)
  }
  for (const byte of password) update(byte)
  const plain = new Uint8Array(packed.length)
  for (let at = 0; at < packed.length; at++) {
    const key = (third | 2) & 0xffff
    const byte = (packed[at] as number) ^ ((Math.imul(key, key ^ 1) >>> 8) & 0xff)
    update(byte)
    plain[at] = byte
    if (at === headBytes - 1 && byte !== checkByte) return undefined
  }
  return plain.subarray(headBytes)
}

const macBytes = 10
const rounds = 1_000

function decryptAes(packed: Uint8Array, strength: number, password: string): Uint8Array | undefined {
  if (strength < 1 || strength > 3) return undefined
  const keyBytes = 8 + strength * 8
  const saltBytes = keyBytes / 2
  if (packed.length < saltBytes + 2 + macBytes) return undefined
  const derived = pbkdf2Sync(password, packed.subarray(0, saltBytes), rounds, keyBytes * 2 + 2, 'sha1')
  const isRight =
    derived[keyBytes * 2] === byteAt(packed, saltBytes) && derived[keyBytes * 2 + 1] === byteAt(packed, saltBytes + 1)
  if (!isRight) return undefined
  const data = packed.subarray(saltBytes + 2, packed.length - macBytes)
  // A counter that begins at 1 and has its least significant byte first, which the runtime's own mode has not.
  const counters = Buffer.alloc(Math.ceil(data.length / 16) * 16)
  for (let block = 0; block * 16 < counters.length; block++) counters.writeUInt32LE(block + 1, block * 16)
  const cipher = createCipheriv(`aes-${keyBytes * 8}-ecb`, derived.subarray(0, keyBytes), null)
  cipher.setAutoPadding(false)
  const stream = cipher.update(counters)
  return data.map((byte, index) => byte ^ (stream[index] as number))
}
