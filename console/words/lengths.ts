/** How long a block lasts: the choices, in hours. */

export const blockLengths = [
  ['24', 'one day'],
  ['168', 'one week'],
  ['720', 'a month'],
  ['2160', 'three months'],
] as const
