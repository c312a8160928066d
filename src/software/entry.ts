/** What a manifest says of one thing in a folder, and the order in which it says it. Paths are text: bytes that are not
 *  UTF-8 stand as lone surrogates (U+DC80 to U+DCFF, one a byte), so that every name of a file system comes back byte for
 *  byte. */

/** What came of looking at a program's Authenticode signature. `matches`: the signed digest is that of the file.
 *  `differs`: the signature does not cover this file. `unreadable`: the signature is damaged or of an unknown kind.
 *  None of them says whether the signer's certificate is trusted. */
export type SignatureState = 'matches' | 'differs' | 'unreadable'

/** Who signed a program, by its own signature. */
export interface Signer {
  /** The certificate's subject, such as `CN=Example Vendor, O=Example Vendor Inc., C=US`. */
  readonly subject: string
  readonly issuer: string
  readonly state: SignatureState
}

/** What a file is by its first bytes, where it can be run. */
export type ProgramKind = 'pe' | 'elf' | 'mach-o' | 'script'

/** A plain file. */
export interface SoftwareFile {
  readonly type: 'file'
  readonly path: string
  readonly bytes: number
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string
  /** Permission bits (`0o7777`); left out where the system has none. */
  readonly mode?: number
  readonly program?: ProgramKind
  readonly signer?: Signer
}

/** A symbolic link; it is never followed. */
export interface SoftwareLink {
  readonly type: 'link'
  readonly path: string
  readonly target: string
}

/** A folder. */
export interface SoftwareFolder {
  readonly type: 'folder'
  readonly path: string
  readonly mode?: number
}

/** What is neither: it is named, and never read. */
export interface SoftwareOther {
  readonly type: 'other'
  readonly path: string
  readonly what: 'socket' | 'pipe' | 'device' | 'system-folder' | 'unknown'
}

/** What should have been read and was not. */
export interface SoftwareUnread {
  readonly type: 'unread'
  readonly path: string
  /** `denied`: this user may not read it. `changing`: it was written to while it was read, twice. */
  readonly why: 'denied' | 'changing' | 'failed' | 'too-deep'
}

/** One thing in a folder. */
export type SoftwareEntry = SoftwareFile | SoftwareLink | SoftwareFolder | SoftwareOther | SoftwareUnread

/** Orders paths as a walk in order of names meets them: a folder, all that is in it, then its next neighbour. */
export function comparePaths(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return left === 47 ? -1 : right === 47 ? 1 : left - right
  }
  return a.length - b.length
}

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The folder that a path is in; empty at the top. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Ends of names that systems run, or load into what runs. */
const programEnds = new Set(
  (
    'exe dll sys drv ocx cpl scr com pif bat cmd ps1 psm1 psd1 vbs vbe js jse wsf wsh hta msi msp mst jar class war ' +
    'so dylib ko sh bash py pyc pyd pl rb php lnk inf reg efi node wasm docm xlsm pptm'
  ).split(' '),
)

/** True for what a machine could run: by its first bytes, or by the end of its name. */
export function isProgram(entry: SoftwareEntry): boolean {
  if (entry.type === 'file' && (entry.program !== undefined || entry.signer !== undefined)) return true
  if (entry.type !== 'file' && entry.type !== 'link' && entry.type !== 'unread') return false
  const name = nameOf(entry.path).toLowerCase()
  const dot = name.lastIndexOf('.')
  return (dot > 0 && programEnds.has(name.slice(dot + 1))) || /\.so(?:\.\d{1,4}){1,4}$/.test(name)
}
