/** The socket file at which the milter listens: who may open it, and what a killed desk left of it. */
import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** Leaves a socket file to its owner and its group, which its folder gives it where that has the set-group-ID bit. Connecting
 *  takes the right to write to it, so others cannot. */
export const closeToOthers = (path: string): Promise<void> => chmod(path, 0o660)

/** Removes a socket file on which nobody listens, which is what a killed process leaves. Any other file is somebody's. */
export async function removeLeftSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSocket() !== true) return
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'))
  })
  if (!isAlive) await unlink(path).catch(() => undefined)
}
