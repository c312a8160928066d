/** `node bench/software.ts [--files N] [--large MEGABYTES] [--rows N] [--rounds N]`: how fast `bellwether software verify` is
 *  beside sha256sum and openssl with as many processes, on the same made-up folders: many small files and a few large ones,
 *  each read from memory and (as far as a user can ask for it) from the disk. With --rows also how much memory a long hash
 *  list takes. Prints a table; it judges nothing. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { type Command, isInstalled, measure, median } from './measure.ts'
import { printTable } from './table.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '30000' },
    large: { type: 'string', default: '1024' },
    rows: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
  },
})
const workers = availableParallelism()
const main = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts')
const folder = mkdtempSync(join(tmpdir(), 'bellwether-bench-'))
const rows: string[][] = []

/** Seeded: the same each time. */
function makeRandom(): (below: number) => number {
  let state = 2026
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Bytes that do not repeat, as those of programs do not. */
function makeNoise(bytes: number): Buffer {
  const parts: Buffer[] = []
  let last = Buffer.from('bellwether')
  for (let made = 0; made < bytes; made += 64) {
    last = createHash('sha512').update(last).digest()
    parts.push(last)
  }
  return Buffer.concat(parts)
}

/** Sizes as in installed software: half are below 4 KB, few above 1 MB. */
function makeSmall(count: number): { root: string; bytes: number } {
  const pick = makeRandom()
  const noise = makeNoise(4 << 20)
  const root = join(folder, 'small')
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const place = join(root, `d${Math.floor(i / 500)}`, `e${Math.floor(i / 50)}`)
    if (i % 50 === 0) mkdirSync(place, { recursive: true })
    const size = Math.min(2 << 20, Math.floor(2 ** (8 + (pick(1_000) + pick(1_000) + pick(1_000)) / 220)))
    const from = pick(noise.length - size)
    writeFileSync(join(place, `f${i}.bin`), noise.subarray(from, from + size))
    bytes += size
  }
  return { root, bytes }
}

function makeLarge(megabytes: number): { root: string; bytes: number } {
  const root = join(folder, 'large')
  const noise = makeNoise(8 << 20)
  mkdirSync(root)
  const each = Math.max(1, Math.round(megabytes / 8 / 8))
  for (let i = 0; i < 8; i++) {
    const file = openSync(join(root, `image-${i}.iso`), 'w')
    for (let part = 0; part < each; part++) {
      noise[part & 0xff] = i
      writeSync(file, noise)
    }
    closeSync(file)
  }
  return { root, bytes: 8 * each * noise.length }
}

/** Asks the system to forget what it has read of a folder (posix_fadvise(2), POSIX_FADV_DONTNEED), which Node.js cannot. */
function forget(root: string): void {
  spawnSync('sync')
  const script = [
    'import os, sys',
    'for folder, _, names in os.walk(sys.argv[1]):',
    '  for name in names:',
    '    file = os.open(os.path.join(folder, name), os.O_RDONLY)',
    '    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)',
    '    os.close(file)',
  ].join('\n')
  spawnSync('python3', ['-c', script, root])
}

function compare(name: string, { root, bytes }: { root: string; bytes: number }): void {
  const baseline = join(folder, `${name}.baseline`)
  const made = measure({
    program: process.execPath,
    args: [main, 'software', 'baseline', root, '--out', baseline, '--key', join(folder, 'key')],
  })
  if (made.exitCode !== 0) throw new Error(made.complaint)
  const find = (command: string): Command => ({
    program: 'sh',
    args: ['-c', `find "$0" -type f -print0 | xargs -0 -P ${workers} ${command}`, root],
  })
  const few = name === 'large' ? '-n 1' : '-n 100'
  const contenders: readonly (readonly [string, Command])[] = [
    [`sha256sum, ${workers} processes`, find(`${few} sha256sum`)],
    ...(isInstalled('openssl')
      ? [[`openssl dgst, ${workers} processes`, find(`${few} openssl dgst -sha256`)] as const]
      : []),
    [
      'bellwether software verify',
      { program: process.execPath, args: [main, 'software', 'verify', root, '--baseline', baseline] },
    ],
  ]
  for (const state of isInstalled('python3') ? ['warm', 'cold'] : ['warm']) {
    const seconds = contenders.map((): number[] => [])
    const cpu = contenders.map((): number[] => [])
    let peak: number | undefined
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [index, [, command]] of contenders.entries()) {
        if (state === 'cold') forget(root)
        const measured = measure(command)
        if (measured.exitCode !== 0) throw new Error(measured.complaint)
        seconds[index]?.push(measured.seconds)
        cpu[index]?.push(measured.cpuSeconds ?? Number.NaN)
        peak = measured.peakMegabytes
      }
    }
    const reference = median(seconds[0] as number[])
    for (const [index, [title]] of contenders.entries()) {
      const middle = median(seconds[index] as number[])
      const isOurs = index === contenders.length - 1
      rows.push([
        `${name}, ${state}: ${title}`,
        middle.toFixed(2),
        median(cpu[index] as number[]).toFixed(2),
        Math.round(bytes / 1e6 / middle).toLocaleString('en'),
        `${Math.round((reference / middle) * 100)}%`,
        isOurs && peak !== undefined ? String(peak) : '',
      ])
    }
  }
}

/** A list as NSRL publishes it, compared with a folder of which it knows every second file. */
function compareList(count: number, root: string): void {
  const list = join(folder, 'NSRLFile.txt')
  const file = openSync(list, 'w')
  writeSync(file, '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\r\n')
  const noise = makeNoise(1 << 20)
    .toString('hex')
    .toUpperCase()
  const pick = makeRandom()
  let text = ''
  for (let i = 0; i < count; i++) {
    const at = pick(noise.length - 80)
    const number = i.toString(16).toUpperCase().padStart(8, '0')
    text += `"${number}${noise.slice(at, at + 32)}","${noise.slice(at + 40, at + 72)}","${number}","file-${i}.dll",${i},${i % 9_999},"362",""\r\n`
    if (text.length < 1 << 20) continue
    writeSync(file, text)
    text = ''
  }
  const known = spawnSync('sh', ['-c', 'find "$0" -type f -name "*[02468].bin" -print0 | xargs -0 sha1sum', root], {
    maxBuffer: 1 << 28,
  })
  for (const line of known.stdout.toString().split('\n')) {
    if (line !== '') text += `"${line.slice(0, 40).toUpperCase()}","","","x",1,1,"362",""\r\n`
  }
  writeSync(file, text)
  closeSync(file)
  const { size } = { size: readFileSync(baselineOf('small')).length }
  const measured = measure({
    program: process.execPath,
    args: [main, 'software', 'verify', root, '--hashes', list, '--json'],
  })
  rows.push([
    `list of ${count.toLocaleString('en')} rows (folder's own baseline ${Math.round(size / 1e6)} MB)`,
    measured.seconds.toFixed(2),
    (measured.cpuSeconds ?? Number.NaN).toFixed(2),
    '',
    '',
    String(measured.peakMegabytes ?? ''),
  ])
}

const baselineOf = (name: string): string => join(folder, `${name}.baseline`)

try {
  const { cpu, cores, memoryGigabytes, system, node } = describeMachine()
  console.log(`${cpu}, ${cores} cores, ${memoryGigabytes} GB, ${system}, Node.js ${node}`)
  const small = makeSmall(Number(values.files))
  compare('small', small)
  compare('large', makeLarge(Number(values.large)))
  if (Number(values.rows) > 0) compareList(Number(values.rows), small.root)
  printTable(['', 'seconds', 'CPU s', 'MB/s', 'of sha256sum', 'peak MB'], rows)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
