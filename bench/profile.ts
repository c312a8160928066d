/** Prints the functions of a `.cpuprofile` file that had the most samples of their own. */
import { readFileSync } from 'node:fs'
import { printTable } from './table.ts'

/** The part of V8's profile format that is read here (DevTools protocol, `Profiler.Profile`). */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const rowsMax = 30

const path = process.argv[2]
if (path === undefined) {
  console.error('usage: npx node bench/profile.ts FILE.cpuprofile')
  process.exit(2)
}
const profile = JSON.parse(readFileSync(path, 'utf8')) as Profile
const nameOf = new Map(
  profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
    id,
    `${functionName || '(anonymous)'} ${url === '' ? '' : `${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`}`.trim(),
  ]),
)
const ownMs = new Map<string, number>()
let totalMs = 0
for (const [i, id] of profile.samples.entries()) {
  const name = nameOf.get(id) ?? '(unknown)'
  const ms = (profile.timeDeltas[i] ?? 0) / 1_000
  totalMs += ms
  ownMs.set(name, (ownMs.get(name) ?? 0) + ms)
}
printTable(
  ['function', 'own ms', '%'],
  [...ownMs]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, rowsMax)
    .map(([name, ms]) => [name, ms.toFixed(0), ((ms / totalMs) * 100).toFixed(1)]),
)
