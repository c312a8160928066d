/** Keeps the house style by a test, where a linter has no rule for it: how files open, how long they are, what things
 *  are called, where bounds live, and that documents name only what exists. */
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findingKinds } from '../src/core/finding.ts'
import { layers, sourceUsers } from './layers.ts'
import { findCycle, importGraph, isThere, listFiles, readText, specifiersOf } from './tree.ts'

const all = listFiles()
const inFolders = (...folders: string[]): string[] =>
  all.filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
const isCase = (path: string): boolean => /\/(cases|fixtures)\//.test(path)
const code = inFolders('src', 'tests', 'bench', 'build').filter((path) => path.endsWith('.ts') && !isCase(path))
/** Tests and what only they use. */
const isForTests = (path: string): boolean => /\.(?:test|fixture)\.ts$/.test(path)
const sources = code.filter((path) => path.startsWith('src/') && !isForTests(path))
const documents = all.filter((path) => path.endsWith('.md') && !isCase(path))

/** Fails with the list of all offenders, each with its reason, instead of the first one. */
const expectNone = (offenders: readonly string[]): void => expect(offenders).toEqual([])

/** The text of the comment that opens a file (after a `#!` line), without its stars; undefined where there is none. */
function openingComment(text: string): string | undefined {
  const found = /^(?:#!.*\n)?\/\*\*?([\s\S]*?)\*\//.exec(text)?.[1]
  return found
    ?.replace(/^\s*\*/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

const abbreviations = /\b(?:e\.g|i\.e|etc|vs|cf|No|St|Dr|al)\.(?=\s)/g
const countSentences = (text: string): number =>
  text
    .replace(abbreviations, '')
    .split(/[.!?]['")`\]]*(?:\s+(?=["'(`[]?[A-Z])|$)/)
    .filter((part) => part !== '').length

describe('files', () => {
  test('open with a comment of one to four sentences that says what the file does', () => {
    expectNone(
      code
        .filter((path) => !path.endsWith('.test.ts'))
        .flatMap((path) => {
          const comment = openingComment(readText(path))
          if (comment === undefined) return [`${path}: no opening comment`]
          const count = countSentences(comment)
          return count >= 1 && count <= 4 ? [] : [`${path}: ${count} sentences`]
        }),
    )
  })

  test('have at most 400 lines', () => {
    expectNone(
      code.flatMap((path) => {
        const count = readText(path).trimEnd().split('\n').length
        return count <= 400 ? [] : [`${path}: ${count} lines`]
      }),
    )
  })

  test('and folders are named in kebab-case', () => {
    const named = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/
    const paths = inFolders('src', 'tests', 'bench', 'build', 'docs', 'data', 'bin').filter((path) => !isCase(path))
    expectNone(
      paths.filter((path) => path.split('/').some((name) => !named.test(name) && !/^README(\.\w+)?$/.test(name))),
    )
  })

  test('are named for what they do, not for being useful', () => {
    const word = '(?:utils?|helpers?|common|managers?|services?)'
    const inName = new RegExp(`(?:^|[/.-])${word}(?:[/.-]|$)`)
    const inExport = /\bexport (?:const|function|class|interface|type) \w*(?:Utils?|Helpers?|Manager|Service)\b/
    expectNone([
      ...inFolders('src', 'tests', 'bench', 'build').filter((path) => !isCase(path) && inName.test(path)),
      ...code.flatMap((path) => inExport.exec(readText(path))?.map((match) => `${path}: ${match}`) ?? []),
    ])
  })

  test('hold no unfinished work and no test that silences the others', () => {
    const marks = new RegExp(
      `\\b(?:${['TO', 'FIX'].map((mark) => `${mark}${mark === 'TO' ? 'DO' : 'ME'}`).join('|')})\\b`,
    )
    const only = /\b(?:test|describe|it)\.only\b/
    expectNone([...code, ...documents].filter((path) => marks.test(readText(path)) || only.test(readText(path))))
  })

  test('name no path of the machine that they were written on and no package registry', () => {
    const texts = all.filter((path) => /\.(?:ts|js|json|md|yml|yaml|toml|csv|txt|sh)$|^\.[\w/]+$/.test(path))
    const banned = [process.cwd(), ['', 'work', ''].join('/'), ['registry', 'npmjs'].join('.')]
    expectNone(
      texts.flatMap((path) => {
        const text = readText(path)
        return banned.filter((each) => text.includes(each)).map((each) => `${path}: ${each}`)
      }),
    )
  })
})

/** Exported functions, classes and types that no comment explains. A comment covers the lines up to the next blank one;
 *  the file's opening comment covers its first export. */
function undocumentedExports(path: string): string[] {
  const lines = readText(path).split('\n')
  const found: string[] = []
  let covered = true
  let isFirst = true
  let depth = 0
  for (const [index, line] of lines.entries()) {
    const declared =
      /^export (?:declare )?(?:abstract )?(?:async )?(function\*?|class|interface|type|const) (\w+)/.exec(line)
    if (depth === 0 && line.trim() === '') covered = isFirst
    if (/^\/\*\*/.test(line)) covered = true
    if (declared) {
      const isFunctionOrType = declared[1] !== 'const' || /=>|\bfunction\b/.test(`${line} ${lines[index + 1] ?? ''}`)
      if (isFunctionOrType && !covered) found.push(`${path}:${index + 1}: ${declared[2]}`)
    }
    if (line.startsWith('export ')) isFirst = false
    if (/^\S.*[{([]$/.test(line)) depth = 1
    else if (/^[})\]]/.test(line)) depth = 0
  }
  return found
}

describe('code of src/', () => {
  const graph = importGraph('src')

  test('explains every exported function and type', () => {
    expectNone(sources.flatMap(undocumentedExports))
  })

  // In cli/ such numbers say how much a page shows: they are layout and guard nothing.
  test('keeps its bounds in core/limits.ts', () => {
    const bound = /^(?:export )?const \w*(?:Max|Limit)(?:[A-Z]\w*)?\s*(?::[^=]+)?=\s*[-\d(]/m
    const guarded = sources.filter((path) => path !== 'src/core/limits.ts' && !path.startsWith('src/cli/'))
    expectNone(guarded.filter((path) => bound.test(readText(path))))
  })

  // Slices of odd length make it write beyond its memory: formats/utf16.ts says more.
  test('decodes UTF-16 in one place', () => {
    const decoding = /\btoString\([^)]*['"](?:utf-?16le|ucs-?2)['"]|\b(?:ucs2|utf16le)Slice\(/i
    const guarded = sources.filter((path) => path !== 'src/formats/utf16.ts' && !isForTests(path))
    expectNone(guarded.filter((path) => decoding.test(readText(path).replaceAll(/\s+/g, ' '))))
  })

  test('has no import cycle, types included', () => {
    expect(findCycle(graph)?.join(' -> ')).toBeUndefined()
  })

  test('imports one way, from the folders below', () => {
    const layerOf = (path: string): string => path.split('/')[1] as string
    const order: readonly string[] = layers
    const rank = (path: string): number => order.indexOf(layerOf(path))
    const offenders: string[] = []
    for (const [path, targets] of graph) {
      if (rank(path) < 0) offenders.push(`${path}: not a folder of the design`)
      if (isForTests(path)) continue
      for (const target of targets) {
        if (!target.startsWith('src/')) continue
        const usesSources = layerOf(target) === 'sources' && layerOf(path) !== 'sources'
        if (rank(target) > rank(path) || (usesSources && !sourceUsers.includes(layerOf(path)))) {
          offenders.push(`${path} imports ${target}`)
        }
      }
    }
    expectNone(offenders)
  })

  test('imports nothing from tests, benchmarks or build', () => {
    expectNone(
      [...graph].flatMap(([path, targets]) =>
        isForTests(path)
          ? []
          : targets.filter((target) => /^(?:tests|bench|build)\//.test(target)).map((target) => `${path}: ${target}`),
      ),
    )
  })

  test('imports only packages that are dependencies', () => {
    const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: Record<string, string> }
    expectNone(
      sources.flatMap((path) =>
        specifiersOf(path)
          .filter((name) => !/^(?:\.|node:)/.test(name))
          .filter((name) => !((/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name) in dependencies))
          .map((name) => `${path}: ${name}`),
      ),
    )
  })
})

/** The anchors that headings of a document make, as code-hosting sites derive them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+\s+(.+)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-'),
  )

describe('documents', () => {
  test('link only to what exists', () => {
    const link = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)|<img[^>]*\bsrc="([^"]+)"/g
    expectNone(
      documents.flatMap((path) =>
        [...readText(path).matchAll(link)].flatMap((match) => {
          const target = (match[1] ?? match[2]) as string
          if (/^(?:https?|mailto):/.test(target)) return []
          const [file = '', anchor] = target.split('#')
          const full = file === '' ? path : posix.join(posix.dirname(path), file)
          if (!isThere(full)) return [`${path}: ${target}`]
          const isDead = anchor !== undefined && full.endsWith('.md') && !anchorsOf(readText(full)).includes(anchor)
          return isDead ? [`${path}: ${target}`] : []
        }),
      ),
    )
  })

  test('name only commands that exist, and every command leads to a file', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
    const missing = documents.flatMap((path) =>
      [...readText(path).matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)]
        .filter((match) => match[0].startsWith('npm run ') || ['start', 'test'].includes(match[1] as string))
        .filter((match) => !((match[1] as string) in scripts))
        .map((match) => `${path}: ${match[0]}`),
    )
    const dead = Object.entries(scripts).flatMap(([name, command]) =>
      [...command.matchAll(/\bnode (\S+)/g)]
        .filter((match) => !isThere(match[1] as string))
        .map((match) => `package.json: ${name}: ${match[1]}`),
    )
    const commands = documents.flatMap((path) =>
      [...readText(path).matchAll(/\bbellwether ([a-z]+) (?:PATH|\/|[\w-]+\.log|[-`]|$)/gm)]
        .filter((match) => !readText('src/cli/arguments.ts').includes(`'${match[1]}'`))
        .map((match) => `${path}: ${match[0]}`),
    )
    expectNone([...missing, ...dead, ...commands])
  })

  test('of architecture fit in 150 lines and give the layers in the order that lint enforces', () => {
    const text = readText('ARCHITECTURE.md')
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
    const listed = [...text.matchAll(/^ {2}([a-z]+)\/ /gm)].map((match) => match[1])
    expect(listed).toEqual([...layers])
  })
})

describe('advice', () => {
  const tables = inFolders('data').filter((path) => /advice/.test(path) && path.endsWith('.json'))

  test.skipIf(tables.length === 0)('stands ready for every kind of finding', () => {
    expectNone(
      tables.flatMap((path) => {
        const text = readText(path)
        return findingKinds.filter((kind) => !text.includes(`"${kind}"`)).map((kind) => `${path}: ${kind}`)
      }),
    )
  })
})

describe('the lockfile', () => {
  const { packages } = JSON.parse(readText('package-lock.json')) as {
    packages: Record<
      string,
      {
        resolved?: string
        integrity?: string
        optionalDependencies?: Record<string, string>
        hasInstallScript?: boolean
      }
    >
  }

  test('pins every package by its hash and names no host', () => {
    expectNone(
      Object.entries(packages).flatMap(([path, { resolved, integrity }]) =>
        path !== '' && (resolved !== undefined || integrity === undefined) ? [path] : [],
      ),
    )
  })

  test('names the package of every platform, without which `npm ci` fails on all of them', () => {
    expectNone(
      Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies)
          .filter((name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
          .map((name) => `${path}: ${name}`),
      ),
    )
  })

  test('holds no package for Linux that needs a script when it is installed', () => {
    const scripted = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true)
    // fsevents is for macOS. @parcel/watcher, which sass wants for watching only, brings its binaries along; its script
    // does nothing unless somebody asks for a build from source.
    expectNone(scripted.filter((path) => !['node_modules/fsevents', 'node_modules/@parcel/watcher'].includes(path)))
  })
})
