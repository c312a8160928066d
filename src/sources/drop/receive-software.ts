/** Takes a manifest of software out of a verified bundle: it is kept on our disk under its content's hash, and checked as if
 *  nobody had. */
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckedManifest } from '../../software/read-manifest.ts'
import { fingerprintOf, normaliseKey } from '../../software/signing-key.ts'
import type { ByteInput } from '../byte-input.ts'
import { showPath } from '../problem.ts'
import { checkManifestFile } from '../tree/manifest-file.ts'

/** A manifest that came in a bundle. */
export interface ReceivedManifest {
  /** Its name in the bundle. */
  readonly name: string
  /** The machine that the bundle is of. */
  readonly machine: string
  /** Where it is kept; undefined where it cannot be used. */
  readonly path: string | undefined
  readonly manifest: CheckedManifest | undefined
  /** Why it cannot be used, as a sentence. */
  readonly problem: string | undefined
}

/** What receiving needs. */
export interface ReceiveRequest {
  readonly name: string
  readonly sha256: string
  readonly machine: string
  readonly trustedKeys: readonly string[]
  readonly folder: string
  readonly input: ByteInput
}

const pieceBytes = 1024 * 1024
const manifestSuffix = '.manifest'

/** Where a manifest is kept. */
export const receivedPath = (folder: string, sha256: string): string => join(folder, sha256 + manifestSuffix)

/** Keeps and checks a manifest. Rejects where our disk fails. */
export async function receiveSoftware(request: ReceiveRequest): Promise<ReceivedManifest> {
  const { name, sha256, machine, folder, input } = request
  const path = receivedPath(folder, sha256)
  const partial = `${path}.partial`
  const file = await open(partial, 'w', 0o600)
  try {
    const piece = Buffer.allocUnsafe(pieceBytes)
    for (
      let count = await input.read(piece, 0, pieceBytes);
      count > 0;
      count = await input.read(piece, 0, pieceBytes)
    ) {
      await file.writeFile(piece.subarray(0, count))
    }
    await file.datasync()
  } finally {
    await file.close()
  }
  const { manifest, problem } = checkReceived(partial, request)
  if (problem !== undefined) {
    await rm(partial, { force: true })
    return { name, machine, path: undefined, manifest: undefined, problem }
  }
  await rename(partial, path)
  return { name, machine, path, manifest, problem: undefined }
}

function checkReceived(
  path: string,
  { name, machine, trustedKeys }: ReceiveRequest,
): { readonly manifest?: CheckedManifest; readonly problem?: string } {
  const shown = showPath(name)
  const checked = checkManifestFile(path)
  if (!checked.ok)
    return { problem: `The list of software ${shown} cannot be used: it is damaged, or of another version.` }
  const { publicKey, head } = checked.value
  if (!trustedKeys.map(normaliseKey).includes(publicKey)) {
    return {
      problem: `The list of software ${shown} is signed with a key that this desk does not trust (${fingerprintOf(publicKey)}).`,
    }
  }
  if (head.machine !== machine)
    return { problem: `The list of software ${shown} is of another machine than its bundle.` }
  return { manifest: checked.value }
}
