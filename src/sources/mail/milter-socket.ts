/** The socket file at which the milter listens: who may open it, and what a killed desk left of it. */
import { chmod, chown, lstat, readFile, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** Who may open the file. Connecting takes the right to write to it, so others than these cannot. */
export interface MilterSocketRights {
  /** The name of the group of the mail server's processes (`postfix`); without it, the file's group is what its folder
   *  gives it: the folder's own, where that has the set-group-ID bit. */
  readonly group?: string | undefined
  /** The owner and the group alone, unless said otherwise. */
  readonly mode?: number
}

const ownerAndGroup = 0o660

/** Gives a file to a group and to nobody else. Rejects with a sentence where that cannot be. */
export async function giveToGroup(path: string, { group, mode = ownerAndGroup }: MilterSocketRights): Promise<void> {
  if (group !== undefined) {
    const gid = await groupId(group)
    if (gid === undefined)
      throw new Error(`There is no group "${group}" on this machine. Name the group of the mail server's processes.`)
    await chown(path, -1, gid).catch((cause: unknown) => {
      throw new Error(
        `The desk's user is not in the group "${group}", so it cannot give the milter's file to it. Add it (usermod -aG ${group} USER), and start the desk again.`,
        { cause },
      )
    })
  }
  await chmod(path, mode)
}

/** The number of a group of this machine (group(5)). */
async function groupId(name: string): Promise<number | undefined> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '')
  const fields = text.split('\n').map((line) => line.split(':'))
  const id = fields.find(([each]) => each === name)?.[2]
  return id !== undefined && /^\d{1,10}$/.test(id) ? Number(id) : undefined
}

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
