/** The analysis' state as the bytes of a checkpoint: compressed, for they go through two threads and into the store, and are a
 *  tenth so. */
import { deserialize, serialize } from 'node:v8'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { recogniseCompression } from '../../sources/compression.ts'

const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** The bytes of a state, in a buffer of their own, which can be handed to another thread. */
export const packState = (state: unknown): Uint8Array<ArrayBuffer> =>
  new Uint8Array(zstdCompressSync(serialize(state), fastest))

/** The state of such bytes; those of a desk before this one were not compressed. */
export const unpackState = (bytes: Uint8Array): unknown =>
  deserialize(recogniseCompression(bytes) === 'zstd' ? zstdDecompressSync(bytes) : bytes)
