/** A manifest: what is in a folder, one line of JSON for each thing, in order of path, so that manifests of any size are
 *  written and compared as streams. The first line says of what and when, the last one signs the SHA-256 of all lines
 *  before it. docs/software-manifest.md has the format byte by byte. */
import { createHash } from 'node:crypto'
import type { SoftwareEntry } from './entry.ts'
import { signText } from './signing-key.ts'

/** What a manifest says of itself. */
export interface ManifestHead {
  /** What the machine calls itself. */
  readonly machine: string
  /** ISO 8601, by the machine's clock. */
  readonly madeAt: string
  /** The folder that was walked, as its machine names it. */
  readonly folder: string
  /** Patterns of what is expected to change. */
  readonly expected: readonly string[]
  /** False where whoever made it did not look at the signatures of programs. */
  readonly signers: boolean
}

/** The first line's own mark. */
export const manifestMark = 'bellwether software'
/** How every manifest begins. */
export const manifestStart = `{"manifest":"${manifestMark}"`
/** Put before the digest when it is signed, so that the signature fits nothing else. */
const signedPrefix = 'bellwether software v1\n'

/** The message that is signed. */
export const signedMessage = (sha256: string): Buffer => Buffer.from(`${signedPrefix}${sha256}\n`)

/** Writes a manifest line by line. What it returns goes to the file, in that order. */
export class ManifestWriter {
  readonly #hash = createHash('sha256')
  #entries = 0

  /** The first line. */
  begin({ machine, madeAt, folder, expected, signers }: ManifestHead): string {
    return this.#line({ manifest: manifestMark, version: 1, machine, madeAt, folder, expected, signers })
  }

  /** The line of one thing. They must come in order of path. */
  write(entry: SoftwareEntry): string {
    this.#entries++
    return this.#line(fieldsOf(entry))
  }

  /** The last line. */
  end(privateKeyPem: string): string {
    const sha256 = this.#hash.digest('hex')
    const signature = signText(signedMessage(sha256), privateKeyPem)
    return `${JSON.stringify({ entries: this.#entries, sha256, ...signature })}\n`
  }

  #line(fields: object): string {
    const line = `${JSON.stringify(fields)}\n`
    this.#hash.update(line)
    return line
  }
}

function fieldsOf(entry: SoftwareEntry): object {
  switch (entry.type) {
    case 'file': {
      const { path, bytes, sha256, mode, program, signer } = entry
      return { file: path, bytes, sha256, mode: octal(mode), program, signer }
    }
    case 'link':
      return { link: entry.path, target: entry.target }
    case 'folder':
      return { folder: entry.path, mode: octal(entry.mode) }
    case 'other':
      return { other: entry.path, what: entry.what }
    case 'unread':
      return { unread: entry.path, why: entry.why }
  }
}

const octal = (mode: number | undefined): string | undefined =>
  mode === undefined ? undefined : mode.toString(8).padStart(4, '0')
