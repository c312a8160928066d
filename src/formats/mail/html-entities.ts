/** Character references of HTML as characters: numbers, the names of HTML 4, and the names of HTML 5 that stand for
 *  punctuation, white space or nothing, with which links and words are disguised. Unknown names stay as they are. */

/** U+00A0 to U+00FF in their order, as HTML 4 section 24.2 names them. */
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
/** U+0391 to U+03A9 and U+03B1 to U+03C9; `-` where none is. */
const greek =
  'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega'

const others: Readonly<Record<string, number>> = {
  quot: 0x22,
  QUOT: 0x22,
  amp: 0x26,
  AMP: 0x26,
  apos: 0x27,
  lt: 0x3c,
  LT: 0x3c,
  gt: 0x3e,
  GT: 0x3e,
  COPY: 0xa9,
  REG: 0xae,
  OElig: 0x152,
  oelig: 0x153,
  Scaron: 0x160,
  scaron: 0x161,
  Yuml: 0x178,
  fnof: 0x192,
  circ: 0x2c6,
  tilde: 0x2dc,
  ensp: 0x2002,
  emsp: 0x2003,
  emsp13: 0x2004,
  emsp14: 0x2005,
  numsp: 0x2007,
  puncsp: 0x2008,
  thinsp: 0x2009,
  hairsp: 0x200a,
  ZeroWidthSpace: 0x200b,
  NegativeThinSpace: 0x200b,
  zwnj: 0x200c,
  zwj: 0x200d,
  lrm: 0x200e,
  rlm: 0x200f,
  NoBreak: 0x2060,
  InvisibleTimes: 0x2062,
  InvisibleComma: 0x2063,
  hyphen: 0x2010,
  dash: 0x2010,
  ndash: 0x2013,
  mdash: 0x2014,
  lsquo: 0x2018,
  rsquo: 0x2019,
  rsquor: 0x2019,
  sbquo: 0x201a,
  ldquo: 0x201c,
  rdquo: 0x201d,
  bdquo: 0x201e,
  dagger: 0x2020,
  Dagger: 0x2021,
  bull: 0x2022,
  hellip: 0x2026,
  permil: 0x2030,
  prime: 0x2032,
  Prime: 0x2033,
  lsaquo: 0x2039,
  rsaquo: 0x203a,
  oline: 0x203e,
  frasl: 0x2044,
  euro: 0x20ac,
  trade: 0x2122,
  larr: 0x2190,
  uarr: 0x2191,
  rarr: 0x2192,
  darr: 0x2193,
  harr: 0x2194,
  rArr: 0x21d2,
  minus: 0x2212,
  infin: 0x221e,
  asymp: 0x2248,
  ne: 0x2260,
  le: 0x2264,
  ge: 0x2265,
  check: 0x2713,
  star: 0x2606,
  starf: 0x2605,
  Tab: 0x09,
  NewLine: 0x0a,
  excl: 0x21,
  num: 0x23,
  dollar: 0x24,
  percnt: 0x25,
  lpar: 0x28,
  rpar: 0x29,
  ast: 0x2a,
  plus: 0x2b,
  comma: 0x2c,
  period: 0x2e,
  sol: 0x2f,
  colon: 0x3a,
  semi: 0x3b,
  equals: 0x3d,
  quest: 0x3f,
  commat: 0x40,
  lsqb: 0x5b,
  lbrack: 0x5b,
  bsol: 0x5c,
  rsqb: 0x5d,
  rbrack: 0x5d,
  Hat: 0x5e,
  lowbar: 0x5f,
  grave: 0x60,
  lcub: 0x7b,
  lbrace: 0x7b,
  verbar: 0x7c,
  vert: 0x7c,
  rcub: 0x7d,
  rbrace: 0x7d,
  Dot: 0xa8,
  imath: 0x131,
  inodot: 0x131,
  jmath: 0x237,
  lstrok: 0x142,
  Lstrok: 0x141,
}

const named = new Map<string, string>(
  Object.entries(others).map(([name, code]): [string, string] => [name, String.fromCodePoint(code)]),
)
for (const [index, name] of latin.split(' ').entries()) named.set(name, String.fromCharCode(0xa0 + index))
for (const [index, name] of greek.split(' ').entries())
  if (name !== '-') named.set(name, String.fromCharCode(0x391 + index))

/** Names that programs also take without a semicolon: those of Latin-1 and the four of the markup. */
const bare = new Set([...latin.split(' '), 'quot', 'amp', 'lt', 'gt', 'QUOT', 'AMP', 'LT', 'GT', 'COPY', 'REG'])
const bareLengthLongest = 6

const windows1252 = new TextDecoder('windows-1252')

/** HTML standard, "numeric character reference end state": wrong numbers become U+FFFD, 0x80 to 0x9F are windows-1252. */
function fromNumber(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return windows1252.decode(Uint8Array.of(code))
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || Number.isNaN(code)) return '\ufffd'
  return String.fromCodePoint(code)
}

function fromName(reference: string): string {
  const name = reference.slice(1)
  if (name.endsWith(';')) {
    const found = named.get(name.slice(0, -1))
    if (found !== undefined) return found
  }
  for (let length = Math.min(bareLengthLongest, name.length); length >= 2; length--) {
    const head = name.slice(0, length)
    if (bare.has(head)) return (named.get(head) as string) + name.slice(length)
  }
  return reference
}

/** The text with its character references undone. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#[xX]([0-9a-fA-F]{1,8});?|#(\d{1,9});?|[A-Za-z][A-Za-z0-9]{1,20};?)/g,
    (whole, hex, decimal) => {
      if (hex !== undefined) return fromNumber(Number.parseInt(hex, 16))
      return decimal !== undefined ? fromNumber(Number(decimal)) : fromName(whole)
    },
  )
}
