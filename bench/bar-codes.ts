/** `npm run bench:bar-codes`: processor time for reading bar codes in one picture, by size and by what it shows, beside the
 *  same library with its own settings in the same run. Prints a table; it judges nothing. */
import { readBarcodes } from 'zxing-wasm/reader'
import type { FoundPicture } from '../src/formats/documents/examination.ts'
import { openBarCodeReader } from '../src/sources/bar-codes/zxing-reader.ts'
import { codePixels, greyPng } from '../tests/mail-generator/other-files.ts'
import { Random } from '../tests/recording/random.ts'
import { describeMachine } from './machine.ts'
import { printTable } from './table.ts'

const sizes = [
  [200, 200],
  [400, 300],
  [800, 600],
  [1600, 1200],
] as const
const rounds = 12
const target = 'https://evid-guides.example/login?id=12345'

type Draw = (width: number, height: number, random: Random) => Uint8Array

/** Dark strokes in lines on white, as a page of text has them. */
const page: Draw = (width, height, random) => {
  const pixels = new Uint8Array(width * height).fill(255)
  for (let top = 8; top + 10 < height; top += 18) {
    for (let x = 8; x < width - 12; x += random.integer(3, 9)) {
      for (let y = top; y < top + 10; y++) if (random.chance(0.6)) pixels[y * width + x] = random.integer(0, 90)
    }
  }
  return pixels
}

/** Soft shades with grain, as a photograph has them. */
const photo: Draw = (width, height, random) => {
  const pixels = new Uint8Array(width * height)
  const waves = Array.from({ length: 6 }, () => [random.fraction() / 40, random.fraction() / 40, random.fraction() * 6])
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 128 + random.integer(-9, 9)
      for (const [a = 0, b = 0, c = 0] of waves) value += 18 * Math.sin(a * x + b * y + c)
      pixels[y * width + x] = Math.max(0, Math.min(255, value))
    }
  }
  return pixels
}

/** A code of four pixels to a square in one corner of a page. */
const withCode: Draw = (width, height, random) => {
  const pixels = page(width, height, random)
  const { pixels: code, side } = codePixels(target, 4)
  for (let y = 0; y < Math.min(side, height); y++)
    for (let x = 0; x < Math.min(side, width); x++) pixels[y * width + x] = code[y * side + x] as number
  return pixels
}

const reader = await openBarCodeReader()

/** Milliseconds of processor time of each picture; the pictures differ, so that none is remembered. */
async function cost(
  pictures: readonly FoundPicture[],
  read: (picture: FoundPicture) => Promise<unknown>,
): Promise<number> {
  const before = process.cpuUsage()
  for (const picture of pictures) await read(picture)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / pictures.length
}

const rows: string[][] = []
for (const [name, draw] of Object.entries({ page, photo, 'page with a code': withCode })) {
  for (const [width, height] of sizes) {
    const random = new Random(`${name}/${width}`)
    const made = Array.from({ length: rounds * 2 }, (): FoundPicture => {
      return { type: 'png', path: [], bytes: greyPng(width, height, draw(width, height, random)) }
    })
    const [warm, measured] = [made.slice(0, rounds), made.slice(rounds)]
    const plain = (picture: FoundPicture): Promise<unknown> => readBarcodes(picture.bytes)
    await cost(warm.slice(0, 3), plain)
    await cost(warm, (picture) => reader.read(picture))
    const ours = await cost(measured, (picture) => reader.read(picture))
    const theirs = await cost(measured.slice(0, 4), plain)
    const again = await cost(measured, (picture) => reader.read(picture))
    const read = (await Promise.all(measured.map((picture) => reader.read(picture)))).filter(
      (texts) => texts.length > 0,
    )
    rows.push([
      `${name}, ${width} x ${height}`,
      ours.toFixed(1),
      theirs.toFixed(1),
      (ours / theirs).toFixed(2),
      again.toFixed(2),
      `${read.length}/${measured.length}`,
    ])
  }
}
console.log(Object.values(describeMachine()).join(', '))
printTable(['picture', 'ms', 'library alone, ms', 'ratio', 'seen before, ms', 'codes read'], rows)
