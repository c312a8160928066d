/** The registry of formats of machine and network events. Adding a format is one file and one line in the list of its
 *  kind. */
import { cloudFormats } from './cloud-formats.ts'
import type { EventFormat } from './format.ts'
import { linuxFormats } from './linux-formats.ts'
import { networkFormats } from './network-formats.ts'
import { votingFormats } from './voting-formats.ts'
import { windowsFormats } from './windows-formats.ts'

export const eventFormats: readonly EventFormat[] = [
  ...windowsFormats,
  ...linuxFormats,
  ...networkFormats,
  ...cloudFormats,
  ...votingFormats,
]
