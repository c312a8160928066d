/** Whether a style hides what it is set on: not displayed, without size, moved out of sight, in the colour of its ground.
 *  It reads the declarations that mail uses for that, and is no engine for CSS. */
import { limits } from '../../core/limits.ts'

/** Declarations by property, in lower case. */
export type Declarations = ReadonlyMap<string, string>

/** Reads `property: value; …`. */
export function parseDeclarations(style: string): Declarations {
  const found = new Map<string, string>()
  for (const declaration of style.slice(0, limits.htmlAttributeCharactersMax).split(';')) {
    const colon = declaration.indexOf(':')
    if (colon < 0) continue
    const name = declaration.slice(0, colon).trim().toLowerCase()
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s?important/i, '')
      .trim()
      .toLowerCase()
    found.set(name, value)
  }
  return found
}

/** The number of pixels of a length; NaN for what is none. */
function pixelsOf(value: string | undefined): number {
  if (value === undefined) return Number.NaN
  const found = /^(-?\d{0,6}(?:\.\d{1,6})?)\s?(px|pt|em|rem|%|vw|vh|in|cm)?$/.exec(value)
  if (found === null || found[1] === '' || found[1] === '-') return Number.NaN
  const number = Number(found[1])
  switch (found[2]) {
    case 'em':
    case 'rem':
      return number * 16
    case '%':
      return number === 0 ? 0 : number < 0 ? number * 10 : Number.NaN
    case 'in':
      return number * 96
    default:
      return number
  }
}

const letterPixelsLeast = 2
const outsidePixels = -400

/** Whether these declarations alone hide the element and all in it. */
export function isHiding(style: Declarations): boolean {
  if (style.size === 0) return false
  if (style.get('display') === 'none' || style.get('mso-hide') === 'all') return true
  const visibility = style.get('visibility')
  if (visibility === 'hidden' || visibility === 'collapse') return true
  const opacity = style.get('opacity')
  if (opacity !== undefined && opacity !== '' && Number(opacity) <= 0.05) return true
  if (pixelsOf(style.get('text-indent')) <= outsidePixels) return true
  const isMoved = ['left', 'right', 'top', 'margin-left', 'margin-top'].some(
    (name) => pixelsOf(style.get(name)) <= outsidePixels,
  )
  if (isMoved) return true
  const clip = style.get('clip')
  if (clip?.replace(/[\s,]|px/g, '') === 'rect(0000)' || style.get('clip-path') === 'inset(100%)') return true
  const isCut = style.get('overflow')?.includes('hidden') ?? false
  return isCut && ['height', 'width', 'max-height', 'max-width'].some((name) => pixelsOf(style.get(name)) <= 1)
}

/** Whether letters of this size cannot be read; undefined where the declarations set no size. */
export function isTiny(style: Declarations): boolean | undefined {
  const size = style.get('font-size') ?? /(?:^|\s)(\d{1,4}(?:px|pt|em)?)(?:\/|\s)/.exec(style.get('font') ?? '')?.[1]
  const pixels = pixelsOf(size)
  return Number.isNaN(pixels) ? undefined : pixels < letterPixelsLeast
}

const colourNames: Readonly<Record<string, number>> = {
  white: 0xffffff,
  black: 0,
  snow: 0xfffafa,
  whitesmoke: 0xf5f5f5,
  red: 0xff0000,
  blue: 0x0000ff,
  gray: 0x808080,
  grey: 0x808080,
  silver: 0xc0c0c0,
  navy: 0x000080,
}

/** A colour as 0xRRGGBB; undefined for what is none or not known; `transparent` is -1. */
export function parseColour(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = text.trim().toLowerCase()
  if (value === 'transparent') return -1
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(value)
  if (short !== null) return Number.parseInt(`${short[1]}${short[1]}${short[2]}${short[2]}${short[3]}${short[3]}`, 16)
  if (/^#?[0-9a-f]{6}(?:[0-9a-f]{2})?$/.test(value)) return Number.parseInt(value.replace('#', '').slice(0, 6), 16)
  const rgb = /^rgba?\(\s?(\d{1,3})[,\s]\s?(\d{1,3})[,\s]\s?(\d{1,3})(?:\s?[,/]\s?([\d.]{1,8}))?\s?\)$/.exec(value)
  if (rgb !== null) {
    if (rgb[4] !== undefined && Number(rgb[4]) < 0.05) return -1
    return (Number(rgb[1]) << 16) | (Number(rgb[2]) << 8) | Number(rgb[3])
  }
  return colourNames[value]
}

/** Whether two colours cannot be told apart by eye. */
export function looksSame(a: number, b: number): boolean {
  const apart = (shift: number): number => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255))
  return apart(16) + apart(8) + apart(0) <= 12
}

/** Classes, ids and elements that a style sheet hides whatever the screen: `.pre{display:none}`. Rules for some screens
 *  only (`@media`) and selectors of more than one step are left out, for they hide in some places only. */
export function hidingSelectors(sheet: string): string[] {
  const found: string[] = []
  let at = 0
  for (let rules = 0; rules < limits.htmlStyleRulesMax; rules++) {
    const open = sheet.indexOf('{', at)
    if (open < 0) break
    const selectors = sheet
      .slice(at, open)
      .replace(/<!--|-->/g, '')
      .trim()
    if (selectors.startsWith('@')) {
      at = blockEnd(sheet, open)
      continue
    }
    const close = sheet.indexOf('}', open)
    const end = close < 0 ? sheet.length : close
    const style = parseDeclarations(sheet.slice(open + 1, end))
    if (isHiding(style) || isTiny(style) === true) {
      for (const selector of selectors.slice(0, 2_000).split(',')) {
        const simple = selector.trim().toLowerCase()
        if (/^[a-z0-9]{0,20}[.#]?[\w-]{1,100}$/.test(simple)) found.push(simple)
      }
    }
    at = end + 1
  }
  return found
}

/** Index after the block that opens at `open`, blocks inside it included. */
function blockEnd(sheet: string, open: number): number {
  let depth = 0
  for (let i = open; i < sheet.length; i++) {
    if (sheet[i] === '{') depth++
    else if (sheet[i] === '}' && --depth === 0) return i + 1
  }
  return sheet.length
}
