/** The folders of src/ in the order in which they may import: each may import those before it, never those after.
 *  The same order stands in ARCHITECTURE.md and, folder by folder, in biome.json; tests hold the three together. */

export const layers = [
  'core',
  'formats',
  'sigma',
  'watches',
  'incidents',
  'evidence',
  'software',
  'sharing',
  'response',
  'exercises',
  'sources',
  'store',
  'queue',
  'desk',
  'server',
  'cli',
] as const

/** Folders without clock, chance, disk, network or environment. */
export const pureLayers = ['core', 'formats', 'sigma', 'watches', 'incidents', 'software'] as const

/** Folders that may import `sources`, besides itself: the two that start a program. */
export const sourceUsers: readonly string[] = ['desk', 'cli']
