/** What looking into a file that came by mail tells: what it is, and which of its parts can act or hide something. Nothing
 *  is executed and nothing is fetched. */

/** What a file carries. One word for each, used in findings, advice and the console. */
export const payloadFeatures = [
  'macro',
  'macro-autorun',
  'excel4-macro',
  'dde',
  'external-template',
  'external-relationship',
  'embedded-object',
  'embedded-package',
  'encrypted-document',
  'encrypted-archive',
  'html-smuggling',
  'html-form',
  'script-file',
  'shortcut',
  'disk-image',
  'onenote-attachment',
  'pdf-script',
  'pdf-launch',
  'pdf-embedded-file',
  'executable',
  'double-extension',
  'type-mismatch',
  'nested-too-deep',
  'decompression-bomb',
  'unreadable',
] as const
export type PayloadFeature = (typeof payloadFeatures)[number]

/** One thing that was found, with its proof. */
export interface FoundFeature {
  readonly feature: PayloadFeature
  /** Where, from the outside in: `guides.zip`, `New EViD User Guides.docm`, `word/vbaProject.bin`. */
  readonly path: readonly string[]
  /** What shows it, in a few words for a person: `module ThisDocument, AutoOpen`. From the file, so never trusted. */
  readonly proof: string
}

/** A link or a code that stands inside a file, or a picture of which a bar code was read. */
export interface FoundLink {
  readonly target: string
  readonly path: readonly string[]
  readonly from: 'document' | 'pdf' | 'qr-code' | 'shortcut'
}

/** What one file turned out to be. */
export interface Examination {
  /** What it is by its bytes, not by its name: `ooxml-word`, `ole-excel`, `pdf`, `zip`, `png`, `text`, `unknown`. */
  readonly type: string
  readonly features: readonly FoundFeature[]
  readonly links: readonly FoundLink[]
  /** Text that a reader would see, as far as it is had cheaply, cut at a bound: for claims of identity. */
  readonly text: string
  /** SHA-256, hex, of the file and of each file inside it, with its path. */
  readonly hashes: readonly { readonly path: readonly string[]; readonly sha256: string }[]
  /** What was not looked at, each a sentence. */
  readonly problems: readonly string[]
}
