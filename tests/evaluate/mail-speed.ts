/** Reads and checks the mails of a folder one after another, and prints mails a second of processor time and the most memory
 *  that the process had, as JSON. A process of its own, so that nothing else counts. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '../../src/formats/documents/examine.ts'
import { MailChecker } from '../../src/watches/mail/check.ts'
import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'
import { messageOf } from './mail-sets.ts'

const folder = process.argv[2] as string
const files = readdirSync(folder).sort()
const checker = new MailChecker({ identities: shippedIdentities, examine })
const check = (names: readonly string[]): void => {
  for (const id of names) checker.check(messageOf({ id, bytes: readFileSync(join(folder, id)) }))
}
// The first mails pay for compiling; an office's desk runs for weeks.
check(files.slice(0, 200))
const before = process.cpuUsage()
check(files)
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({
    mailsPerSecond: files.length / ((user + system) / 1e6),
    memoryMib: process.resourceUsage().maxRSS / 1_024,
  }),
)
