/** The process that makes the catalogue of a desk's rules, so that the desk does not stand still meanwhile: thousands of rules
 *  take some seconds. Its arguments are the pack and the file to write, whole or not at all. */
import { rename, writeFile } from 'node:fs/promises'
import { catalogueOf } from './rule-catalogue.ts'
import { readRulePack } from './rule-pack-file.ts'

const [packPath = '', out = ''] = process.argv.slice(2)
// The desk has ended: nobody waits for it.
process.on('disconnect', () => process.exit(1))
await writeFile(`${out}.partial`, JSON.stringify(catalogueOf(readRulePack(packPath))), { mode: 0o600 })
await rename(`${out}.partial`, out)
process.exit(0)
