/** `npm run evaluate`: runs the watch over whichever corpora are present and prints Markdown tables. With `--generated`
 *  also over variations of the corpora and over this project's own recordings; `--only PATTERN` takes recordings by
 *  name; `--strict` makes a missed bar an exit code of 1. `npm run evaluate -- mail` measures the mail watch (mail.ts). */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { barsTable, recordingBars, stringBars } from './bars.ts'
import { generatedRecordings } from './generated.ts'
import { type Measurement, measure, modes } from './measure.ts'
import { corpusRecordings, type OpenRecording } from './recordings.ts'
import { evaluateStrings, type Table } from './strings.ts'
import { markdownTable } from './table.ts'
import { exposureTable, incidentsTable, linesTable } from './tables.ts'
import { variationsOf } from './variations.ts'

if (process.argv[2] === 'mail') {
  await import('./mail.ts')
  process.exit()
}

const { values } = parseArgs({
  options: {
    generated: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    only: { type: 'string' },
    seeds: { type: 'string', default: '6' },
  },
})
const corpora = process.env.BELLWETHER_CORPORA ?? '../shared/corpora'
const only = new RegExp(values.only ?? '')

const print = (...tables: readonly Table[]): void => {
  for (const table of tables) console.log(`${markdownTable(table)}\n`)
}

async function measureAll(recordings: readonly OpenRecording[]): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const { name, open } of recordings) {
    if (!only.test(name)) continue
    const { recording, close } = open()
    try {
      for (const mode of modes) {
        if (mode === 'JSON' && recording.json === undefined) continue
        process.stderr.write(`${name}, ${mode}\n`)
        measured.push(await measure(recording, mode))
      }
    } finally {
      close()
    }
  }
  return measured
}

function printRecordings(part: string, measured: readonly Measurement[]): void {
  print(
    linesTable(`${part}: lines flagged`, measured),
    exposureTable(`${part}: time to detection and records exposed`, measured),
    incidentsTable(`${part}: incidents`, measured),
  )
}

const recordings = existsSync(corpora) ? corpusRecordings(corpora) : []
if (recordings.length === 0) {
  console.log(`Skipped: there are no recordings below ${corpora}; BELLWETHER_CORPORA names another folder.\n`)
}
const measured = await measureAll(recordings)
if (measured.length > 0) printRecordings('Recordings', measured)
const strings = values.only === undefined ? evaluateStrings(corpora) : []
print(...strings)
const bars = [...recordingBars(measured), ...stringBars(strings)]
if (bars.length > 0) print(barsTable(bars))
if (values.generated) {
  const varied = await measureAll(recordings.flatMap(variationsOf))
  if (varied.length > 0) printRecordings('Variations that must not matter', varied)
  printRecordings('Generated recordings', await measureAll(generatedRecordings(Number(values.seeds))))
}
const missed = bars.filter(({ met }) => !met)
if (missed.length > 0) console.log(`${missed.length} of ${bars.length} bars missed.`)
if (values.strict && missed.length > 0) process.exitCode = 1
