/** What looking into a file that came by mail tells: what it is, and which of its parts can act or hide something. Nothing
 *  is executed and nothing is fetched. */
import type { FileKind } from './file-kind.ts'

/** What each thing that a file can carry means. `active`: it can act by itself when the file is opened, or on one click
 *  that the file asks for. `notable`: it is seen in honest files too, or hides what is inside; it says something only
 *  beside other signs. */
const featureStrengths = {
  /** VBA code, in whatever file. */
  macro: 'active',
  /** VBA code that runs when the file is opened, closed or looked at. */
  'macro-autorun': 'active',
  /** VBA code that starts programs, fetches or writes files, calls the system, or hides what it does. */
  'macro-suspicious': 'active',
  'excel4-macro': 'active',
  dde: 'active',
  /** A template that is fetched from elsewhere when the document is opened. */
  'external-template': 'active',
  /** An object, frame or part that is fetched from elsewhere, or a link that starts a program of the system. */
  'external-relationship': 'active',
  /** An OLE object of a class that is not a document of Office, or one that is abused. */
  'embedded-object': 'active',
  /** A file that lies in a document and opens on a double click. */
  'embedded-package': 'active',
  /** A control (ActiveX) of a class that is not one of Office's own boxes and buttons. */
  activex: 'active',
  'html-smuggling': 'active',
  /** A form that asks for a password. */
  'html-form': 'active',
  'script-file': 'active',
  shortcut: 'active',
  'disk-image': 'active',
  'onenote-attachment': 'active',
  'pdf-script': 'active',
  'pdf-launch': 'active',
  executable: 'active',
  /** `invoice.pdf.exe`: the last extension runs, the one before it is what is seen. */
  'double-extension': 'active',
  /** A name that shows another ending than it has: turned text, or blanks that push the ending out of sight. */
  'hidden-extension': 'active',
  /** A document or sheet of Office inside another, which is examined too. */
  'embedded-document': 'notable',
  /** A box, button or list of a form: it does nothing without macros. */
  'form-control': 'notable',
  /** A template, picture, object or workbook elsewhere of the kind that honest files have. */
  'linked-file': 'notable',
  'encrypted-document': 'notable',
  'encrypted-archive': 'notable',
  /** Script in a page or picture that shows no sign of smuggling. */
  'html-script': 'notable',
  'html-redirect': 'notable',
  'pdf-embedded-file': 'notable',
  /** Script of a PDF's form that calculates, or that a form designer adds to every form. */
  'pdf-form-script': 'notable',
  /** What a PDF does on opening or sends off: a link that opens by itself, a form that is submitted, a form in XFA. */
  'pdf-action': 'notable',
  'type-mismatch': 'notable',
  'nested-too-deep': 'notable',
  'decompression-bomb': 'notable',
  unreadable: 'notable',
} as const satisfies Readonly<Record<string, FeatureStrength>>

/** How much a feature says by itself. */
export type FeatureStrength = 'active' | 'notable'

/** What a file carries. One word for each, used in findings, advice and the console. */
export type PayloadFeature = keyof typeof featureStrengths
export const payloadFeatures = Object.keys(featureStrengths) as readonly PayloadFeature[]

/** Ends the proof of a locked file that a word of the mail opened. */
export const openedByMail = 'stands in the mail'

/** True for what can act by itself or on one click; false for what honest files have too. */
export const isActive = (feature: PayloadFeature): boolean => featureStrengths[feature] === 'active'

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
  readonly from: 'document' | 'pdf' | 'html' | 'qr-code' | 'shortcut'
}

/** A picture inside a file, for reading bar codes: an image file as it is, or the grey pixels of one that a PDF holds
 *  bare. */
export type FoundPicture = { readonly path: readonly string[] } & (
  | { readonly type: 'png' | 'jpeg' | 'gif' | 'bmp'; readonly bytes: Uint8Array }
  | { readonly type: 'grey'; readonly width: number; readonly height: number; readonly bytes: Uint8Array }
)

/** What one file turned out to be. */
export interface Examination {
  /** What it is by its bytes, not by its name: `ooxml-word`, `ole-excel`, `pdf`, `zip`, `png`, `text`, `unknown`. */
  readonly type: FileKind
  readonly features: readonly FoundFeature[]
  readonly links: readonly FoundLink[]
  /** Text that a reader would see, as far as it is had cheaply, cut at a bound: for claims of identity. */
  readonly text: string
  /** SHA-256, hex, of the file and of each file inside it, with its path. */
  readonly hashes: readonly { readonly path: readonly string[]; readonly sha256: string }[]
  /** Pictures in which a bar code may stand, up to a bound. */
  readonly pictures: readonly FoundPicture[]
  /** What was not looked at, each a sentence. */
  readonly problems: readonly string[]
}
