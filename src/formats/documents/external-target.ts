/** What a reference to something outside of a document means: where it leads, and whether documents have such references
 *  in honest use. Nothing is fetched. */

import type { PayloadFeature } from './examination.ts'
import { endingOf, meaningOfEnding } from './file-name.ts'

/** Where a target lies. `handler`: a scheme that starts a program of the system. `share`: a file server by a name that the
 *  whole internet can give or by a public address; `near`: one by a bare name or an address of a local network. */
export type TargetPlace = 'web' | 'share' | 'near' | 'local' | 'handler' | 'mail' | 'inside'

/** Schemes that start something else than a browser or a mail program and have been abused for it. */
const handlers =
  /^(?:mhtml|mk|its|ms-its|ms-msdt|ms-officecmd|search-ms|search|ms-appinstaller|javascript|vbscript|jscript|script|scriptlet|shell|res|ldap|telnet|ms-settings|ms-cxh|hcp|view-source|data|about|x-usc)\s*:/i

/** Where a target lies. */
export function placeOfTarget(target: string): TargetPlace {
  const cut = target.slice(0, 4_096).trim()
  if (/^mailto:|^tel:/i.test(cut)) return 'mail'
  if (handlers.test(cut) || /![^/]{0,40}x-usc:/i.test(cut)) return 'handler'
  if (/^(?:https?|ftps?|webdavs?|davs?):/i.test(cut)) return 'web'
  const host = serverOf(cut)
  if (host !== undefined) return isNear(host) ? 'near' : 'share'
  if (/^file:|^[a-z]:[\\/]|^\\[^\\]/i.test(cut)) return 'local'
  return /^[a-z][a-z0-9+.-]{2,30}:/i.test(cut) ? 'web' : 'inside'
}

/** The file server of a target: `\\host\…`, `//host/…`, `file://host/…`, `file:///\\host\…`. */
function serverOf(target: string): string | undefined {
  const rest = target.replace(/^file:/i, '').replaceAll('\\', '/')
  const found = /^\/{2,5}([^/:?#]{1,255})/.exec(rest)
  const host = found?.[1]
  if (host === undefined || !rest.startsWith('//')) return undefined
  // Three slashes lead to a path of this machine; four or five to a server.
  const slashes = found?.[0].length === undefined ? 0 : found[0].length - host.length
  if (/^file:/i.test(target) && slashes === 3) return undefined
  if (/^[a-z]$/i.test(host)) return undefined
  return host.toLowerCase()
}

/** By a bare name, or an address that is not routed (RFC 1918, loopback, link-local). */
function isNear(server: string): boolean {
  const host = server.replace(/@.*$/, '')
  // `host@80` and `host@SSL` go over the web (WebDAV), whatever the name is.
  if (host !== server) return false
  if (!host.includes('.')) return !/^(?:0x|\d)[\da-fx]*$/i.test(host)
  return (
    /^(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$/.test(host) ||
    /\.(?:local|lan|internal|corp|home)$/.test(host)
  )
}

/** Relationships by which a picture or film is shown. */
const shown = new Set(['image', 'video', 'audio', 'media', 'movie', 'sound', 'oleicon'])
/** Relationships to another workbook, which accountants' files are full of. */
const workbooks = new Set([
  'externallinkpath',
  'externallink',
  'xlpathmissing',
  'xlstartup',
  'xlalternatestartup',
  'xllibrary',
  'externallinklongpath',
])

/** Text that was copied from a page brings its links along, script among them: outside of a page nothing follows them. */
export const isInertLink = (target: string): boolean => /^\s*(?:about|data|javascript):/i.test(target)

/** What a relationship to the outside is: a feature, or nothing but a link. */
export function judgeRelationship(typeName: string, target: string): PayloadFeature | undefined {
  const type = typeName.toLowerCase()
  const place = placeOfTarget(target)
  if (place === 'inside' || place === 'mail') return undefined
  if (place === 'handler') return type === 'hyperlink' && isInertLink(target) ? undefined : 'external-relationship'
  const reaches = place === 'web' || place === 'share'
  if (type === 'attachedtemplate') return reaches ? 'external-template' : place === 'near' ? 'linked-file' : undefined
  // A chart that is linked to its workbook, or an object to a document of the same office, is honest work.
  if (type === 'oleobject' || type === 'package')
    return reaches || opensProgram(place, target) ? 'external-relationship' : 'linked-file'
  if (type === 'hyperlink') return opensProgram(place, target) ? 'external-relationship' : undefined
  if (shown.has(type))
    return place === 'share' ? 'external-relationship' : place === 'local' ? undefined : 'linked-file'
  if (workbooks.has(type)) return opensProgram(place, target) ? 'external-relationship' : 'linked-file'
  return reaches ? 'external-relationship' : 'linked-file'
}

/** A click that opens a program, script or shortcut on a disk or file server. */
const opensProgram = (place: TargetPlace, target: string): boolean =>
  (place === 'share' || place === 'near' || place === 'local') &&
  meaningOfEnding(endingOf(target.split(/[?#]/, 1)[0] ?? '')) !== 'none'
