/** Opens encrypted Office documents with passwords that need no secret (MS-OFFCRYPTO 2.3.4): those that Office itself
 *  tries before it asks, and those that stand in the mail. Others stay closed, and are told as that. */
import { createDecipheriv, hash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import { bufferOf, latin1OrUtf8, uint16At, uint32At, uint64At } from './bytes.ts'
import type { Inspection } from './inspection.ts'
import { scanXml } from './xml-scan.ts'

/** What Excel and PowerPoint try by themselves: a file with one of these opens without a question, and scanners that do
 *  not know them see nothing. */
export const standardPasswords: readonly string[] = ['VelvetSweatshop', '/01Hannes Ruescher/01']

type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'
const hashNames: Readonly<Record<string, HashName>> = {
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
}

const digest = (name: HashName, ...parts: readonly Uint8Array[]): Buffer => hash(name, Buffer.concat(parts), 'buffer')

/** An opened package and the password that opened it. */
export interface Opened {
  readonly bytes: Uint8Array
  readonly password: string
}

/** Tries each password; undefined where none opens it or the way of encrypting is another. */
export function openEncryptedPackage(
  info: Uint8Array,
  content: Uint8Array,
  passwords: readonly string[],
  inspection: Inspection,
): Opened | undefined {
  const major = uint16At(info, 0)
  const minor = uint16At(info, 2)
  for (const password of passwords) {
    const bytes =
      major === 4 && minor === 4
        ? openAgile(info, content, password, inspection)
        : minor === 2
          ? openStandard(info, content, password, inspection)
          : undefined
    if (bytes !== undefined) return { bytes, password }
  }
  return undefined
}

/** Hashes again and again, with a counter in front (2.3.4.7, 2.3.4.11). */
function spin(name: HashName, salt: Uint8Array, password: string, rounds: number): Buffer {
  let value = digest(name, salt, Buffer.from(password, 'utf16le'))
  const step = Buffer.alloc(4 + value.length)
  for (let round = 0; round < rounds; round++) {
    step.writeUInt32LE(round, 0)
    value.copy(step, 4)
    value = hash(name, step, 'buffer')
  }
  return value
}

const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value, 0)
  return bytes
}

function decipher(algorithm: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array): Buffer | undefined {
  const whole = data.subarray(0, data.length - (data.length % 16))
  if (![16, 24, 32].includes(key.length)) return undefined
  const cipher = createDecipheriv(algorithm, key, iv)
  cipher.setAutoPadding(false)
  return Buffer.concat([cipher.update(whole), cipher.final()])
}

const standardRounds = 50_000

/** Standard encryption: AES in ECB, SHA-1 (2.3.4.5 to 2.3.4.9). */
function openStandard(
  info: Uint8Array,
  content: Uint8Array,
  password: string,
  inspection: Inspection,
): Uint8Array | undefined {
  const headSize = uint32At(info, 8)
  const keyBytes = uint32At(info, 12 + 16) / 8
  const verifier = 12 + headSize
  const salt = info.subarray(verifier + 4, verifier + 20)
  if (salt.length !== 16 || ![16, 24, 32].includes(keyBytes) || !inspection.spendRounds(standardRounds))
    return undefined
  const last = digest('sha1', spin('sha1', salt, password, standardRounds), number32(0))
  const pad = (byte: number): Buffer => {
    const block = Buffer.alloc(64, byte)
    for (const [index, value] of last.entries()) block[index] = byte ^ value
    return digest('sha1', block)
  }
  const key = Buffer.concat([pad(0x36), pad(0x5c)]).subarray(0, keyBytes)
  const algorithm = `aes-${keyBytes * 8}-ecb`
  const input = decipher(algorithm, key, null, info.subarray(verifier + 20, verifier + 36))
  const expected = decipher(algorithm, key, null, info.subarray(verifier + 40, verifier + 72))
  if (!input || !expected || input.length !== 16 || !digest('sha1', input).equals(expected.subarray(0, 20)))
    return undefined
  const plain = decipher(algorithm, key, null, content.subarray(8))
  return plain?.subarray(0, Math.min(plain.length, uint64At(content, 0)))
}

interface AgileKey {
  readonly salt: Buffer
  readonly blockSize: number
  readonly keyBytes: number
  readonly hashName: HashName
}

/** What an agile description gives (2.3.4.10). */
interface AgileInfo {
  readonly data: AgileKey
  readonly password: AgileKey & {
    readonly rounds: number
    readonly verifierInput: Buffer
    readonly verifierHash: Buffer
    readonly keyValue: Buffer
  }
}

function readAgile(info: Uint8Array): AgileInfo | undefined {
  let data: AgileInfo['data'] | undefined
  let password: AgileInfo['password'] | undefined
  scanXml(latin1OrUtf8(info.subarray(8, 8 + limits.markupValueCharactersMax)), {
    open: (tag) => {
      if (tag.name !== 'keyData' && tag.name !== 'encryptedKey') return
      const hashName = hashNames[(tag.attribute('hashAlgorithm') ?? '').replace('-', '').toUpperCase()]
      if (hashName === undefined || tag.attribute('cipherAlgorithm') !== 'AES') return
      const binary = (name: string): Buffer => Buffer.from(tag.attribute(name) ?? '', 'base64')
      const key: AgileKey = {
        salt: binary('saltValue'),
        blockSize: Number(tag.attribute('blockSize')),
        keyBytes: Number(tag.attribute('keyBits')) / 8,
        hashName,
      }
      if (key.blockSize !== 16 || ![16, 24, 32].includes(key.keyBytes)) return
      if (tag.name === 'keyData') data = key
      else {
        password = {
          ...key,
          rounds: Number(tag.attribute('spinCount')),
          verifierInput: binary('encryptedVerifierHashInput'),
          verifierHash: binary('encryptedVerifierHashValue'),
          keyValue: binary('encryptedKeyValue'),
        }
      }
    },
  })
  return data && password ? { data, password } : undefined
}

const blockKeys = {
  input: Uint8Array.of(0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79),
  value: Uint8Array.of(0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e),
  key: Uint8Array.of(0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6),
} as const

/** Cut to a length, or filled up to it (2.3.4.11). */
function sized(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length
    ? bytes.subarray(0, length)
    : Buffer.concat([bytes, Buffer.alloc(length - bytes.length, 0x36)])
}

const segmentBytes = 4_096

/** Agile encryption: AES in CBC, a key in the file that the password opens (2.3.4.10 to 2.3.4.15). */
function openAgile(
  info: Uint8Array,
  content: Uint8Array,
  password: string,
  inspection: Inspection,
): Uint8Array | undefined {
  const agile = readAgile(info)
  if (agile === undefined) return undefined
  const { rounds, hashName, salt, keyBytes, verifierInput, verifierHash, keyValue } = agile.password
  if (!Number.isInteger(rounds) || rounds < 0 || !inspection.spendRounds(rounds)) return undefined
  const base = spin(hashName, salt, password, rounds)
  const open = (blockKey: Uint8Array, data: Buffer): Buffer | undefined =>
    decipher(`aes-${keyBytes * 8}-cbc`, sized(digest(hashName, base, blockKey), keyBytes), sized(salt, 16), data)
  const input = open(blockKeys.input, verifierInput)
  const expected = open(blockKeys.value, verifierHash)
  if (!input || !expected || input.length === 0) return undefined
  const actual = digest(hashName, input.subarray(0, agile.password.salt.length))
  if (!actual.equals(expected.subarray(0, actual.length))) return undefined
  const key = open(blockKeys.key, keyValue)?.subarray(0, agile.data.keyBytes)
  return key && key.length === agile.data.keyBytes ? decryptSegments(agile.data, key, content) : undefined
}

function decryptSegments(data: AgileKey, key: Buffer, content: Uint8Array): Uint8Array {
  const pieces: Buffer[] = []
  const size = Math.min(uint64At(content, 0), limits.documentBytesMax)
  for (let segment = 0, at = 8; at < content.length && segment * segmentBytes < size; segment++, at += segmentBytes) {
    const iv = sized(digest(data.hashName, data.salt, number32(segment)), 16)
    const piece = decipher(`aes-${data.keyBytes * 8}-cbc`, key, iv, content.subarray(at, at + segmentBytes))
    if (piece) pieces.push(piece)
  }
  return bufferOf(Buffer.concat(pieces)).subarray(0, size)
}
