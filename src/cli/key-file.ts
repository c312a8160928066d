/** The key that signs what leaves this machine: read from its file, or made at the first use, for its owner alone. */
import { createPrivateKey } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '../core/result.ts'
import { isSigningKey, makeKey, publicKeyOf } from '../software/signing-key.ts'

/** Where the key lies unless another file is named. */
export const keyPathIn = (homeFolder: string): string => join(homeFolder, '.bellwether', 'pack.key')

/** The key's text (PKCS8 PEM). `onMade` is told where a new one lies. The failure is a sentence. */
export async function readOrMakeKey(path: string, onMade: (path: string) => void): Promise<Result<string, string>> {
  try {
    const text = await readFile(path, 'utf8')
    if (isSigningKey(text)) return ok(text)
    createPrivateKey(text)
    return err(`The key ${path} is of another kind than Ed25519. Name another file with --key, or let one be made.`)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      return err(`The key ${path} cannot be read or is no key. Name another file with --key, or let one be made.`)
    }
  }
  const made = makeKey()
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(made)
    await file.sync()
    await file.close()
  } catch {
    return err(`A key could not be written to ${path}. Name a file in a folder of yours with --key.`)
  }
  onMade(path)
  return ok(made)
}

/** The public half of a key that is there; undefined where there is none. */
export async function publicKeyIn(path: string): Promise<string | undefined> {
  try {
    return publicKeyOf(createPrivateKey(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}
