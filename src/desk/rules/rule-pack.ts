/** The rules of a desk: ours, those that the office keeps in its data folder, and those that its configuration names. They
 *  are read in a process of their own, which ends, and lie in one file until the analysis meets the first event: a desk
 *  without events keeps nothing of them in memory. `bellwether rules check` says what cannot be used. */
import { fork } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RulesConfiguration } from '../config/config.ts'
import type { PackRequest } from './rule-pack-file.ts'

/** Where they wait. */
export const rulePackPath = (data: string): string => join(data, 'cache', 'rules', 'pack.json')

/** Has the rules read and written to a file; gives its path. Where that fails, an earlier file is used, or no rule; `complain`
 *  gets the sentence. */
export async function packRules(
  data: string,
  configuration: RulesConfiguration,
  complain: (message: string) => void,
): Promise<string> {
  const out = rulePackPath(data)
  try {
    await mkdir(dirname(out), { recursive: true, mode: 0o700 })
    const request: PackRequest = { data, configuration, out }
    const program = fileURLToPath(new URL('./rule-pack-process.ts', import.meta.url))
    const child = fork(program, [JSON.stringify(request)], { stdio: 'ignore', execArgv: [] })
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('exit', resolve).once('error', reject),
    )
    if (code === 0) return out
    complain(
      'The detection rules could not be read anew; those of the last start are used. Try "bellwether rules check".',
    )
  } catch {
    complain('The detection rules could not be read. Check that the disk has room, then start the desk again.')
  }
  return out
}
