/** Examines OpenDocument files (ODF 1.3): macros in Basic and other languages, objects, links to programs and to pictures
 *  elsewhere, encrypted parts. */
import { limits } from '../../core/limits.ts'
import { decodeText, hasText, latin1OrUtf8 } from './bytes.ts'
import { judgeRelationship, placeOfTarget } from './external-target.ts'
import type { FileKind } from './file-kind.ts'
import type { Inspection, Subject } from './inspection.ts'
import type { OfficePackage, OfficePart } from './office-package.ts'
import { withoutBlankLines } from './ooxml-part.ts'
import { judgeCode } from './vba-code.ts'
import { scanXml, type XmlTag } from './xml-scan.ts'

const kinds: readonly (readonly [word: string, kind: FileKind])[] = [
  ['text', 'odf-text'],
  ['spreadsheet', 'odf-spreadsheet'],
  ['presentation', 'odf-presentation'],
]

/** Examines a package whose part `mimetype` says that it is OpenDocument. */
export function examineOpenDocument(subject: Subject, parts: OfficePackage, inspection: Inspection): FileKind {
  const type = latin1OrUtf8(parts.get('mimetype')?.read(256) ?? new Uint8Array(0))
  const isEncrypted = reportManifest(parts.get('meta-inf/manifest.xml'), subject, inspection)
  for (const [key, part] of parts) if (!isEncrypted) examinePart(key, part, subject, inspection)
  return kindOfType(type)
}

const kindOfType = (type: string): FileKind =>
  kinds.find(([word]) => type.includes(`opendocument.${word}`))?.[1] ?? 'odf-other'

function reportManifest(part: OfficePart | undefined, subject: Subject, inspection: Inspection): boolean {
  if (part === undefined || !decodeText(part.read()).includes('encryption-data')) return false
  inspection.add('encrypted-document', subject.path, 'OpenDocument file with a password')
  return true
}

function examinePart(key: string, part: OfficePart, subject: Subject, inspection: Inspection): void {
  const path = [...subject.path, part.name]
  if (/^basic\/[^/]+\/(?!script-lb\.xml$|dialog-lb\.xml$)[^/]+\.xml$/.test(key)) readBasic(part, path, inspection)
  else if (/^scripts\/.+\.(?:py|js|bsh|java|class|jar)$/.test(key)) {
    inspection.add('macro', path, `script ${part.name}`)
  } else if (/(?:^|\/)(?:content|styles|settings)\.xml$/.test(key)) readContent(part, key, path, inspection)
  else examineFile(part, subject, inspection)
}

function examineFile(part: OfficePart, subject: Subject, inspection: Inspection): void {
  const head = part.peek()
  const isPicture = hasText(head, 0, '\x89PNG') || hasText(head, 0, '\xff\xd8\xff') || hasText(head, 0, 'GIF8')
  const isFile = ['\xd0\xcf\x11\xe0', 'PK\x03\x04', 'MZ', '%PDF', '{\\rt', 'L\0\0\0\x01\x14\x02'].some((sign) =>
    hasText(head, 0, sign),
  )
  if (isFile || (isPicture && inspection.wantsPictures)) inspection.enqueue(subject, part.name, part.read(), 'part')
}

/** A module of Basic: its source is the text of the part. */
function readBasic(part: OfficePart, path: readonly string[], inspection: Inspection): void {
  let source = ''
  let name = ''
  scanXml(decodeText(part.read(limits.macroSourceBytesMax)), {
    open: (tag) => {
      if (tag.name === 'module') name = tag.attribute('name') ?? ''
    },
    text: (text) => {
      source += text
    },
  })
  reportBasic(name, source, path, inspection)
}

function reportBasic(name: string, source: string, path: readonly string[], inspection: Inspection): void {
  const signs = judgeCode(name, source)
  if (!signs.hasCode) return
  inspection.add('macro', path, `module ${name}`)
  // Names of Excel's events count where the module says that it is Excel's; others are called by listeners.
  if (signs.autoRun.length > 0 && /^\s*option\s+vbasupport\s+1/im.test(source))
    inspection.add('macro-autorun', path, `module ${name}, ${signs.autoRun.join(', ')}`)
  if (signs.suspicious.length > 0)
    inspection.add('macro-suspicious', path, `module ${name}: ${signs.suspicious.join(', ')}`)
}

function readContent(part: OfficePart, key: string, path: readonly string[], inspection: Inspection): void {
  let visible = ''
  scanXml(decodeText(part.read()), {
    open: (tag) => {
      reportTag(tag, path, inspection)
      if (tag.name === 'p' || tag.name === 'h') visible += '\n'
    },
    text: (text) => {
      if (visible.length < limits.documentTextCharactersMax * 2) visible += text
    },
  })
  if (key.endsWith('content.xml')) inspection.addText(withoutBlankLines(visible))
}

/** Examines a document in one XML file: macros stand in it as text, objects and pictures in base64. */
export function examineFlatOpenDocument(subject: Subject, inspection: Inspection): FileKind {
  const { path } = subject
  let type = ''
  let module = ''
  let within: 'code' | 'binary' | 'body' | 'none' = 'none'
  let pieces: string[] = []
  const visible: string[] = []
  let visibleLength = 0
  const isWhole = scanXml(decodeText(subject.bytes), {
    open: (tag) => {
      reportTag(tag, path, inspection)
      if (tag.name === 'document') type ||= tag.attribute('mimetype') ?? ''
      else if (tag.name === 'module') module = tag.attribute('name') ?? ''
      else if (tag.name === 'body') within = 'body'
      if (tag.isEmpty || (tag.name !== 'source-code' && tag.name !== 'binary-data')) return
      within = tag.name === 'source-code' ? 'code' : 'binary'
      pieces = []
    },
    text: (text) => {
      if (within === 'code' || within === 'binary') pieces.push(text)
      else if (within === 'body' && visibleLength < limits.documentTextCharactersMax) {
        visible.push(text)
        visibleLength += text.length
      }
    },
    close: (name) => {
      if (name === 'source-code') reportBasic(module, pieces.join(''), path, inspection)
      else if (name === 'binary-data')
        inspection.enqueue(subject, 'object', Buffer.from(pieces.join(''), 'base64'), 'part')
      else return
      within = 'body'
    },
  })
  inspection.addText(withoutBlankLines(visible.join('\n')))
  if (!isWhole) inspection.addProblem('A document has more tags than were read.')
  return kindOfType(type)
}

/** Links are `href`; what an element is says how it is followed. */
const followed: Readonly<Record<string, string>> = {
  a: 'hyperlink',
  image: 'image',
  'fill-image': 'image',
  object: 'oleObject',
  'object-ole': 'oleObject',
  'floating-frame': 'frame',
  plugin: 'frame',
  'section-source': 'subDocument',
  'table-source': 'externalLinkPath',
  'cell-range-source': 'externalLinkPath',
}

/** A macro of the program itself, by words alone, so that no path leads elsewhere. */
const programMacro =
  /^(?:application:[\w.]{1,200}|vnd\.sun\.star\.script:[\w.]{1,200}\?language=Basic&location=application)$/

/** What is called on an event. A document keeps empty listeners for every event that once had one. */
function reportListener(tag: XmlTag, path: readonly string[], inspection: Inspection): void {
  const event = tag.attribute('event-name') ?? ''
  const target = (tag.attribute('href') ?? '') || (tag.attribute('macro-name') ?? '')
  if (target === '') return
  // On a slide a click also shows another one, follows a link or starts a program.
  const action = tag.attribute('action') ?? 'execute-macro'
  const isMacro = /^(?:vnd\.sun\.star\.|macro:|service:|application:|document:)/i.test(target) || !/[:/]/.test(target)
  if (tag.prefix === 'presentation' && action === 'execute')
    inspection.add('external-relationship', path, `a click starts ${target}`)
  else if (!isMacro || action !== 'execute-macro')
    reportLink('hyperlink', target, `${event}: ${target}`, path, inspection)
  else if (programMacro.test(target))
    inspection.add('linked-file', path, `${event} calls a macro of the program: ${target}`)
  // A listener of the document runs by itself; one of a button waits for a click.
  else if (/load|open|close|new|focus|print|save|view|start/i.test(event))
    inspection.add('macro-autorun', path, `${event}: ${target}`)
  else inspection.add('macro', path, `${event}: ${target}`)
}

function reportTag(tag: XmlTag, path: readonly string[], inspection: Inspection): void {
  if (tag.name === 'event-listener') return reportListener(tag, path, inspection)
  if (tag.name === 'dde-source' || tag.name === 'dde-connection-decl') {
    inspection.add('dde', path, `${tag.attribute('dde-application') ?? ''}|${tag.attribute('dde-topic') ?? ''}`)
    return
  }
  if (tag.name === 'applet') inspection.add('embedded-object', path, 'applet')
  const type = followed[tag.name]
  const target = tag.attribute('href')
  if (type === undefined || target === undefined || /^\.\/|^#/.test(target)) return
  reportLink(type, target, `${tag.name}: ${target}`, path, inspection)
}

function reportLink(
  type: string,
  target: string,
  proof: string,
  path: readonly string[],
  inspection: Inspection,
): void {
  const feature = judgeRelationship(type, target)
  if (feature !== undefined) inspection.add(feature, path, proof)
  const place = placeOfTarget(target)
  if (place !== 'inside' && place !== 'local') inspection.addLink(target, path, 'document')
}
