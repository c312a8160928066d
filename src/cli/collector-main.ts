/** The program on the stick: `bellwether-collect [FOLDER...]`. It is built into one file with its own Node.js
 *  (`npm run collect:build`) and needs nothing on the machine that it runs on. */
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { collect, foldersIn } from '../sources/collect/collect.ts'
import { machineNameOf } from '../sources/drop/manifest.ts'

const usage = `Use:
  bellwether-collect [FOLDER...] [--machine NAME] [--logs PATH]... [--no-logs]

Takes the hashes of all files in the folders (or of those that stand in
folders.txt beside this program, one on a line) and the logs of this machine,
and packs them into one signed file in the folder "bundles" beside this program.
Take the stick to the desk then. This machine is not changed.
`

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

async function main(): Promise<number> {
  const options = {
    machine: { type: 'string' },
    logs: { type: 'string', multiple: true },
    'no-logs': { type: 'boolean' },
    stick: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  let given: { values: { [name in keyof typeof options]?: unknown }; positionals: string[] }
  try {
    given = parseArgs({ options, allowPositionals: true, strict: true })
  } catch {
    say(usage)
    return 2
  }
  const { values, positionals } = given
  if (values.help === true) {
    process.stdout.write(usage)
    return 0
  }
  const stick = resolve(typeof values.stick === 'string' ? values.stick : dirname(process.execPath))
  const software = positionals.length > 0 ? positionals : foldersIn(join(stick, 'folders.txt'))
  const hasLogs = values['no-logs'] !== true
  const named = Array.isArray(values.logs) ? values.logs.map(String) : undefined
  const collected = await collect({
    stick,
    software,
    logs: hasLogs ? (named ?? ['/var/log']) : [],
    journal: hasLogs && named === undefined,
    machine: machineNameOf(typeof values.machine === 'string' ? values.machine : hostname()),
    nowMs: Date.now(),
    hasModes: process.platform !== 'win32',
    say,
  })
  if (!collected.ok) {
    say(collected.error)
    return 1
  }
  const { bundlePath, files, manifests, logs, fingerprint, publicKey, isNewKey } = collected.value
  process.stdout.write(
    `Took ${files} files of ${manifests} folders and ${logs} logs into\n  ${bundlePath}\n` +
      `${isNewKey ? 'A key was made on this stick.\n' : ''}Key fingerprint:  ${fingerprint}\nPublic key:       ${publicKey}\n` +
      'Write the fingerprint on paper. Eject the stick, and take it to the desk.\n',
  )
  return 0
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    say(`Something went wrong that should not: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  },
)
