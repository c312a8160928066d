/** What a class of OLE objects means: documents of Office in one another are ordinary, packages of files and some classes
 *  are what attackers use. */
import type { Inspection } from './inspection.ts'

/** Names and class ids of what Office itself embeds, charts, equations of the new sort and pictures among them. */
const ordinary =
  /^(?:word\.|excel\.|powerpoint\.|visio\.|msgraph|mspaint|paint\.|paintbrush|pbrush|static(?:dib|metafile)|wordpad|msproject|equation\.dsmt|mathtype|acroexch\.document|acrobat\.document|foxit|bitmap image|msphotoed|opendocument|soffice|chart|imgraph|orgpluswopx|outlook\.fileattach|opacfile)/i

/** Said of the editor of equations that Office had until 2018. */
export const equationEditor = 'equation editor'

/** Classes that have been abused: why, in a few words. */
const abused: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^equation\.[23]|^0002CE0[23]-0000-0000-C000-000000000046$/i, equationEditor],
  [
    /^package|^[\w -]{1,30}shell ?obje[ck]t|^0003000C-0000-0000-C000-000000000046$|^F20DA720-C02F-11CE-927B-0800095AE340$/i,
    'package of a file',
  ],
  [/^(?:ole2link|00000300-0000-0000-C000-000000000046)$/i, 'link that is fetched'],
  [/^(?:htmlfile|25336920-03F9-11CF-8FD0-00AA00686F13)$/i, 'web page'],
  [/^(?:scriptlet|scriptletfile|script:|06290BD[235]-48AA-11D2-8432-006008C3FBFC)/i, 'script'],
  [/^(?:shell\.explorer|EAB22AC3-30C1-11CF-A7EB-0000C05BAE0B|8856F961-340A-11D0-A96B-00C04FD705A2)/i, 'browser'],
  [/^(?:shockwaveflash|D27CDB6E-AE6D-11CF-96B8-444553540000)/i, 'Flash film'],
  [/^(?:mscomctllib|BDD1F04B-858B-11D1-B16A-00C0F0283628|996BF5E0-8044-4650-ADEB-0B013914E99C)/i, 'list view control'],
  [/^(?:otkloadr|A08A033D-1A75-4AB6-A166-EAD02F547959)/i, 'loader that weakens defences'],
  [/^(?:msxml2\.saxxmlreader|88D96A0C-F192-11D4-A65F-0040963251E5)/i, 'XML reader'],
  [/^(?:soap|ECABB0C7-7F19-11D2-978E-0000F8757E2A|ECABAFC6-7F19-11D2-978E-0000F8757E2A)/i, 'SOAP moniker'],
  [/^(?:wmplayer|6BF52A52-394A-11D3-B153-00C04F79FAA6)/i, 'media player'],
]

/** A class as programs give it: `Program.Kind.1`. Others are made up, to get past those who look for names. */
const programClass = /^[a-z]\w{2,38}\.[\w.]{2,38}$/i

/** Why a class, by its name or id, is not ordinary; undefined where it is not known as such. */
export function abuseOfClass(name: string): string | undefined {
  return abused.find(([pattern]) => pattern.test(name))?.[1]
}

/** Boxes, buttons and lists of Microsoft Forms, by name or class id: honest forms are made of them, and they do nothing
 *  without macros, which are told by themselves. */
const formControl =
  /^\{?(?:forms\.|8BD21D[1-6]0-EC42-11CE-9E0D-00AA006002F3|5512D1[12][\dA-F]-5CC6-11CF-8D67-00AA00BDCE1D|D7053240-CE69-11CD-A777-00DD01143C57|978C9E23-D4B0-11CE-BF2D-00AA003F40D0|79176FB0-B7F2-11CE-97EF-00AA006D2776|DFD181E0-5E2F-11CE-A449-00AA004A803D|4C599241-6926-101B-9992-00000B65C6F9|6E182020-F460-11CE-9BCD-00AA00608E01|46E31370-3F7A-11CE-BED6-00AA00611080|EAE50EB0-4A62-11CE-BED6-00AA00611080)/i

/** Notes a control (ActiveX) of a class, given by name or id. */
export function reportControl(name: string, path: readonly string[], inspection: Inspection): void {
  const abuse = abuseOfClass(name.replace(/^\{/, ''))
  if (formControl.test(name)) inspection.add('form-control', path, `control of class ${name}`)
  else if (abuse !== undefined) inspection.add('embedded-object', path, `control of class ${name} (${abuse})`)
  else inspection.add('activex', path, `control of class ${name}`)
}

/** Notes an object of a class, given by a name that Office wrote, in whatever language: what the object holds is looked
 *  into by itself, an equation too. */
export function reportOleClass(name: string, path: readonly string[], inspection: Inspection): void {
  if (name === '') return
  const abuse = abuseOfClass(name)
  if (formControl.test(name)) reportControl(name, path, inspection)
  else if (abuse === 'package of a file') inspection.add('embedded-package', path, `object of class ${name}`)
  else if (abuse !== undefined && abuse !== equationEditor)
    inspection.add('embedded-object', path, `object of class ${name} (${abuse})`)
  else inspection.add('embedded-document', path, `object of class ${name}`)
}

/** Notes an object of a class, given by a name in RTF, which attackers write by hand. Of an equation the data say whether
 *  it is one. */
export function reportWrittenClass(
  name: string,
  path: readonly string[],
  inspection: Inspection,
  isSoundEquation = false,
): void {
  if (name === '') return
  const abuse = abuseOfClass(name)
  if (abuse === equationEditor && !isSoundEquation)
    inspection.add('embedded-object', path, `object of class ${name} (${abuse})`)
  else if (abuse !== undefined || formControl.test(name) || ordinary.test(name) || programClass.test(name))
    reportOleClass(name, path, inspection)
  else inspection.add('embedded-object', path, `object of class ${name}`)
}
