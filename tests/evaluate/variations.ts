/** The corpus's timelines, changed in ways that must not change what is found: without request ids in the database log,
 *  in another time zone, with other names of pages and parameters, with tools that call themselves browsers. A line
 *  stays a line, so that the truth holds. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeRecording } from './made.ts'
import type { CorpusRecording, OpenRecording } from './recordings.ts'
import { type LineTruth, linesOf, requestComment } from './truth.ts'

interface Variation {
  readonly name: string
  readonly access: (line: string, number: number, truth: LineTruth) => string
  readonly database: (line: string) => string
}

const same = (line: string): string => line
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Writes a time of the combined format in another zone: the same moment. */
function inZone(line: string, offsetMinutes: number): string {
  return line.replace(
    /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]/,
    (_, ...parts: string[]) => {
      const [day, month, year, hour, minute, second, sign, zoneHours, zoneMinutes] = parts as [string, ...string[]]
      const east = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes))
      const utc = Date.UTC(Number(year), months.indexOf(month as string), Number(day), Number(hour), Number(minute))
      const local = new Date(utc + (offsetMinutes - east) * 60_000 + Number(second) * 1_000)
      const two = (value: number): string => String(value).padStart(2, '0')
      const zone = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMinutes) / 60))}${two(Math.abs(offsetMinutes) % 60)}`
      const date = `${two(local.getUTCDate())}/${months[local.getUTCMonth()]}/${local.getUTCFullYear()}`
      return `[${date}:${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${zone}]`
    },
  )
}

const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0'

/** Attackers' user agents that carry no payload become a browser's. */
function disguise(line: string, number: number, truth: LineTruth): string {
  if (truth.attackOfLine[number] === '') return line
  return line.replace(/"([^"]*)"$/, (agent, text: string) =>
    /[<>'\\]|%27|\bselect\b/i.test(text) ? agent : `"${browser}"`,
  )
}

const newPaths = ['/track/progress', '/events/list', '/people/card', '/office/sign-in']
const newParameters = ['ref', 'number', 'key']
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** New names for the pages and parameters that the set's README names as attacked. */
function renaming(readme: string): (line: string) => string {
  const names = [...readme.matchAll(/`(\/[\w/.-]+)(?:\?(\w+)=)?`/g)]
  const paths = [...new Set(names.map((match) => match[1] as string))].slice(0, newPaths.length)
  const parameters = [...new Set(names.flatMap((match) => match[2] ?? []))].slice(0, newParameters.length)
  const rules = [
    ...paths.map(
      (path, i) =>
        [new RegExp(`(?<= |https?://[^/ "]+)${escaped(path)}(?=[?" /#])`, 'g'), newPaths[i] as string] as const,
    ),
    ...parameters.map(
      (parameter, i) => [new RegExp(`(?<=[?&])${parameter}(?==)`, 'g'), newParameters[i] as string] as const,
    ),
  ]
  return (line) => rules.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line)
}

const variationsFor = (readme: string): Variation[] => [
  { name: 'no request ids', access: same, database: (line) => line.replaceAll(new RegExp(requestComment, 'g'), '') },
  { name: 'zone -0500', access: (line) => inZone(line, -300), database: same },
  { name: 'other names', access: renaming(readme), database: same },
  { name: 'disguised tools', access: disguise, database: same },
]

/** The variations of a recording; of a timeline only, and of one with attacks. */
export function variationsOf(recording: CorpusRecording): OpenRecording[] {
  if (recording.kind !== 'timeline' || recording.name.startsWith('quiet')) return []
  const readme = readFileSync(join(recording.prefix, '../../README.md'), 'utf8')
  return variationsFor(readme).map((variation) => {
    const name = `${recording.name}, ${variation.name}`
    return {
      name,
      open: () => {
        const { truth } = recording.open().recording
        return writeRecording(name, 'variation', {
          access: linesOf(`${recording.prefix}access.log.gz`).map((line, i) => variation.access(line, i + 1, truth)),
          database: linesOf(`${recording.prefix}postgres.jsonl.gz`).map(variation.database),
          truth,
        })
      },
    }
  })
}
