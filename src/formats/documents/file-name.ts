/** What a file's name says, and where it lies: endings that run, an ending behind another, turned or padded text, and an
 *  ending that is not what the bytes are. */
import type { PayloadFeature } from './examination.ts'
import { type FileKind, isDiskImage, isProgram } from './file-kind.ts'

/** Endings that Windows, macOS or Office run as a program when the file is opened. */
const programEndings = new Set('exe scr com pif cpl dll msi msp mst ocx xll wll drv sys app appx msix ade'.split(' '))

/** Endings of text that an interpreter runs. */
const scriptEndings = new Set(
  'js jse vbs vbe vb wsf wsh wsc sct hta ps1 psm1 ps1xml psc1 bat cmd jar jnlp py pyw rb pl sh command csh reg inf msc chm hlp gadget application appref-ms settingcontent-ms library-ms searchconnector-ms search-ms scf xbap ws iqy rqy oqy dqy diagcab theme themepack website mcl osdx rdp one-click'.split(
    ' ',
  ),
)

/** Endings of shortcuts. */
const shortcutEndings = new Set(['lnk', 'url', 'desklink', 'mapimail', 'webloc'])

/** Endings that people take for a document or picture. */
const documentEndings = new Set(
  'pdf doc docx docm dot dotx rtf txt csv xls xlsx xlsm xlsb ppt pptx pps odt ods odp jpg jpeg png gif bmp tif tiff htm html zip mp3 mp4 eml msg xml'.split(
    ' ',
  ),
)

/** What bytes an ending promises; an ending that is not here promises nothing. */
const promises: Readonly<Record<string, readonly FileKind[]>> = {
  pdf: ['pdf'],
  png: ['png'],
  jpg: ['jpeg'],
  jpeg: ['jpeg'],
  gif: ['gif'],
  bmp: ['bmp'],
  docx: ['ooxml-word', 'ole-encrypted'],
  docm: ['ooxml-word', 'ole-encrypted'],
  dotx: ['ooxml-word', 'ole-encrypted'],
  dotm: ['ooxml-word', 'ole-encrypted'],
  xlsx: ['ooxml-excel', 'ole-encrypted'],
  xlsm: ['ooxml-excel', 'ole-encrypted'],
  xlsb: ['ooxml-excel', 'ole-encrypted'],
  pptx: ['ooxml-powerpoint', 'ole-encrypted'],
  pptm: ['ooxml-powerpoint', 'ole-encrypted'],
  doc: ['ole-word', 'rtf', 'ooxml-word', 'word-xml', 'ole-encrypted'],
  xls: ['ole-excel', 'excel-stream', 'ooxml-excel', 'excel-xml', 'html', 'csv', 'text', 'ole-encrypted'],
  ppt: ['ole-powerpoint', 'ooxml-powerpoint', 'ole-encrypted'],
  rtf: ['rtf'],
  txt: ['text', 'csv', 'empty', 'html', 'xml', 'svg', 'script', 'sylk', 'mht'],
  csv: ['text', 'csv', 'empty'],
  htm: ['html', 'mht', 'text', 'xml', 'svg'],
  html: ['html', 'mht', 'text', 'xml', 'svg'],
  zip: ['zip', 'ooxml-word', 'ooxml-excel', 'ooxml-powerpoint', 'ooxml-other', 'java-archive'],
  eml: ['mail', 'text', 'mht', 'html'],
  msg: ['outlook-message'],
}

/** Programs take a picture for what it is, whichever picture's ending it bears: Outlook itself pastes bitmaps as `.gif`. */
const pictures: readonly FileKind[] = ['png', 'jpeg', 'gif', 'bmp', 'webp', 'tiff']

/** Turns the direction of text: what stands behind it is read backwards. */
const turning = /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/
/** So many blanks push an ending out of a list of attachments. */
const padding = /[\s\u00a0\u2000-\u200b\u2800\u3000\u3164_.]{12,}\.[a-z0-9]{1,12}$/i

/** A file's ending in lower case, without blanks and dots behind it, which Windows drops; empty where it has none. */
export function endingOf(name: string): string {
  const base = baseOf(name)
  const dot = base.lastIndexOf('.')
  return dot < 0 ? '' : base.slice(dot + 1).toLowerCase()
}

/** The last part of a path, of either system. */
export function baseOf(name: string): string {
  const cut = name.slice(-1_024)
  const base = cut.slice(Math.max(cut.lastIndexOf('/'), cut.lastIndexOf('\\')) + 1)
  return base.replace(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/g, '').replace(/[\s.\0]{1,64}$/, '')
}

/** What a file's ending makes of it when it is opened. */
export type EndingMeaning = 'program' | 'script' | 'shortcut' | 'none'

/** What an ending makes of a file. */
export function meaningOfEnding(ending: string): EndingMeaning {
  if (programEndings.has(ending)) return 'program'
  if (scriptEndings.has(ending)) return 'script'
  return shortcutEndings.has(ending) ? 'shortcut' : 'none'
}

/** One thing that a name shows. */
export interface NameSign {
  readonly feature: PayloadFeature
  readonly proof: string
}

/** What the name of a file shows beside what its bytes are. */
export function nameSigns(name: string, kind: FileKind): NameSign[] {
  const signs: NameSign[] = []
  const ending = endingOf(name)
  const meaning = meaningOfEnding(ending)
  const acts = meaning !== 'none' || ['iso', 'img', 'vhd', 'vhdx', 'one'].includes(ending)
  const before = endingOf(baseOf(name).slice(0, -ending.length - 1))
  if (acts && ending !== '' && documentEndings.has(before)) {
    signs.push({ feature: 'double-extension', proof: `ends in .${before}.${ending}` })
  }
  const base = name.slice(-1_024)
  if (turning.test(base) && /[\u202e\u202b\u2067]/.test(base)) {
    signs.push({ feature: 'hidden-extension', proof: `text direction is turned in the name; it ends in .${ending}` })
  }
  if (padding.test(base.slice(-300)) && acts) {
    signs.push({ feature: 'hidden-extension', proof: `blanks hide that the name ends in .${ending}` })
  }
  const mismatch = mismatchOf(ending, kind)
  if (mismatch !== undefined) signs.push({ feature: 'type-mismatch', proof: mismatch })
  return signs
}

function mismatchOf(ending: string, kind: FileKind): string | undefined {
  const promised = promises[ending]
  if (promised === undefined || promised.includes(kind) || kind === 'empty' || kind === 'unknown') return undefined
  if (pictures.includes(kind) && promised.some((each) => pictures.includes(each))) return undefined
  // Programs and images that mount are told as that; a document under a document's name is the common slip.
  const what = isProgram(kind) ? 'a program' : isDiskImage(kind) ? 'a disk image' : kind
  return `the name ends in .${ending}, the file is ${what}`
}
