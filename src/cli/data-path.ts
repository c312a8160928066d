/** Where a desk keeps its data: what the environment says, or the usual place of the system. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the desk keeps its data, if nobody says otherwise. */
export function defaultDataPath(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment.XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
  return environment.BELLWETHER_DATA ?? join(base, 'bellwether')
}
