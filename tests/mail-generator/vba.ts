/** A VBA project as Office stores it (MS-OVBA): the packed directory and the packed source of one module. It holds no
 *  compiled code, which Office makes anew. */
import CFB from 'cfb'

/** Packs bytes (MS-OVBA 2.4.1) with literal tokens alone: sound, and not small. */
export function packVba(bytes: Uint8Array): Uint8Array {
  const out: number[] = [1]
  // A chunk of literals takes nine bytes for eight, and must stay below 4,096.
  const chunkBytes = 3_600
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes)
    const tokens: number[] = []
    for (let i = 0; i < chunk.length; i += 8) tokens.push(0, ...chunk.subarray(i, i + 8))
    const header = 0x3000 | 0x8000 | (tokens.length + 2 - 3)
    out.push(header & 0xff, header >> 8, ...tokens)
  }
  return Uint8Array.from(out)
}

const uint16 = (value: number): number[] => [value & 0xff, value >> 8]
const uint32 = (value: number): number[] => [...uint16(value & 0xffff), ...uint16(value >>> 16)]
const record = (id: number, content: readonly number[]): number[] => [
  ...uint16(id),
  ...uint32(content.length),
  ...content,
]
const latin = (text: string): number[] => [...Buffer.from(text, 'latin1')]
const wide = (text: string): number[] => [...Buffer.from(text, 'utf16le')]

/** The directory stream (2.3.4.2) of a project with one module. */
function directoryOf(module: string): Uint8Array {
  return Uint8Array.from([
    ...record(0x01, uint32(1)),
    ...record(0x02, uint32(0x409)),
    ...record(0x14, uint32(0x409)),
    ...record(0x03, uint16(1252)),
    ...record(0x04, latin('Project')),
    ...record(0x05, []),
    ...record(0x40, []),
    ...record(0x06, []),
    ...record(0x3d, []),
    ...record(0x07, uint32(0)),
    ...record(0x08, uint32(0)),
    ...uint16(0x09),
    ...uint32(4),
    ...uint32(1),
    ...uint16(0),
    ...record(0x0c, []),
    ...record(0x3c, []),
    ...record(0x0f, uint16(1)),
    ...record(0x13, uint16(0xffff)),
    ...record(0x19, latin(module)),
    ...record(0x47, wide(module)),
    ...record(0x1a, latin(module)),
    ...record(0x32, wide(module)),
    ...record(0x1c, []),
    ...record(0x48, []),
    ...record(0x31, uint32(0)),
    ...record(0x1e, uint32(0)),
    ...record(0x2c, uint16(0xffff)),
    ...record(0x22, []),
    ...record(0x2b, []),
    ...record(0x10, []),
  ])
}

const projectText = (module: string): string =>
  `ID="{00000000-0000-0000-0000-000000000000}"\r\nDocument=${module}/&H00000000\r\nName="Project"\r\nHelpContextID="0"\r\n`

/** Adds a project below `folder` (`Macros` in Word, `_VBA_PROJECT_CUR` in Excel; empty in vbaProject.bin). */
function addProject(file: CFB.CFB$Container, folder: string, source: string): void {
  const module = 'ThisDocument'
  const path = folder === '' ? '' : `${folder}/`
  const code = `Attribute VB_Name = "${module}"\r\n${source}`
  const add = (name: string, bytes: Uint8Array): void => void CFB.utils.cfb_add(file, path + name, Buffer.from(bytes))
  add('VBA/dir', packVba(directoryOf(module)))
  add(`VBA/${module}`, packVba(Buffer.from(code, 'latin1')))
  add('VBA/_VBA_PROJECT', Uint8Array.of(0xcc, 0x61, 0xff, 0xff, 0, 0, 0))
  add('PROJECT', Buffer.from(projectText(module), 'latin1'))
}

const bytesOf = (file: CFB.CFB$Container): Uint8Array =>
  Uint8Array.from(CFB.write(file, { type: 'buffer' }) as unknown as Uint8Array)

/** vbaProject.bin of an OOXML document. */
export function vbaProject(source: string): Uint8Array {
  const file = CFB.utils.cfb_new()
  addProject(file, '', source)
  return bytesOf(file)
}

/** A Word document of the old format; without `source` it has no macros. */
export function oldWordDocument(text: string, source?: string): Uint8Array {
  const file = CFB.utils.cfb_new()
  const head = Buffer.alloc(1_536)
  head.writeUInt16LE(0xa5ec, 0)
  head.writeUInt16LE(0x00c1, 2)
  CFB.utils.cfb_add(file, 'WordDocument', Buffer.concat([head, Buffer.from(text, 'latin1'), Buffer.alloc(4_096)]))
  CFB.utils.cfb_add(file, '1Table', Buffer.alloc(4_200))
  if (source !== undefined) addProject(file, 'Macros', source)
  return bytesOf(file)
}

/** An embedded object that holds a file (MS-OLEDS, the package of the shell). */
export function packageObject(fileName: string, content: Uint8Array): Uint8Array {
  const name = [...latin(fileName), 0]
  const inner = [
    ...uint16(2),
    ...name,
    ...name,
    ...uint32(0x30000),
    ...uint32(name.length),
    ...name,
    ...uint32(content.length),
    ...content,
  ]
  const file = CFB.utils.cfb_new()
  CFB.utils.cfb_add(file, '\u0001Ole10Native', Buffer.from([...uint32(inner.length), ...inner]))
  return bytesOf(file)
}

/** Source of a macro; with `name` of a procedure that Office runs by itself, or of one that somebody must run. */
export const macroSource = (name: string): string =>
  `Sub ${name}()\r\n  Dim a As String\r\n  a = "cmd /c echo " & Environ("TEMP")\r\n  Shell a, 0\r\n  CreateObject("WScript.Shell").Run a, 0\r\nEnd Sub\r\n`
