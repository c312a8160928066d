/** What SQLite's errors mean for a person: which file, what happened, what to do. */
import { DamagedRow } from '../sql/document.ts'
import { StoreError, type StoreProblem } from '../store.ts'

const restoreIt = 'Stop the desk and restore a backup with `bellwether restore`.'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const codes = {
  perm: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADb: 26,
}

/** The store's problem behind an error, or undefined where the error is a bug of ours. */
export function problemOf(error: unknown, path: string): StoreProblem | undefined {
  if (error instanceof StoreError) return error.problem
  if (error instanceof DamagedRow) return damaged(path)
  if (!(error instanceof Error)) return undefined
  const { errcode, code } = error as Error & { readonly errcode?: unknown; readonly code?: unknown }
  if (typeof errcode === 'number') return sqliteProblem(errcode & 0xff, error.message, path)
  return typeof code === 'string' ? fileProblem(code, path) : undefined
}

function sqliteProblem(code: number, message: string, path: string): StoreProblem | undefined {
  switch (code) {
    case codes.busy:
    case codes.locked:
      return inUse(path)
    case codes.perm:
    case codes.readOnly:
      return readOnly(path)
    case codes.corrupt:
      return damaged(path)
    case codes.notADb:
      return notAStore(path)
    case codes.full:
      return diskFull(path)
    case codes.ioError:
      return { code: 'other', message: diskFailed(path) }
    case codes.cannotOpen:
      return {
        code: 'other',
        message: `The store ${path} cannot be opened: ${message}. Check the folder's permissions.`,
      }
    default:
      return undefined
  }
}

/** The problem behind an error of the file system, by its name in POSIX. */
function fileProblem(code: string, path: string): StoreProblem | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return readOnly(path)
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return diskFull(path)
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'other', message: `There is no file or folder ${path}. Check the path.` }
    case 'EISDIR':
      return notAStore(path)
    case 'EIO':
      return { code: 'other', message: diskFailed(path) }
    default:
      return undefined
  }
}

const diskFailed = (path: string): string =>
  `The store ${path} could not be read or written: the disk failed, or a limit of its size was reached. Check the disk.`

/** The file is ours and not whole. */
export const damaged = (path: string): StoreProblem => ({
  code: 'damaged',
  message: `The store ${path} is damaged: it was cut short or changed by something else. ${restoreIt}`,
})

/** The file is another program's. */
export const notAStore = (path: string): StoreProblem => ({
  code: 'not-a-store',
  message: `${path} is not a store of Bellwether, or its beginning was destroyed. Nothing was changed in it; name another file, or restore a backup with \`bellwether restore\`.`,
})

/** Another process holds it. */
export const inUse = (path: string): StoreProblem => ({
  code: 'in-use',
  message: `The store ${path} is in use by a desk that is running. Stop that desk first.`,
})

/** The file or its folder cannot be written. */
export const readOnly = (path: string): StoreProblem => ({
  code: 'read-only',
  message: `The store ${path} cannot be written. Give the desk's user the right to write the file and its folder.`,
})

/** There is no room. */
export const diskFull = (path: string): StoreProblem => ({
  code: 'disk-full',
  message: `The disk that holds the store ${path} is full. Make room on it; the desk goes on by itself.`,
})

/** The problem that an error stands for; what is none is a bug and is thrown on. */
export function problemOrThrow(error: unknown, path: string): StoreProblem {
  const problem = problemOf(error, path)
  if (problem === undefined) throw error
  return problem
}
