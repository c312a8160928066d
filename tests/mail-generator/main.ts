/** `npm run mail-set -- --seed N --out DIR`: writes a set of mails with its truth, its vendors and its office. It uses the
 *  corpora for headers and plain mail where they are there, and says so where they are not. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readHam } from './frames.ts'
import { makeMailSet, usualSize } from './mail-set.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, out: { type: 'string' }, campaigns: { type: 'string' } },
})
if (values.out === undefined) throw new Error('--out names a folder.')
const corpora = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
const ham = readHam(corpora)
if (ham === undefined) console.log(`There is no mail below ${corpora}: headers and plain mail are invented.`)
const campaigns = Number(values.campaigns ?? usualSize.campaigns)
const { vendors, office, mails } = makeMailSet(Number(values.seed), { ...usualSize, campaigns }, ham)
mkdirSync(join(values.out, 'mails'), { recursive: true })
for (const { truth, bytes } of mails) writeFileSync(join(values.out, 'mails', truth.file), bytes)
writeFileSync(join(values.out, 'truth.jsonl'), mails.map(({ truth }) => `${JSON.stringify(truth)}\n`).join(''))
// Vendors that exist are in the shipped registry; the invented ones are for the office to add.
const invented = vendors.flatMap(({ isInvented, ...vendor }) => (isInvented ? [vendor] : []))
writeFileSync(join(values.out, 'vendors.json'), `${JSON.stringify(invented, null, 2)}\n`)
writeFileSync(join(values.out, 'office.json'), `${JSON.stringify(office, null, 2)}\n`)
console.log(`${mails.length} mails of seed ${values.seed} in ${values.out}`)
