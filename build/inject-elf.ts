/** Puts a program into a copy of Node.js for Linux, as Node's single-executable applications want it: a note segment named
 *  NODE_SEA_BLOB, and one byte that says that it is there. It appends to the file and moves the table of program headers
 *  there, since that has no room to grow where it is (ELF-64 object file format, "Program header"). */

const headerBytes = 64
const entryBytes = 56
const pageBytes = 4096
const loadType = 1
const noteType = 4
const tableType = 6
const readable = 4
const fuse = Buffer.from('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:')
const noteName = 'NODE_SEA_BLOB'

interface Segment {
  readonly type: number
  readonly bytes: Buffer
}

/** Node.js with the blob in it. Throws where the file is not a Node.js for 64-bit Linux that can take one. */
export function injectElf(node: Buffer, blob: Buffer): Buffer {
  const isElf64 = node.readUInt32BE(0) === 0x7f454c46 && node[4] === 2 && node[5] === 1
  if (!isElf64) throw new Error('not a 64-bit ELF file')
  const fuseAt = node.indexOf(fuse)
  if (fuseAt < 0 || node.indexOf(fuse, fuseAt + 1) >= 0)
    throw new Error('this Node.js takes no single-executable program')
  const segments = segmentsOf(node)
  const loads = segments.filter(({ type }) => type === loadType)
  const [first] = loads
  if (first === undefined) throw new Error('nothing is loaded')
  // The kernel finds the table by its place in the file, from the first segment on (older ones), or by its own entry: both
  // must lead to the same address.
  const bias = Number(first.bytes.readBigUInt64LE(16) - first.bytes.readBigUInt64LE(8))
  const loadedEnd = Math.max(...loads.map(({ bytes }) => Number(bytes.readBigUInt64LE(16) + bytes.readBigUInt64LE(40))))
  const at = Math.ceil(Math.max(node.length, loadedEnd - bias) / pageBytes) * pageBytes
  const note = noteOf(blob)
  const tableBytes = (segments.length + 2) * entryBytes
  const noteAt = at + Math.ceil(tableBytes / 16) * 16
  const end = noteAt + note.length
  const moved = segments.map(({ type, bytes }) =>
    type === tableType ? entry(tableType, at, bias, tableBytes, 8) : bytes,
  )
  const lastLoad = segments.findLastIndex(({ type }) => type === loadType)
  moved.splice(lastLoad + 1, 0, entry(loadType, at, bias, end - at, pageBytes))
  moved.push(entry(noteType, noteAt, bias, note.length, 4))
  const file = Buffer.alloc(end)
  node.copy(file)
  Buffer.concat(moved).copy(file, at)
  note.copy(file, noteAt)
  file.writeBigUInt64LE(BigInt(at), 32)
  file.writeUInt16LE(moved.length, 56)
  file[fuseAt + fuse.length] = 0x31
  return file
}

function segmentsOf(node: Buffer): Segment[] {
  const at = Number(node.readBigUInt64LE(32))
  const count = node.readUInt16LE(56)
  if (at < headerBytes || node.readUInt16LE(54) !== entryBytes) throw new Error('program headers of an unknown form')
  return Array.from({ length: count }, (_, index) => {
    const bytes = node.subarray(at + index * entryBytes, at + (index + 1) * entryBytes)
    return { type: bytes.readUInt32LE(0), bytes }
  })
}

function entry(type: number, offset: number, bias: number, length: number, align: number): Buffer {
  const bytes = Buffer.alloc(entryBytes)
  bytes.writeUInt32LE(type, 0)
  bytes.writeUInt32LE(readable, 4)
  bytes.writeBigUInt64LE(BigInt(offset), 8)
  bytes.writeBigUInt64LE(BigInt(offset + bias), 16)
  bytes.writeBigUInt64LE(BigInt(offset + bias), 24)
  bytes.writeBigUInt64LE(BigInt(length), 32)
  bytes.writeBigUInt64LE(BigInt(length), 40)
  bytes.writeBigUInt64LE(BigInt(align), 48)
  return bytes
}

/** A note: the lengths of its name and content, a type of no meaning, and both, each filled up to four bytes. */
function noteOf(blob: Buffer): Buffer {
  const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  const name = Buffer.from(`${noteName}\0`)
  const lengths = Buffer.alloc(12)
  lengths.writeUInt32LE(name.length, 0)
  lengths.writeUInt32LE(blob.length, 4)
  return Buffer.concat([lengths, filled(name), filled(blob)])
}
