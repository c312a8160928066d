/** Judges the head of a source: text that may be a log, or something else, named where it can be so that a clerk knows
 *  what to do. It recognises no log format. */

const kinds: readonly { readonly what: string; readonly magic: readonly number[]; readonly at?: number }[] = [
  { what: 'a zip archive (unpack it first, then scan the folder)', magic: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'a tar archive (unpack it first, then scan the folder)', magic: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257 },
  { what: 'a 7-Zip archive (unpack it first, then scan the folder)', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { what: 'a RAR archive (unpack it first, then scan the folder)', magic: [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07] },
  { what: 'a file compressed with xz (unpack it first, with "xz -dk")', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { what: 'a file compressed with bzip2 (unpack it first, with "bzip2 -dk")', magic: [0x42, 0x5a, 0x68] },
  { what: 'a file compressed with lz4 (unpack it first, with "lz4 -d")', magic: [0x04, 0x22, 0x4d, 0x18] },
  { what: 'a file that was compressed twice (unpack it once first)', magic: [0x1f, 0x8b, 0x08] },
  { what: 'a file that was compressed twice (unpack it once first)', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: 'a Windows event log', magic: [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0x00] },
  {
    what: 'a systemd journal (write it out as text with "journalctl")',
    magic: [0x4c, 0x50, 0x4b, 0x53, 0x48, 0x48, 0x52, 0x48],
  },
  {
    what: 'an SQLite database',
    magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66, 0x6f, 0x72, 0x6d, 0x61, 0x74, 0x20, 0x33, 0x00],
  },
  { what: 'a MySQL binary log (write it out as text with "mysqlbinlog")', magic: [0xfe, 0x62, 0x69, 0x6e] },
  { what: 'a PDF document', magic: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { what: 'an older Office document', magic: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] },
  { what: 'a Parquet file', magic: [0x50, 0x41, 0x52, 0x31] },
  { what: 'a network capture', magic: [0xd4, 0xc3, 0xb2, 0xa1] },
  { what: 'a network capture', magic: [0x0a, 0x0d, 0x0d, 0x0a] },
  { what: 'a program', magic: [0x7f, 0x45, 0x4c, 0x46] },
]

const binaryData = 'binary data'
const bareUtf16 = 'UTF-16 text without the mark that says so (save it as UTF-8)'

/** Control bytes among text are damage (a disk block of zeros after a crash) or an attacker's doing and must not hide a
 *  log from the scan: a file is binary only where more than one byte in 64 is one, and where the lines that have one
 *  are more than half of the sample. */
const binaryControlShare = 1 / 64
const binaryLineShare = 1 / 2

/** What a sample is, in words that fit behind "is", if it is no text. UTF-16 must have become UTF-8 before. */
export function recogniseBinary(sample: Uint8Array): string | undefined {
  for (const { what, magic, at = 0 } of kinds) {
    if (magic.every((byte, index) => sample[at + index] === byte)) return what
  }
  if (!isBinary(sample)) return undefined
  return isBareUtf16(sample) ? bareUtf16 : binaryData
}

/** Latin text in UTF-16 has a zero in every second place. */
function isBareUtf16(sample: Uint8Array): boolean {
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at & 1] = (zeros[at & 1] as number) + 1
  const [even, odd] = zeros as [number, number]
  const half = sample.length / 2
  return Math.max(even, odd) > half * 0.9 && Math.min(even, odd) < half * 0.1
}

function isBinary(sample: Uint8Array): boolean {
  let controls = 0
  let controlLineBytes = 0
  let lineStart = 0
  let controlsBefore = 0
  for (let at = 0; at <= sample.length; at += 1) {
    if (at === sample.length || sample[at] === 10) {
      if (controls > controlsBefore) controlLineBytes += at - lineStart
      controlsBefore = controls
      lineStart = at + 1
    } else if (isControl(sample[at] as number)) controls += 1
  }
  return controls > sample.length * binaryControlShare && controlLineBytes > sample.length * binaryLineShare
}

/** C0 controls that text does not use: all but backspace, tab, line feed, vertical tab, form feed, carriage return and
 *  escape (colours). */
function isControl(byte: number): boolean {
  return byte < 8 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127
}
