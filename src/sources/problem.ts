/** What can be wrong with a path, a file or a stream, as a closed union and as a sentence that a clerk can act on.
 *  A problem is about a whole source; a bad line is a `Reject`. */

export const problemCodes = [
  'not-found',
  'no-permission',
  'not-a-file',
  'no-match',
  'too-many-files',
  'empty-folder',
  'empty',
  'binary',
  'unsupported-compression',
  'truncated-compression',
  'corrupt-compression',
  'decompression-bomb',
  'shrank',
  'replaced',
  'read-error',
  'spool-failed',
  'unknown-format',
  'mail-stream',
] as const
/** One kind of problem. */
export type ProblemCode = (typeof problemCodes)[number]

/** What is wrong with one source, for a person to read. */
export interface Problem {
  /** The source's path, as the user gave it, or `-` for standard input. */
  readonly path: string
  readonly code: ProblemCode
  /** What is wrong and what to do about it, in whole sentences, safe to print on a terminal. */
  readonly message: string
}

/** The sentence for each code. `detail` is a phrase of ours, never text out of a log. */
const sentences: Readonly<Record<ProblemCode, (name: string, detail: string) => string>> = {
  'not-found': (name) => `There is no file or folder ${name}. Check the spelling, and the folder that you are in.`,
  'no-permission': (name) =>
    `${name} may not be read by this user. Run the command as an administrator (on Linux: with sudo), or ask whoever ` +
    'looks after the server for a copy.',
  'not-a-file': (name, detail) => `${name} is ${detail}, not a log file. Name the log file itself.`,
  'no-match': (name) => `No file fits the pattern ${name}. Check the spelling, or name the folder instead.`,
  'too-many-files': (name, detail) =>
    `${name} holds more than ${detail} files; the rest was left out. Name a folder that holds only what is to be read.`,
  'empty-folder': (name) => `The folder ${name} holds no file to read. Name the folder in which the files are.`,
  empty: (name) =>
    `${name} is empty. If the system was in use at that time, check that logging is switched on, and look beside it ` +
    'for older files.',
  binary: (name, detail) => `${name} is ${detail}, not a text log; it was left out.`,
  'unsupported-compression': (name, detail) => `${name} ${detail}`,
  'truncated-compression': (name) =>
    `${name} is cut short: its compressed data stops before its end. Everything up to there was read. Copy the file ` +
    'again, or wait until it is written to its end.',
  'corrupt-compression': (name, detail) =>
    `${name} is damaged: ${detail}. What could be read was read. Copy the file again from where it came from.`,
  'decompression-bomb': (name, detail) =>
    `${name} grows to more than ${detail} times its size when it is unpacked, which no log does; reading stopped ` +
    'there. Find out who made this file.',
  shrank: (name, detail) =>
    `${name} became shorter while it was read (${detail}). Everything up to there was read. If logs are rotated at ` +
    'this time, scan the rotated file too.',
  replaced: (name) =>
    `${name} is no longer the file that was scanned (logs may have been rotated), so its lines cannot be shown. Scan ` +
    'again.',
  'read-error': (name, detail) =>
    `${name} could not be read to its end (${detail}). Check the disk or the network drive, then scan again.`,
  'spool-failed': (name, detail) =>
    `${name} could not be kept for showing evidence (${detail}). Make room on the disk, or save the input to a file ` +
    'and scan that.',
  'unknown-format': (name) =>
    `${name} is in no log format that Bellwether knows. If you know its format, say so with --format.`,
  'mail-stream': (name) =>
    `${name} holds mail, which a scan reads from files alone. Save it to a file and name that, or type: bellwether mail ` +
    'check -',
}

/** The problem with its sentence; `detail` fills the gap that some sentences have. */
export function makeProblem(code: ProblemCode, path: string, detail = ''): Problem {
  return { path, code, message: sentences[code](showPath(path), detail) }
}

/** Longer paths are cut: a hostile one may not fill the screen. */
const shownCharacters = 300

/** A path as it may stand on a terminal: control and direction-changing characters of a hostile file name become
 *  question marks. */
export function showPath(path: string): string {
  if (path === '-') return 'Standard input'
  const shown = path.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?')
  return `"${shown.length > shownCharacters ? `${shown.slice(0, shownCharacters)}...` : shown}"`
}

/** The problem behind an error that Node's file system raised. */
export function problemOfError(error: unknown, path: string): Problem {
  const code = errorCode(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
      return makeProblem('not-found', path)
    case 'EACCES':
    case 'EPERM':
      return makeProblem('no-permission', path)
    case 'EISDIR':
      return makeProblem('not-a-file', path, 'a folder')
    case 'EMFILE':
    case 'ENFILE':
      return makeProblem('read-error', path, 'too many files are open on this machine')
    case 'ESTALE':
    case 'EIO':
      return makeProblem('read-error', path, `the drive failed: ${code}`)
    default:
      return makeProblem('read-error', path, `the system says ${code}`)
  }
}

/** The code of a system error, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return 'UNKNOWN'
}
