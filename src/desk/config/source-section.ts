/** The sources that the configuration names: where each one's bytes come from. */
import { isSourceId, type SourceId } from '../../core/ids.ts'
import { formatNames } from '../../formats/formats.ts'
import type { SourceDefinition } from '../../sources/definition.ts'
import { readMailSource } from './mail-section.ts'
import { Section } from './section.ts'
import type { KeyLines, Say } from './toml-text.ts'

/** Reads all `[[source]]` sections. */
export function readSources(value: unknown, lines: KeyLines, say: Say): SourceDefinition[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) {
    say(lines.of('source'), 'a source begins with a line [[source]], with two brackets on each side.')
    return []
  }
  const seen = new Set<string>()
  return value.flatMap((table: unknown, index) => {
    const section = new Section(table, 'source', index, lines, say)
    const source = readSource(section)
    if (source === undefined) return []
    if (seen.has(source.id)) section.say('id', `there are two sources with the id "${source.id}"; give one another id.`)
    seen.add(source.id)
    return [source]
  })
}

const kinds = ['follow', 'drop', 'syslog', 'push', 'milter', 'imap', 'microsoft-365', 'google-workspace'] as const

function readSource(section: Section): SourceDefinition | undefined {
  const id = section.text('id')
  const kind = section.choice('kind', kinds)
  if (id === undefined || !isSourceId(id)) {
    section.say('id', 'a source needs an id of lower-case letters, digits and hyphens, such as id = "web-server".')
  }
  if (kind === undefined) section.say('kind', `a source needs a kind: ${kinds.join(', ')}.`)
  const format = section.text('format')
  if (format !== undefined && !formatNames.includes(format)) {
    section.say(
      'format',
      `there is no format "${format}"; the formats are ${formatNames.join(', ')}. Leave it out to have it recognised.`,
    )
  }
  const utcOffsetMinutes = section.integer('utc_offset_minutes', -900, 900)
  const common = {
    id: (id ?? '') as SourceId,
    title: section.text('title') ?? id ?? '',
    ...(format === undefined ? {} : { format }),
    ...(utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes }),
  }
  const source = kind === undefined ? undefined : readKind(kind, common, section)
  section.end()
  return source
}

function readKind(
  kind: (typeof kinds)[number],
  common: { readonly id: SourceId; readonly title: string },
  section: Section,
): SourceDefinition {
  switch (kind) {
    case 'follow': {
      const paths = section.texts('paths') ?? []
      if (paths.length === 0) {
        section.say('paths', 'say which files to follow, such as paths = ["/var/log/nginx/access.log"].')
      }
      for (const path of paths) {
        if (!isAbsolutePath(path)) section.say('paths', `"${path}" must be a whole path, from / on.`)
      }
      return { ...common, kind, paths, from: section.choice('from', ['start', 'end'] as const) ?? 'start' }
    }
    case 'drop': {
      const folder = section.text('folder') ?? ''
      if (!isAbsolutePath(folder))
        section.say('folder', 'say which folder, as a whole path, such as folder = "/media/usb".')
      return {
        ...common,
        kind,
        folder,
        trustedKeys: section.texts('trusted_keys') ?? [],
        unsigned: section.flag('unsigned') ?? false,
      }
    }
    case 'syslog': {
      const transport = section.choice('transport', ['udp', 'tcp', 'tls'] as const) ?? 'tcp'
      const certificatePath = section.text('certificate')
      const keyPath = section.text('key')
      const clientCaPath = section.text('client_ca')
      return {
        ...common,
        kind,
        transport,
        address: section.text('address') ?? '127.0.0.1',
        port: section.integer('port', 0, 65_535) ?? (transport === 'tls' ? 6514 : 5514),
        ...(certificatePath === undefined ? {} : { certificatePath }),
        ...(keyPath === undefined ? {} : { keyPath }),
        ...(clientCaPath === undefined ? {} : { clientCaPath }),
      }
    }
    case 'push':
      return { ...common, kind }
    case 'milter':
    case 'imap':
    case 'microsoft-365':
    case 'google-workspace':
      return readMailSource(kind, common, section)
  }
}

/** `/…`, `C:\…` or `\\server\…`. */
export const isAbsolutePath = (path: string): boolean => /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)
