/** What a journal asks of the disk, so that tests can give it one that is full or slow. Numbers stand for open files. */
import { constants, fdatasync, fsync, open, writev } from 'node:fs'
import { chmod, mkdir, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { closeQuietly } from '../byte-input.ts'
import { errorCode } from '../problem.ts'

/** The disk under a journal. Every call may reject with the system's error. */
export interface JournalDisk {
  makeFolder(path: string): Promise<void>
  /** Opens for appending; made where it is not there, readable by its owner alone. */
  openSegment(path: string): Promise<number>
  /** Appends; the answer may be less than what was given. */
  write(descriptor: number, pieces: readonly Uint8Array[]): Promise<number>
  /** Resolves once what was written survives a loss of power. */
  sync(descriptor: number): Promise<void>
  /** The same for the names of a folder's files; nothing where the system has no such call. */
  syncFolder(path: string): Promise<void>
  close(descriptor: number): void
  /** Bytes that may still be written below this folder. */
  freeBytes(path: string): Promise<number>
}

const folderMode = 0o700
const fileMode = 0o600
const openFile = promisify(open)
const syncData = promisify(fdatasync)
const syncAll = promisify(fsync)

function writePieces(descriptor: number, pieces: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(descriptor, pieces, (error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

/** The machine's own disk. */
export const systemDisk: JournalDisk = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: folderMode })
    // A folder that was there before may be readable by others.
    await chmod(path, folderMode).catch(() => undefined)
  },
  openSegment: (path) =>
    openFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0), fileMode),
  write: writePieces,
  sync: (descriptor) => syncData(descriptor),
  async syncFolder(path) {
    if (process.platform === 'win32') return
    const descriptor = await openFile(path, 'r')
    try {
      await syncAll(descriptor)
    } finally {
      closeQuietly(descriptor)
    }
  },
  close: closeQuietly,
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
}

/** Why a write failed, as a phrase of ours. */
export interface WriteFailure {
  readonly isNoSpace: boolean
  readonly phrase: string
}

/** The failure behind an error of the system. */
export function writeFailure(error: unknown): WriteFailure {
  const code = errorCode(error)
  switch (code) {
    case 'ENOSPC':
      return { isNoSpace: true, phrase: 'the disk is full' }
    case 'EDQUOT':
      return { isNoSpace: true, phrase: 'the disk quota of this user is used up' }
    case 'EFBIG':
      return { isNoSpace: true, phrase: 'the system allows no larger file' }
    case 'EROFS':
      return { isNoSpace: false, phrase: 'the disk can only be read' }
    case 'EACCES':
    case 'EPERM':
      return { isNoSpace: false, phrase: 'this user may not write there' }
    default:
      return { isNoSpace: false, phrase: `the system says ${code}` }
  }
}
