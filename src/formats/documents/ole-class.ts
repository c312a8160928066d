/** What a class of OLE objects means: documents of Office in one another are ordinary, packages of files and some classes
 *  are what attackers use. */
import type { Inspection } from './inspection.ts'

/** Names and class ids of what Office itself embeds, charts, equations of the new sort and pictures among them. */
const ordinary =
  /^(?:word\.|excel\.|powerpoint\.|visio\.|msgraph|mspaint|paint\.|paintbrush|pbrush|static(?:dib|metafile)|wordpad|msproject|equation\.dsmt|mathtype|acroexch\.document|acrobat\.document|foxit|bitmap image|msphotoed|opendocument|soffice|chart|imgraph|orgpluswopx|outlook\.fileattach|opacfile)/i

/** Classes that have been abused: why, in a few words. */
const abused: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^equation\.[23]|^0002CE0[23]-0000-0000-C000-000000000046$/i, 'equation editor'],
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
  [/^(?:forms\.|8BD21D[1-9]0-EC42-11CE-9E0D-00AA006002F3)/i, 'form control'],
  [/^(?:soap|ECABB0C7-7F19-11D2-978E-0000F8757E2A|ECABAFC6-7F19-11D2-978E-0000F8757E2A)/i, 'SOAP moniker'],
  [/^(?:wmplayer|6BF52A52-394A-11D3-B153-00C04F79FAA6)/i, 'media player'],
]

/** A class as programs give it: `Program.Kind.1`. Others are made up, to get past those who look for names. */
const programClass = /^[a-z]\w{2,38}\.[\w.]{2,38}$/i

/** True for a class that Office documents ordinarily hold. */
export const isOrdinaryClass = (name: string): boolean => ordinary.test(name)

/** Why a class, by its name or id, is not ordinary; undefined where it is not known as such. */
export function abuseOfClass(name: string): string | undefined {
  return abused.find(([pattern]) => pattern.test(name))?.[1]
}

/** Notes an object of a class, given by name. */
export function reportOleClass(name: string, path: readonly string[], inspection: Inspection): void {
  if (name === '') return
  const abuse = abuseOfClass(name)
  if (abuse === 'package of a file') inspection.add('embedded-package', path, `object of class ${name}`)
  else if (abuse === 'form control') inspection.add('activex', path, `control of class ${name}`)
  else if (abuse !== undefined) inspection.add('embedded-object', path, `object of class ${name} (${abuse})`)
  else if (isOrdinaryClass(name) || programClass.test(name))
    inspection.add('embedded-document', path, `object of class ${name}`)
  else inspection.add('embedded-object', path, `object of class ${name}`)
}
