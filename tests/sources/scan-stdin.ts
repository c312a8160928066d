/** A program that tests start: it reads standard input with a spool, says how many lines it saw, reads the last line a
 *  second time as evidence, and waits to be killed if it is told to. */
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { readEvidence } from '../../src/sources/evidence-lines.ts'
import { expandPaths, type SourceFile } from '../../src/sources/paths.ts'
import { openSource, readSample } from '../../src/sources/source.ts'
import { readLines } from './read-whole.ts'

const [file] = (await expandPaths(['-'])).files as [SourceFile]
if (process.argv.includes('--sample')) await readSample(file, { spool: true })
const source = await openSource(file, { spool: true })
if (!source.ok) {
  console.log(JSON.stringify({ problem: source.error.code }))
  process.exit(0)
}
if (process.argv.includes('--wait')) {
  console.log('ready')
  setInterval(() => {}, 1000)
  await readLines(source.value)
}
const lines = await readLines(source.value)
const last = lines.at(-1)
const evidence: string[] = []
if (last !== undefined && source.value.reread !== undefined) {
  const place = { offset: last.offset, length: last.text.length }
  for await (const { raw } of readEvidence(source.value.reread, [place], [])) evidence.push(Buffer.from(raw).toString())
}
source.value.dispose()
console.log(
  JSON.stringify({
    lines: lines.length,
    last: last?.text,
    evidence,
    problems: source.value.problems,
    left: readdirSync(tmpdir()),
  }),
)
