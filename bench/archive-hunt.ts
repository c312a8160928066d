/** A hunt as a whole process, for `archive.ts`: the folder of data and a list of addresses in, one line out. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIndicatorList } from '../src/formats/indicator-list.ts'
import { Archive } from '../src/store/archive/archive.ts'

const [data = '', list = ''] = process.argv.slice(2)
const archive = new Archive(join(data, 'archive'))
const answer = await archive.hunt({ limit: 100 }, [readIndicatorList('list', readFileSync(list, 'utf8'))])
if (!answer.ok) throw new Error(answer.error.message)
console.log(`${answer.value.total} records of ${answer.value.addresses} addresses`)
await archive.close()
