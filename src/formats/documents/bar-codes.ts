/** Reads bar codes in the pictures that an examination found. Decoding is a port, since its program must be loaded first;
 *  here stand which pictures are worth it, and what becomes of what was read. */
import { limits } from '../../core/limits.ts'
import { bigUint16At, bigUint32At, byteAt, uint16At, uint32At } from './bytes.ts'
import type { FoundLink, FoundPicture } from './examination.ts'

/** Decodes the codes of one picture: QR, Data Matrix, Aztec, PDF417. Answers with no texts for what it cannot read. */
export interface BarCodeReader {
  read(picture: FoundPicture): Promise<readonly string[]>
}

/** What the codes of these pictures say, each once. */
export async function readBarCodes(pictures: readonly FoundPicture[], reader: BarCodeReader): Promise<FoundLink[]> {
  const found = new Map<string, FoundLink>()
  for (const picture of pictures.slice(0, limits.documentPicturesMax)) {
    if (!isWorthReading(picture)) continue
    for (const text of await reader.read(picture)) {
      const target = text.slice(0, limits.documentLinkCharactersMax).trim()
      if (target !== '' && !found.has(target)) found.set(target, { target, path: picture.path, from: 'qr-code' })
    }
  }
  return [...found.values()]
}

/** A code needs some twenty pixels on a side; a picture of too many would fill memory when it is decoded. */
function isWorthReading(picture: FoundPicture): boolean {
  const { width, height } = sizeOf(picture)
  return width >= 20 && height >= 20 && width * height <= limits.documentPicturePixelsMax
}

/** A picture's size by its head; zeros where it can't be told. */
export function sizeOf(picture: FoundPicture): { readonly width: number; readonly height: number } {
  const { bytes } = picture
  switch (picture.type) {
    case 'grey':
      return { width: picture.width, height: picture.height }
    case 'png':
      return { width: bigUint32At(bytes, 16), height: bigUint32At(bytes, 20) }
    case 'gif':
      return { width: uint16At(bytes, 6), height: uint16At(bytes, 8) }
    case 'bmp':
      return { width: uint32At(bytes, 18), height: Math.abs(uint32At(bytes, 22) | 0) }
    case 'jpeg':
      return sizeOfJpeg(bytes)
  }
}

/** The size stands in the head of a frame, 0xC0 to 0xCF but for three that are something else (ITU-T T.81, B.2.2). */
function sizeOfJpeg(bytes: Uint8Array): { width: number; height: number } {
  for (let at = 2, count = 0; at + 9 < bytes.length && count < 1_000; count++) {
    if (byteAt(bytes, at) !== 0xff) {
      at++
      continue
    }
    const marker = byteAt(bytes, at + 1)
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: bigUint16At(bytes, at + 7), height: bigUint16At(bytes, at + 5) }
    }
    const isBare = marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9)
    at += isBare ? (marker === 0xff ? 1 : 2) : 2 + Math.max(2, bigUint16At(bytes, at + 2))
  }
  return { width: 0, height: 0 }
}
