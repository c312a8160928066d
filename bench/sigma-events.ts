/** `node bench/sigma-events.ts --count N --out FILE [--evtx]`: events of Sysmon's process creation, made up but seeded, as
 *  JSON lines or as Windows keeps them. Every command line differs, and one in fifty is suspicious. */
import { openSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  buildEvtx,
  type RecordSpec,
  type TemplateSpec,
  textValue,
  usualRecord,
} from '../src/formats/evtx/build-evtx.fixture.ts'

const programs = [
  ['svchost.exe', '-k netsvcs -p -s Schedule'],
  ['cmd.exe', '/c dir C:\\Users\\clerk%\\Documents /s'],
  ['WindowsPowerShell\\v1.0\\powershell.exe', '-NoProfile -File C:\\ProgramData\\Scripts\\backup-%.ps1'],
  ['rundll32.exe', 'C:\\Windows\\System32\\shell32.dll,Control_RunDLL timedate.cpl,,%'],
  ['taskhostw.exe', 'KEYROAMING %'],
  ['conhost.exe', '0xffffffff -ForceV1'],
  ['..\\..\\Program Files\\Ems\\tabulate.exe', '--export results-%.csv --precinct %'],
  ['..\\..\\Program Files\\Browser\\browser.exe', '--type=renderer --field-trial-handle=%,i,%,% --lang=en-US'],
  ['..\\..\\Program Files\\Office\\WRITER.EXE', '/n "C:\\Users\\clerk\\Desktop\\poll workers %.docx"'],
  ['wbem\\wmiprvse.exe', '-secured -Embedding %'],
] as const
/** Fields of the system part: the writer of EVTX has them by itself. */
const outside: ReadonlySet<string> = new Set(['Channel', 'EventID', 'Provider_Name', 'Computer', 'EventRecordID'])
const suspicious = [
  'vssadmin delete shadows /all /quiet',
  'powershell -w hidden -enc SQBFAFgA',
  'net user backdoor P4ss% /add',
]

/** Events of Sysmon's process creation, as JSON lines. Seeded: the same each time. */
export function makeLines(count: number): string[] {
  let state = 2026
  const pick = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
  const some = <T>(list: readonly T[]): T => list[pick(list.length)] as T
  const commandOf = ([name, argument]: readonly [string, string]): [string, string] => {
    const image = `C:\\Windows\\System32\\${name}`.replace('Windows\\System32\\..\\..\\', '')
    return [image, `"${image}" ${argument.replaceAll('%', () => String(pick(1_000_000)))}`]
  }
  return Array.from({ length: count }, (_, index) => {
    const [image, usual] = commandOf(some(programs))
    const [parent, parentCommand] = commandOf(some(programs))
    const command = pick(50) === 0 ? some(suspicious).replaceAll('%', String(pick(1_000))) : usual
    const hash = (length: number): string => Array.from({ length }, () => pick(16).toString(16).toUpperCase()).join('')
    const guid = `{${hash(8)}-${hash(4)}-${hash(4)}-${hash(4)}-${hash(12)}}`
    return JSON.stringify({
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: 1,
      Provider_Name: 'Microsoft-Windows-Sysmon',
      Computer: `ems-${pick(40)}.county.example`,
      EventRecordID: index,
      UtcTime: new Date(1_793_620_800_000 + index * 137).toISOString().replace('T', ' ').replace('Z', ''),
      ProcessGuid: guid,
      ProcessId: pick(60_000),
      Image: image,
      FileVersion: '10.0.19041.4717 (WinBuild.160101.0800)',
      Description: 'A program of an office',
      Product: 'Microsoft\u00ae Windows\u00ae Operating System',
      Company: 'Microsoft Corporation',
      OriginalFileName: image.split('\\').at(-1),
      CommandLine: command,
      CurrentDirectory: 'C:\\Windows\\system32\\',
      User: `COUNTY\\clerk${pick(9)}`,
      LogonGuid: guid,
      LogonId: '0x3e7',
      IntegrityLevel: some(['System', 'High', 'Medium']),
      Hashes: `MD5=${hash(32)},SHA256=${hash(64)},IMPHASH=${hash(32)}`,
      ParentProcessId: pick(60_000),
      ParentImage: parent,
      ParentCommandLine: parentCommand,
      ParentUser: 'NT AUTHORITY\\SYSTEM',
    })
  })
}

/** The same events as Windows would keep them. */
export function toEvtx(lines: readonly string[]): Buffer {
  const objects = lines.map((line) => JSON.parse(line) as Record<string, string | number>)
  const names = Object.keys(objects[0] ?? {}).filter((name) => !outside.has(name))
  const template: TemplateSpec = {
    id: 2,
    root: {
      name: 'EventData',
      content: names.map((name, slot) => ({ name: 'Data', attributes: { Name: name }, content: [{ slot, type: 1 }] })),
    },
  }
  const records = objects.map((fields, index) => {
    const values = names.map((name) => textValue(String(fields[name] ?? '')))
    return usualRecord(index + 1, 1, { template, values }, 'Microsoft-Windows-Sysmon/Operational')
  })
  const chunks: RecordSpec[][] = []
  // Some 25 of these events stand in a chunk of 64 KiB.
  for (let from = 0; from < records.length; from += 20) chunks.push(records.slice(from, from + 20))
  return buildEvtx(chunks)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '20000' },
      out: { type: 'string' },
      evtx: { type: 'boolean', default: false },
    },
  })
  if (values.out === undefined) throw new Error('say where to: --out FILE')
  const lines = makeLines(Number(values.count))
  const file = openSync(values.out, 'w')
  if (values.evtx) writeSync(file, toEvtx(lines))
  else for (const line of lines) writeSync(file, `${line}\n`)
}
