/** The project's files and their imports, as the tests about style and layering see them. It reads the working tree, so
 *  that it works in a checkout, in an export without version control, and before a commit. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** Made by commands or installed, never written by hand: the folders that .gitignore names. */
const madeFolders = new Set(['node_modules', 'dist', '.git', '.vite', 'bench/out', 'tests/tmp'])

/** All files below `folder`, as sorted paths from the project's root with `/` between names. */
export function listFiles(folder = '.'): string[] {
  const found: string[] = []
  const visit = (at: string): void => {
    for (const entry of readdirSync(at === '' ? '.' : at, { withFileTypes: true })) {
      const path = posix.join(at, entry.name)
      if (madeFolders.has(path) || entry.name === 'node_modules') continue
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) found.push(path)
    }
  }
  if (existsSync(folder)) visit(folder === '.' ? '' : folder)
  return found.sort()
}

/** A file's text, decoded as UTF-8. */
export const readText = (path: string): string => readFileSync(path, 'utf8')

const statement =
  /^(?:import|export)(?:\s+type)?\s*(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?)?\s*(?:from\s*)?'([^']+)'/gm
const expression = /\bimport\(\s*'([^']+)'\s*\)|\bnew URL\(\s*'(\.[^']+)'/g

/** What a TypeScript file names in its imports, types and dynamic imports included, as written. */
export function specifiersOf(path: string): string[] {
  const text = readText(path)
  const found = [...text.matchAll(statement), ...text.matchAll(expression)]
  return [...new Set(found.map((match) => (match[1] ?? match[2]) as string))]
}

/** Files of the project that a TypeScript file imports, as paths from the project's root. */
export function importsOf(path: string): string[] {
  const targets = specifiersOf(path).filter((name) => name.startsWith('.'))
  return [...new Set(targets.map((target) => posix.join(dirname(path), target)))]
}

/** The import graph of the TypeScript files below `folder`; an import that leads nowhere is kept. */
export function importGraph(folder: string): Map<string, string[]> {
  const files = listFiles(folder).filter((path) => path.endsWith('.ts'))
  return new Map(files.map((path) => [path, importsOf(path)]))
}

/** The first import cycle that is met, as the files along it, or undefined. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (done.has(file)) return undefined
    const start = trail.indexOf(file)
    if (start >= 0) return [...trail.slice(start), file]
    trail.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    trail.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle) return cycle
  }
  return undefined
}

/** True where the project's root holds the path. */
export const isThere = (path: string): boolean => existsSync(join('.', path))
