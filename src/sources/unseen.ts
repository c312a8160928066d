/** Opens files so that reading leaves no trace in their time of access, where the system lets this user do so (on Linux the
 *  owner and root: open(2), O_NOATIME); elsewhere as usual. */
import { constants, openSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from './problem.ts'

const unseen = constants.O_NOATIME ?? 0

/** A descriptor. `flags` besides reading. Throws what the system throws. */
export function openUnseenSync(path: string | Buffer, flags: number): number {
  try {
    return openSync(path, constants.O_RDONLY | flags | unseen)
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error
    return openSync(path, constants.O_RDONLY | flags)
  }
}

/** A handle. Rejects with what the system says. */
export async function openUnseen(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | unseen)
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error
    return await open(path, constants.O_RDONLY)
  }
}
