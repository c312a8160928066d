/** Documents of Office in the new format (ECMA-376): plain ones, and ones that act. They are small and open in Office. */
import { zipOf } from './other-files.ts'
import { packageObject, vbaProject } from './vba.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const xml = (text: string): Uint8Array => utf8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${text}`)
const relationNames = 'http://schemas.openxmlformats.org/package/2006/relationships'
const officeNames = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const wordNames = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'

interface Relation {
  readonly type: string
  readonly target: string
  readonly isExternal?: boolean
}

const relations = (list: readonly Relation[]): Uint8Array =>
  xml(
    `<Relationships xmlns="${relationNames}">${list
      .map(
        ({ type, target, isExternal }, index) =>
          `<Relationship Id="rId${index + 1}" Type="${type}" Target="${target}"${isExternal ? ' TargetMode="External"' : ''}/>`,
      )
      .join('')}</Relationships>`,
  )

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** What a Word document is to hold besides its text. */
export interface WordParts {
  readonly macro?: string
  /** A field that starts a program: `DDEAUTO c:\\windows\\system32\\cmd.exe "/k echo"`. */
  readonly field?: string
  readonly template?: string
  readonly embedded?: { readonly name: string; readonly bytes: Uint8Array }
}

/** A Word document. */
export function wordDocument(text: string, parts: WordParts = {}): Uint8Array {
  const { macro, field, template, embedded } = parts
  const main =
    macro === undefined
      ? 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
      : 'application/vnd.ms-word.document.macroEnabled.main+xml'
  const own: Relation[] = [{ type: `${officeNames}/settings`, target: 'settings.xml' }]
  if (macro !== undefined)
    own.push({ type: 'http://schemas.microsoft.com/office/2006/relationships/vbaProject', target: 'vbaProject.bin' })
  if (embedded !== undefined) own.push({ type: `${officeNames}/oleObject`, target: 'embeddings/oleObject1.bin' })
  const fieldXml =
    field === undefined
      ? ''
      : `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ${escapeXml(field)} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
  const object =
    embedded === undefined
      ? ''
      : `<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:r="${officeNames}" Type="Embed" ProgID="Package" r:id="rId${own.length}"/></w:object></w:r></w:p>`
  return zipOf({
    '[Content_Types].xml': xml(
      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
    ),
    '_rels/.rels': relations([{ type: `${officeNames}/officeDocument`, target: 'word/document.xml' }]),
    'word/document.xml': xml(
      `<w:document xmlns:w="${wordNames}"><w:body><w:p><w:r><w:t>${escapeXml(text)}</w:t></w:r></w:p>${fieldXml}${object}</w:body></w:document>`,
    ),
    'word/_rels/document.xml.rels': relations(own),
    'word/settings.xml': xml(
      `<w:settings xmlns:w="${wordNames}" xmlns:r="${officeNames}">${template === undefined ? '' : '<w:attachedTemplate r:id="rId1"/>'}</w:settings>`,
    ),
    ...(template === undefined
      ? {}
      : {
          'word/_rels/settings.xml.rels': relations([
            { type: `${officeNames}/attachedTemplate`, target: template, isExternal: true },
          ]),
        }),
    ...(macro === undefined ? {} : { 'word/vbaProject.bin': vbaProject(macro) }),
    ...(embedded === undefined
      ? {}
      : { 'word/embeddings/oleObject1.bin': packageObject(embedded.name, embedded.bytes) }),
  })
}

/** A workbook with one cell of text; with `macro` it is macro-enabled. */
export function workbook(text: string, macro?: string): Uint8Array {
  const kind = macro === undefined ? 'openxmlformats-officedocument.spreadsheetml.sheet' : 'ms-excel.sheet.macroEnabled'
  const sheetNames = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const own: Relation[] = [{ type: `${officeNames}/worksheet`, target: 'worksheets/sheet1.xml' }]
  if (macro !== undefined)
    own.push({ type: 'http://schemas.microsoft.com/office/2006/relationships/vbaProject', target: 'vbaProject.bin' })
  return zipOf({
    '[Content_Types].xml': xml(
      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.${kind}.main+xml"/></Types>`,
    ),
    '_rels/.rels': relations([{ type: `${officeNames}/officeDocument`, target: 'xl/workbook.xml' }]),
    'xl/workbook.xml': xml(
      `<workbook xmlns="${sheetNames}" xmlns:r="${officeNames}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': relations(own),
    'xl/worksheets/sheet1.xml': xml(
      `<worksheet xmlns="${sheetNames}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>${escapeXml(text)}</t></is></c></row></sheetData></worksheet>`,
    ),
    ...(macro === undefined ? {} : { 'xl/vbaProject.bin': vbaProject(macro) }),
  })
}
