/** Differences as a person reads them: worst first, and what belongs together as one group, so that ten thousand new logs
 *  in a folder are one line. Sentences name paths as they are: whoever prints them makes them safe for a terminal. */
import { type DifferenceKind, type Severity, type SoftwareDifference, severityOf } from './difference.ts'
import { nameOf, type Signer, type SoftwareEntry } from './entry.ts'

/** Differences of one kind in one folder. */
export interface DifferenceGroup {
  readonly kind: DifferenceKind
  readonly severity: Severity
  readonly program: boolean
  /** The pattern that expects all of them. */
  readonly expected?: string
  /** The folder that all are in, at whatever depth; empty for the folder that was compared. */
  readonly folder: string
  /** How all their names end, such as `.log`; undefined where they end differently. */
  readonly ending?: string
  /** In order of path. */
  readonly differences: readonly SoftwareDifference[]
}

/** What a person reads above the groups of a kind. */
const headings: Readonly<Record<DifferenceKind, { readonly program: string; readonly other: string }>> = {
  'signer-changed': {
    program: 'Programs that were changed, and are not signed as before',
    other: 'Files that were changed, and are not signed as before',
  },
  'type-changed': { program: 'Replaced by something of another kind', other: 'Replaced by something of another kind' },
  changed: { program: 'Programs that were changed', other: 'Files that were changed' },
  added: { program: 'New programs', other: 'New files' },
  unlisted: { program: 'Programs that the list does not know', other: 'Files that the list does not know' },
  removed: { program: 'Programs that are gone', other: 'Files that are gone' },
  unread: { program: 'Could not be read, so nobody knows', other: 'Could not be read, so nobody knows' },
  'mode-changed': { program: 'Same content, other permissions', other: 'Same content, other permissions' },
  moved: { program: 'Moved or renamed, same content', other: 'Moved or renamed, same content' },
}

/** The heading of a group; groups that follow one another under the same heading are one section. */
export const headingOf = ({ kind, program, expected }: DifferenceGroup): string =>
  expected === undefined ? headings[kind][program ? 'program' : 'other'] : 'Expected changes'

const wholesale = 3

/** Groups differences that are in order (`orderDifferences`). `linesAtMost`: groups of one kind. */
export function groupDifferences(differences: readonly SoftwareDifference[], linesAtMost = 12): DifferenceGroup[] {
  const kinds = new Map<string, SoftwareDifference[]>()
  for (const difference of differences) {
    const { kind, program, expected } = difference
    // Kinds under one heading are one list.
    const joined = ['moved', 'mode-changed', 'unread', 'type-changed'].includes(kind) || program
    const key = JSON.stringify([severityOf(difference), kind, joined, expected])
    const list = kinds.get(key)
    if (list === undefined) kinds.set(key, [difference])
    else list.push(difference)
  }
  return [...kinds.values()].flatMap((list) =>
    split(list, list[0]?.expected === undefined ? linesAtMost : 1).map((each) => groupOf(each)),
  )
}

function groupOf(differences: readonly SoftwareDifference[]): DifferenceGroup {
  const [first] = differences as readonly [SoftwareDifference]
  const endings = new Set(differences.map(({ path }) => endingOf(path)))
  const [ending] = endings
  return {
    kind: first.kind,
    severity: severityOf(first),
    program: differences.every(({ program }) => program),
    folder: sharedFolder(differences),
    differences,
    ...(first.expected === undefined ? {} : { expected: first.expected }),
    ...(endings.size === 1 && ending !== undefined && ending !== '' ? { ending } : {}),
  }
}

function endingOf(path: string): string {
  const name = nameOf(path)
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= 12 ? name.slice(dot).toLowerCase() : ''
}

function sharedFolder(differences: readonly SoftwareDifference[]): string {
  let shared = (differences[0]?.path ?? '').split('/').slice(0, -1)
  for (const { path } of differences) {
    const parts = path.split('/')
    let same = 0
    while (same < shared.length && same < parts.length - 1 && parts[same] === shared[same]) same++
    if (same < shared.length) shared = shared.slice(0, same)
  }
  return shared.join('/')
}

/** Splits a list by folders, the fullest first, as long as that gives no more than so many parts. */
function split(list: readonly SoftwareDifference[], partsAtMost: number): (readonly SoftwareDifference[])[] {
  if (list.length <= partsAtMost) return list.map((each) => [each])
  let parts: (readonly SoftwareDifference[])[] = [list]
  const whole = new Set<readonly SoftwareDifference[]>()
  for (;;) {
    const open = parts.filter((part) => part.length > 1 && !whole.has(part))
    if (open.length === 0) return parts
    const fullest = open.reduce((most, part) => (part.length > most.length ? part : most))
    const children = childrenOf(fullest)
    if (children.length < 2 || parts.length - 1 + children.length > partsAtMost) whole.add(fullest)
    else parts = parts.flatMap((part) => (part === fullest ? children : [part]))
  }
}

/** What is in each folder of the next depth, and what lies beside them. */
function childrenOf(list: readonly SoftwareDifference[]): (readonly SoftwareDifference[])[] {
  const folder = sharedFolder(list)
  const at = folder === '' ? 0 : folder.length + 1
  const children = new Map<string, SoftwareDifference[]>()
  for (const difference of list) {
    const slash = difference.path.indexOf('/', at)
    const key = slash < 0 ? '' : difference.path.slice(at, slash)
    const child = children.get(key)
    if (child === undefined) children.set(key, [difference])
    else child.push(difference)
  }
  const parts = [...children.values()]
  return parts.length === 1 && list.length <= wholesale ? list.map((each) => [each]) : parts
}

const nouns: Readonly<Record<DifferenceKind, string>> = {
  'signer-changed': 'changed',
  'type-changed': 'replaced',
  changed: 'changed',
  added: 'new',
  unlisted: 'unknown',
  removed: 'gone',
  unread: 'unread',
  'mode-changed': 'with other permissions',
  moved: 'moved',
}

/** The line of a group, and below it what is to be said of the one thing in it, or some of the names. */
export function groupText(group: DifferenceGroup): { readonly title: string; readonly details: readonly string[] } {
  const { differences, folder, ending, kind, program, expected } = group
  const [first] = differences as readonly [SoftwareDifference]
  if (differences.length === 1 && expected === undefined) {
    return { title: first.path, details: [detailOf(first)].filter((text) => text !== '') }
  }
  const noun = `${program ? 'program' : 'file'}${differences.length === 1 ? '' : 's'}`
  const kindWord = ending === undefined ? '' : ` (${ending})`
  const count = `${differences.length.toLocaleString('en-US')} ${noun}${kindWord} ${nouns[kind]}`
  const place = folder === '' ? 'in this folder' : `in ${folder}/`
  if (expected !== undefined) return { title: `${count}, as "${expected}" expects`, details: [] }
  const names = differences.slice(0, 3).map(({ path }) => nameOf(path))
  const more = differences.length > names.length ? ', ...' : ''
  return { title: `${count} ${place}`, details: [`${names.join(', ')}${more}`] }
}

const named = ({ subject }: Signer): string =>
  /(?:^|, )CN=((?:[^,\\]|\\.)*)/.exec(subject)?.[1]?.replaceAll('\\', '') ?? subject

/** What is to be said of one difference; empty where its heading says it all. */
export function detailOf({ kind, from, before, now }: SoftwareDifference): string {
  switch (kind) {
    case 'signer-changed':
    case 'changed':
      return signerDetail(before, now)
    case 'added':
    case 'unlisted':
      return newDetail(now)
    case 'type-changed':
      return `It was ${typeWords(before)}, and now is ${typeWords(now)}.`
    case 'unread':
      return now?.type === 'unread' ? unreadWords[now.why] : ''
    case 'mode-changed':
      return modeDetail(before, now)
    case 'moved':
      return `It was ${from} before.`
    case 'removed':
      return before?.type === 'folder' ? 'An empty folder.' : ''
  }
}

function signerDetail(before: SoftwareEntry | undefined, now: SoftwareEntry | undefined): string {
  if (before?.type === 'link' && now?.type === 'link')
    return `It led to ${before.target}, and now leads to ${now.target}.`
  const was = before?.type === 'file' ? before.signer : undefined
  const is = now?.type === 'file' ? now.signer : undefined
  const wasText = was === undefined ? '' : `It was signed by ${named(was)}. `
  if (is === undefined) return was === undefined ? '' : `${wasText}Now it has no signature.`
  if (is.state === 'differs')
    return `It carries a signature of ${named(is)} that does not fit it: the file was changed after it was signed.`
  if (is.state === 'unreadable') return `${wasText}Now its signature cannot be read.`
  const isSame = was !== undefined && was.subject === is.subject && was.issuer === is.issuer
  if (isSame) return `Its signature by ${named(is)} fits, as before: it may be an update. Ask the vendor.`
  return `${wasText}Now it is signed by ${named(is)}.`
}

function newDetail(now: SoftwareEntry | undefined): string {
  if (now?.type === 'link') return `A link to ${now.target}.`
  if (now?.type === 'folder') return 'An empty folder.'
  if (now?.type === 'other') return `It is ${typeWords(now)}.`
  if (now?.type !== 'file' || now.signer === undefined) return ''
  const { signer } = now
  if (signer.state === 'matches')
    return `Signed by ${named(signer)}. Whether that certificate is genuine was not checked.`
  return signer.state === 'differs'
    ? `It carries a signature of ${named(signer)} that does not fit it.`
    : 'It carries a signature that cannot be read.'
}

const unreadWords: Readonly<Record<'denied' | 'changing' | 'failed' | 'too-deep', string>> = {
  denied: 'This user may not read it.',
  changing: 'It was written to while it was read.',
  failed: 'The disk, or the system, did not give it.',
  'too-deep': 'It lies in more folders inside one another than are walked.',
}

function typeWords(entry: SoftwareEntry | undefined): string {
  switch (entry?.type) {
    case 'file':
      return 'a file'
    case 'folder':
      return 'a folder'
    case 'link':
      return `a link to ${entry.target}`
    case 'other':
      return entry.what === 'system-folder'
        ? "a folder of the system's own"
        : `a ${entry.what === 'unknown' ? 'thing of unknown kind' : entry.what}`
    case 'unread':
      return 'something that could not be read'
    case undefined:
      return 'nothing'
  }
}

function modeDetail(before: SoftwareEntry | undefined, now: SoftwareEntry | undefined): string {
  const was = before !== undefined && 'mode' in before ? before.mode : undefined
  const is = now !== undefined && 'mode' in now ? now.mode : undefined
  if (was === undefined || is === undefined) return ''
  const octal = (mode: number): string => mode.toString(8).padStart(4, '0')
  const gained = is & ~was
  const words = [
    gained & 0o6000 ? 'it now runs with the rights of its owner or group' : '',
    gained & 0o002 ? 'anybody may now write to it' : '',
    gained & 0o111 && now?.type === 'file' && !(was & 0o111) ? 'it may now be run' : '',
  ].filter((text) => text !== '')
  return `Permissions ${octal(was)} before, ${octal(is)} now${words.length === 0 ? '' : `: ${words.join('; ')}`}.`
}
