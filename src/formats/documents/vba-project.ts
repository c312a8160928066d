/** Reads the VBA projects of a compound file (MS-OVBA 2.2, 2.3): which modules, and the source of each. Where the list of
 *  modules is missing or lies, streams are searched for packed source themselves. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { wideText } from '../utf16.ts'
import { indexOfBytes, uint16At, uint32At } from './bytes.ts'
import type { CompoundEntry, CompoundFile } from './compound-file.ts'
import type { Inspection } from './inspection.ts'
import { type Decompressed, decompressVba } from './vba-decompression.ts'

/** A module with its source. */
export interface VbaModule {
  readonly name: string
  /** Source text; empty where only compiled code is there. */
  readonly source: string
  /** Where it lies: `Macros/VBA/ThisDocument`. */
  readonly path: string
  /** Bytes of compiled code in front of the source. */
  readonly compiledBytes: number
  /** Lines of compiled code that are not empty; undefined where its list of lines is not found. */
  readonly compiledLines?: number | undefined
  readonly isWhole: boolean
}

interface ListedModule {
  readonly name: string
  readonly stream: string
  readonly offset: number
}

/** All modules of all projects in the file. */
export function readVbaModules(file: CompoundFile, inspection: Inspection): VbaModule[] {
  const found: VbaModule[] = []
  const seen = new Set<string>()
  for (const entry of file.entries) {
    if (entry.type !== 'stream' || entry.name.toLowerCase() !== 'dir') continue
    const folder = entry.path.slice(0, -entry.name.length)
    const { modules, codePage } = readDirectoryStream(decompressStream(file, entry, inspection))
    for (const module of modules) {
      const stream = file.find(folder + module.stream) ?? file.find(folder + module.name)
      if (stream === undefined || stream.type !== 'stream' || seen.has(stream.path)) continue
      seen.add(stream.path)
      found.push(readModule(file, stream, module, codePage, inspection))
    }
  }
  return [...found, ...findUnlisted(file, seen, inspection)]
}

/** Unpacks, and counts it against what the examination may unpack. */
function unpack(packed: Uint8Array, from: number, inspection: Inspection): Decompressed {
  const found = decompressVba(
    packed,
    from,
    Math.max(0, Math.min(limits.macroSourceBytesMax, inspection.inflatedBytesLeft)),
  )
  inspection.inflatedBytesLeft -= found.bytes.length
  return found
}

/** A dir stream is packed whole; some writers leave a few bytes in front. */
function decompressStream(file: CompoundFile, entry: CompoundEntry, inspection: Inspection): Uint8Array {
  const packed = file.read(entry, limits.macroSourceBytesMax)
  return unpack(packed, 0, inspection).bytes
}

const recordIds = {
  codePage: 0x0003,
  version: 0x0009,
  moduleName: 0x0019,
  moduleNameUnicode: 0x0047,
  streamName: 0x001a,
  streamNameUnicode: 0x0032,
  offset: 0x0031,
  moduleEnd: 0x002b,
} as const

/** Records of the dir stream (2.3.4.2): a number, a length, and so many bytes. */
function readDirectoryStream(bytes: Uint8Array): { modules: ListedModule[]; codePage: number } {
  const modules: ListedModule[] = []
  let codePage = 1_252
  let name = ''
  let stream = ''
  let offset = 0
  const finish = (): void => {
    if (stream !== '' || name !== '') modules.push({ name: name || stream, stream: stream || name, offset })
    name = ''
    stream = ''
    offset = 0
  }
  let at = 0
  while (at + 6 <= bytes.length && modules.length < limits.macroModulesMax) {
    const id = uint16At(bytes, at)
    // The version record says 4 and has 6 (2.3.4.2.1.11).
    const size = id === recordIds.version ? 6 : uint32At(bytes, at + 2)
    const from = at + 6
    const data = bytes.subarray(from, Math.min(bytes.length, from + size))
    if (id === recordIds.codePage) codePage = uint16At(data, 0)
    else if (id === recordIds.moduleName) {
      finish()
      name = decodeCodePage(data, codePage)
    } else if (id === recordIds.moduleNameUnicode) name = wideText(data)
    else if (id === recordIds.streamName) stream = decodeCodePage(data, codePage)
    else if (id === recordIds.streamNameUnicode) stream = wideText(data) || stream
    else if (id === recordIds.offset) offset = uint32At(data, 0)
    else if (id === recordIds.moduleEnd) finish()
    at = from + size
  }
  finish()
  return { modules, codePage }
}

/** Text of a code page that the runtime knows; one byte a character otherwise. */
function decodeCodePage(bytes: Uint8Array, codePage: number): string {
  const names: Readonly<Record<number, string>> = {
    932: 'shift_jis',
    936: 'gbk',
    949: 'euc-kr',
    950: 'big5',
    65001: 'utf-8',
  }
  const label = names[codePage] ?? (codePage >= 1_250 && codePage <= 1_258 ? `windows-${codePage}` : 'windows-1252')
  return new TextDecoder(label).decode(bytes)
}

function readModule(
  file: CompoundFile,
  stream: CompoundEntry,
  module: ListedModule,
  codePage: number,
  inspection: Inspection,
): VbaModule {
  const packed = file.read(stream, limits.documentPartBytesMax)
  const stated = unpack(packed, module.offset, inspection)
  const found = stated.isWhole && stated.bytes.length > 0 ? stated : searchSource(packed, inspection)
  const compiledBytes = Math.min(module.offset, packed.length)
  return {
    name: module.name,
    source: decodeCodePage(found.bytes, codePage),
    path: stream.path,
    compiledBytes,
    compiledLines: countCompiledLines(packed.subarray(0, compiledBytes)),
    isWhole: found.isWhole,
  }
}

/** The mark of a module's list of lines, and its version. The specification leaves compiled code out (MS-OVBA 2.3.4.3);
 *  that each line has 12 bytes in the list, its length from the fifth on, is what every version of Office writes. */
const lineListMark = '\xfe\xca\x01\x00'
const lineBytes = 12
const markTries = 16

/** The longest list counts, as a second, empty one may be put in front. */
function countCompiledLines(compiled: Uint8Array): number | undefined {
  let most: number | undefined
  for (let at = indexOfBytes(compiled, lineListMark), turn = 0; at >= 0 && turn < markTries; turn++) {
    const count = uint16At(compiled, at + 4)
    const from = at + 6
    if (from + count * lineBytes <= compiled.length) {
      let lines = 0
      for (let line = 0; line < count; line++) if (uint16At(compiled, from + line * lineBytes + 4) > 0) lines++
      most = Math.max(most ?? 0, lines)
    }
    at = indexOfBytes(compiled, lineListMark, at + 4)
  }
  return most
}

/** The first words of every module, `Attribute VB_`, as they look packed: letters only, eight to a flag byte. */
const packedStart = '\0Attribut\0e '

function searchSource(packed: Uint8Array, inspection: Inspection): { bytes: Uint8Array; isWhole: boolean } {
  const at = indexOfBytes(packed, packedStart)
  if (at < 3) return { bytes: new Uint8Array(0), isWhole: false }
  return unpack(packed, at - 3, inspection)
}

/** Source in streams that no list names. */
function findUnlisted(file: CompoundFile, seen: ReadonlySet<string>, inspection: Inspection): VbaModule[] {
  const found: VbaModule[] = []
  for (const entry of file.entries) {
    if (entry.type !== 'stream' || seen.has(entry.path) || found.length >= limits.macroModulesMax) continue
    if (entry.size < packedStart.length || !/(?:^|\/)[^/]*vba[^/]*\//i.test(entry.path)) continue
    const { bytes, isWhole } = searchSource(file.read(entry, limits.macroSourceBytesMax), inspection)
    if (bytes.length === 0) continue
    found.push({ name: entry.name, source: latin1Text(bytes), path: entry.path, compiledBytes: 0, isWhole })
  }
  return found
}
