/** Walks a folder in order of names: what is a plain file is to be hashed by others, everything else is told at once. Links
 *  are never followed, what is neither file nor folder is never opened, and folders that the system makes up (`/proc` and
 *  the like) are left alone. */
import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats, statfsSync } from 'node:fs'
import { limits } from '../../core/limits.ts'
import type { SoftwareEntry, SoftwareUnread } from '../../software/entry.ts'
import { pathBytes, pathText } from '../../software/path-text.ts'
import { errorCode } from '../problem.ts'

/** What a walk meets: an entry that is complete, or the path of a plain file. */
export type WalkStep = SoftwareEntry | { readonly type: 'to-hash'; readonly path: string }

/** How a walk goes. */
export interface WalkOptions {
  /** False on Windows, whose permissions are not in the mode. */
  readonly hasModes: boolean
  /** Paths below the root that are left out, as the manifest itself where it is written there. */
  readonly leftOut?: ReadonlySet<string>
}

/** Kinds of file systems (statfs(2), `f_type`) that are the system's own view of itself: procfs, sysfs, cgroup and cgroup2,
 *  debugfs, tracefs, securityfs, selinuxfs, devpts, bpf, pstore, mqueue, configfs, efivarfs, binfmt_misc. */
const systemKinds = new Set([
  0x9fa0, 0x6265_6572, 0x27_e0eb, 0x6367_7270, 0x6462_6720, 0x7472_6163, 0x7363_6673, 0xf97c_ff8c, 0x1cd1, 0xcafe_4a11,
  0x6165_676c, 0x1980_0202, 0x6265_6570, 0xde5e_81e4, 0x4249_4e4d,
])

/** A path as the system takes it: bytes where it is not UTF-8. */
export const systemPath = (root: string, path: string): string | Buffer =>
  path.isWellFormed() ? `${root}/${path}` : Buffer.concat([Buffer.from(`${root}/`), pathBytes(path)])

/** Why something could not be read, in a word. */
export function whyUnread(error: unknown): SoftwareUnread['why'] {
  const code = errorCode(error)
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed'
}

interface Level {
  readonly path: string
  readonly device: number
  readonly entries: readonly { readonly name: string; readonly dirent: Dirent<Buffer> }[]
  next: number
}

/** Everything below a folder, in order of path. The folder itself is not among it. Throws where the folder cannot be
 *  read. */
export function* walk(root: string, options: WalkOptions): Generator<WalkStep> {
  const levels: Level[] = [openLevel(root, '', lstatSync(root).dev)]
  while (levels.length > 0) {
    const level = levels.at(-1) as Level
    const entry = level.entries[level.next++]
    if (entry === undefined) {
      levels.pop()
      continue
    }
    const path = level.path === '' ? entry.name : `${level.path}/${entry.name}`
    if (options.leftOut?.has(path) === true) continue
    const { dirent } = entry
    if (dirent.isFile()) yield { type: 'to-hash', path }
    else if (dirent.isDirectory()) {
      const opened = openFolder(root, path, level.device, levels.length, options)
      yield opened.entry
      if (opened.level !== undefined) levels.push(opened.level)
    } else yield describe(root, path, dirent)
  }
}

function openLevel(root: string, path: string, device: number): Level {
  const place = path === '' ? root : systemPath(root, path)
  const found = readdirSync(place, { withFileTypes: true, encoding: 'buffer' })
  const entries = found.map((dirent) => ({ name: pathText(dirent.name), dirent }))
  return { path, device, entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)), next: 0 }
}

function openFolder(
  root: string,
  path: string,
  deviceAbove: number,
  depth: number,
  { hasModes }: WalkOptions,
): { readonly entry: SoftwareEntry; readonly level?: Level } {
  if (depth >= limits.softwareDepthMax) return { entry: { type: 'unread', path, why: 'too-deep' } }
  const place = systemPath(root, path)
  try {
    const { dev, mode } = lstatSync(place)
    if (dev !== deviceAbove && systemKinds.has(statfsSync(place).type >>> 0)) {
      return { entry: { type: 'other', path, what: 'system-folder' } }
    }
    const level = openLevel(root, path, dev)
    return { entry: { type: 'folder', path, ...(hasModes ? { mode: mode & 0o7777 } : {}) }, level }
  } catch (error) {
    return { entry: { type: 'unread', path, why: whyUnread(error) } }
  }
}

/** What is neither a plain file nor a folder. */
function describe(root: string, path: string, dirent: Dirent<Buffer>): WalkStep {
  const place = systemPath(root, path)
  try {
    if (dirent.isSymbolicLink()) {
      return { type: 'link', path, target: pathText(readlinkSync(place, { encoding: 'buffer' })) }
    }
    return { type: 'other', path, what: kindOf(lstatSync(place)) }
  } catch (error) {
    return { type: 'unread', path, why: whyUnread(error) }
  }
}

function kindOf(stats: Stats): 'socket' | 'pipe' | 'device' | 'unknown' {
  if (stats.isSocket()) return 'socket'
  if (stats.isFIFO()) return 'pipe'
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'device' : 'unknown'
}
