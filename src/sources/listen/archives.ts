/** Recognises, by their first bytes, files that hold other files, or packings that are not read, to refuse them with a
 *  sentence instead of taking them for text. */

/** What `bellwether pack` writes, unpacked. */
export const bundleName = 'a signed bundle'

const magics: readonly (readonly [at: number, bytes: string, name: string])[] = [
  [0, 'PK\x03\x04', 'a zip archive (or an Office document)'],
  [0, 'PK\x05\x06', 'an empty zip archive'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7-Zip archive'],
  [0, 'Rar!\x1a\x07', 'a RAR archive'],
  [0, '\xfd7zXZ\x00', 'packed with xz'],
  [0, 'BZh', 'packed with bzip2'],
  [0, 'bellwether-bundle/', bundleName],
  [257, 'ustar', 'a tar archive'],
]

/** What kind of archive this is, as a phrase, or undefined. Give it 512 bytes. */
export function archiveName(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 512)).toString('latin1')
  return magics.find(([at, bytes]) => text.startsWith(bytes, at))?.[2]
}
