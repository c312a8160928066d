/** What is said of the software of machines. Tables are total: a new state or change without words does not compile. */

import { counted, inDigits, listed } from '../../src/core/counts.ts'
import type { SoftwareDifferenceView, SoftwareFolderView } from '../../src/desk/api/software.ts'
import type { Tone } from './terms.ts'

export type SoftwareState = SoftwareFolderView['state']
export type SoftwareChange = SoftwareDifferenceView['kind']

/** How a folder stands. */
export const softwareStateWords: Readonly<Record<SoftwareState, { readonly name: string; readonly tone: Tone }>> = {
  unchanged: { name: 'Unchanged', tone: 'green' },
  changed: { name: 'Changed', tone: 'orange' },
  'no-baseline': { name: 'No baseline yet', tone: 'blue' },
  'no-list': { name: 'Nothing has come yet', tone: 'gray' },
  comparing: { name: 'Being compared', tone: 'blue' },
  failed: { name: 'Could not be compared', tone: 'orange' },
  damaged: { name: 'List cannot be read', tone: 'red' },
}

/** The tone of a folder: a changed program is graver than a moved file. */
export const toneOfFolder = ({ state, severity }: SoftwareFolderView): Tone =>
  state !== 'changed' ? softwareStateWords[state].tone : severity >= 4 ? 'red' : severity >= 3 ? 'orange' : 'gold'

/** What happened: as a label, and after a count of one and of many. */
export const changeWords: Readonly<Record<SoftwareChange, readonly [name: string, one: string, many: string]>> = {
  'signer-changed': [
    'Changed, and not signed as before',
    'was changed and is not signed as before',
    'were changed and are not signed as before',
  ],
  'type-changed': ['Replaced by something else', 'was replaced by something else', 'were replaced by something else'],
  changed: ['Changed', 'was changed', 'were changed'],
  added: ['New', 'is new', 'are new'],
  unlisted: ['Not on the list', 'is not on the list', 'are not on the list'],
  removed: ['Gone', 'is gone', 'are gone'],
  unread: ['Could not be read', 'could not be read', 'could not be read'],
  'mode-changed': ['Other permissions', 'has other permissions', 'have other permissions'],
  moved: ['Moved or renamed', 'was moved or renamed', 'were moved or renamed'],
}

export const allChanges = Object.keys(changeWords) as SoftwareChange[]

/** What stands above the list: that all is well is said only where all was compared. */
export function softwareHeading(folders: readonly Pick<SoftwareFolderView, 'state'>[]): string {
  const countOf = (...states: readonly SoftwareState[]): number =>
    folders.filter(({ state }) => states.includes(state)).length
  const bad = countOf('changed', 'damaged', 'failed')
  if (bad > 0) return `${counted(bad, 'folder needs', 'folders need')} you to look`
  const unchanged = countOf('unchanged')
  if (unchanged < folders.length)
    return `${inDigits(unchanged)} of ${counted(folders.length, 'folder')} known to be unchanged`
  return `${counted(folders.length, 'folder')}, nothing changed`
}

const partsShown = 4

/** One sentence on a folder, for who reads nothing else. */
export function softwareSentence(folder: SoftwareFolderView): string {
  const { state, changes, expected, same, leftOut } = folder
  switch (state) {
    case 'comparing':
      return 'The desk compares this list with the baseline. It takes some seconds.'
    case 'failed':
      return 'The desk could not compare the lists of this machine, so nobody knows whether it changed. Have IT look whether the desk’s disk is full; look here again in a minute.'
    case 'no-baseline':
      return 'Nobody has said yet what should be there. If this list was made on a machine that you trust, keep it as the baseline.'
    case 'no-list':
      return 'A baseline is kept, and no list of this machine has come since. Take the collector there.'
    case 'damaged':
      return 'A list that the desk kept was changed on its disk or is damaged. Bring the list of the machine again, and keep its baseline anew.'
    case 'unchanged':
      return expected === 0
        ? `All ${inDigits(same)} files and folders are as the baseline says.`
        : `All is as the baseline says: ${inDigits(same)} files and folders are the same, ${counted(expected, 'change was', 'changes were')} expected.`
    case 'changed': {
      const parts = changes.map(
        ({ kind, isProgram, count }) =>
          `${counted(count, isProgram ? 'program' : 'file')} ${changeWords[kind][count === 1 ? 1 : 2]}`,
      )
      const shown = parts.slice(0, partsShown)
      const left = parts.length - shown.length
      const more =
        leftOut === 0 ? '' : ` ${counted(leftOut, 'more difference is', 'more differences are')} only counted.`
      return `${listed(left === 0 ? shown : [...shown, `${left} more kinds of change`])}.${more}`
    }
  }
}

/** What a clerk does about a change, by how grave it is. */
export function softwareAdvice({ state, severity }: SoftwareFolderView): readonly string[] {
  if (state !== 'changed' || severity < 2) return []
  const ask =
    'Ask whoever looks after this machine, and the vendor by a number that you know, whether this was planned.'
  if (severity < 3) return [ask]
  return [
    ask,
    'Until you know: do not use the machine for the election, leave it as it is, and write down who was at it.',
    'If nobody planned it, follow the steps of the incident about it.',
  ]
}
