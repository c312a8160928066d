/** The reader of bar codes by zxing-wasm: its program is loaded once from the installed package on disk, never from the
 *  network. A picture that was read is remembered by its hash: campaigns and newsletters send the same ones again. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader'
import { limits } from '../../core/limits.ts'
import type { BarCodeReader } from '../../formats/documents/bar-codes.ts'
import type { FoundPicture } from '../../formats/documents/examination.ts'

/** Codes that carry addresses; the striped ones of goods do not. Trying harder and turned by 90 degrees costs five times
 *  as much and finds codes in photographs of paper, not those that are put into mails. */
const options: ReaderOptions = {
  formats: ['QRCode', 'DataMatrix', 'Aztec', 'PDF417'],
  tryHarder: false,
  tryRotate: false,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 8,
}

/** Loads the program. */
export async function openBarCodeReader(): Promise<BarCodeReader> {
  const file = fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))
  const program = await readFile(file)
  const wasmBinary = program.buffer.slice(program.byteOffset, program.byteOffset + program.byteLength) as ArrayBuffer
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  return new RememberingReader()
}

/** Reads each picture once. */
class RememberingReader implements BarCodeReader {
  readonly #known = new Map<string, readonly string[]>()

  async read(picture: FoundPicture): Promise<readonly string[]> {
    const shape = picture.type === 'grey' ? `grey ${picture.width}` : picture.type
    const key = createHash('sha256').update(`${shape}\0`).update(picture.bytes).digest('base64')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const texts = await readPicture(picture)
    if (this.#known.size >= limits.picturesRememberedMax) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(key, texts)
    return texts
  }
}

async function readPicture(picture: FoundPicture): Promise<readonly string[]> {
  try {
    const input = picture.type === 'grey' ? imageOf(picture) : picture.bytes
    const found = await readBarcodes(input, options)
    return found.filter(({ isValid }) => isValid).map(({ text }) => text)
  } catch {
    // A damaged picture: decoders of pictures throw where they break off.
    return []
  }
}

/** Pixels in the shape that the program takes. */
interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

function imageOf(picture: FoundPicture & { readonly type: 'grey' }): Pixels {
  const { width, height, bytes } = picture
  const data = new Uint8ClampedArray(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const value = bytes[pixel] ?? 255
    data[pixel * 4] = value
    data[pixel * 4 + 1] = value
    data[pixel * 4 + 2] = value
    data[pixel * 4 + 3] = 255
  }
  return { width, height, data }
}
