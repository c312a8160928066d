/** Patterns made of lists of words, so that the lists can be read. */

/** Alternatives, parted by bars, as a group of a pattern. */
export const anyOf = (alternatives: string): string =>
  `(?:${alternatives
    .trim()
    .replaceAll(/\s*\|\s*/g, '|')
    .replaceAll(/\s+/g, ' ')})`
