/** An invented registration site: what each page answers, how large the answer is, and which statements it runs. The
 *  status page pastes its parameter into the statement, as the page of 2016 did; every other page binds its values. */
import type { Encode } from './encodings.ts'
import { formEncode } from './encodings.ts'
import type { Exchange, Executed } from './exchange.ts'
import type { Roll, Voter } from './people.ts'
import { idOf, licenceOf, voterAt } from './people.ts'
import type { Random } from './random.ts'

export type Dialect = 'postgresql' | 'mysql'

/** What sites of one kind differ in. All paths begin with `/`. */
export interface SiteDescription {
  readonly name: string
  readonly host: string
  /** Minutes east of UTC in the web log. */
  readonly utcOffsetMinutes: number
  readonly dialect: Dialect
  readonly database: { readonly name: string; readonly role: string; readonly application: string }
  readonly paths: Readonly<
    Record<'home' | 'register' | 'status' | 'lookup' | 'place' | 'names' | 'search' | 'signIn' | 'staff', string>
  >
  readonly parameters: Readonly<Record<'status' | 'lookup' | 'street' | 'town' | 'surname' | 'search', string>>
  /** True where the look-up page takes the id as its last path segment instead of a parameter. */
  readonly lookupInPath: boolean
  /** What the site answers when a statement fails, a sign-in is refused, and nobody has the number asked for. */
  readonly answers: {
    readonly failure: { readonly status: number; readonly bodyBytes: number }
    readonly refusedSignIn: number
    /** Whether the status page repeats what was asked for, which makes its size follow the question's. */
    readonly repeatsValue: boolean
    readonly nobody: number
  }
  readonly reading: readonly string[]
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly table: Readonly<
    Record<'name' | 'id' | 'licence' | 'first' | 'last' | 'birth' | 'town' | 'street' | 'email' | 'state', string>
  >
  readonly roll: Roll
}

/** What an injected statement did, as the one who composes the attack decides it. */
export interface InjectionEffect {
  /** Rows of the whole statement. */
  readonly rows?: number
  /** Voters whose record the answer shows. */
  readonly shown?: readonly number[]
  /** Characters that the page shows beyond its frame. */
  readonly shownCharacters?: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly sleepMs?: number
  /** Voters whose data the attacker knows from now on without having been shown their record. */
  readonly learned?: readonly number[]
}

export interface Site {
  readonly description: SiteDescription
  voter(index: number): Voter
  randomVoter(random: Random): Voter
  /** A page or document without a database statement. */
  page(path: string): Exchange
  file(path: string, cached: boolean): Exchange
  missing(path: string): Exchange
  monitor(): Exchange
  /** The status page asked in good faith; `value` is what the visitor typed. */
  status(value: string, encode?: Encode): Exchange
  /** The status page with a value that changes the statement. */
  injected(value: string, encode: Encode, effect: InjectionEffect): Exchange
  lookup(id: string): Exchange
  lookupPath(id: string): string
  place(street: string, town: string): Exchange
  names(surname: string): Exchange
  search(words: string): Exchange
  register(voter: Voter): Exchange
  signIn(user: string, accepted: boolean): Exchange
}

const pageFrameBytes = 2_310
const missingPageBytes = 146
/** The status page's own words, around nothing, around its records, and around each record. */
const nothingFoundBytes = 96
const foundFrameBytes = 236
const recordFrameBytes = 74

/** Stable jitter from what was asked, so that one page takes about, but not exactly, the same time. */
function jitterMs(target: string, min: number, max: number): number {
  let hash = 7
  for (let i = 0; i < target.length; i++) hash = (Math.imul(hash, 31) + target.charCodeAt(i)) | 0
  return min + ((hash >>> 0) % 1_000) * ((max - min) / 1_000)
}

const frameOf = (path: string): number => pageFrameBytes + Math.floor(jitterMs(path, 0, 2_400))

function answer(
  target: string,
  status: number,
  bodyBytes: number,
  statements: readonly Executed[] = [],
  shown: readonly number[] = [],
): Exchange {
  const databaseMs = statements.reduce((sum, statement) => sum + statement.durationMs, 0)
  return {
    method: 'GET',
    target,
    status,
    bodyBytes,
    durationMs: Math.round(databaseMs + jitterMs(target, 1, 9)),
    statements,
    shown,
  }
}

function read(text: string, rows: number, parameters?: readonly string[]): Executed {
  const durationMs = Math.round(jitterMs(text + (parameters ?? []).join(), 0.4, 2.6) * 1_000) / 1_000
  return { text, verb: 'SELECT', rows, durationMs, ...(parameters === undefined ? {} : { parameters }) }
}

const write = (verb: 'INSERT' | 'UPDATE', text: string, parameters: readonly string[]): Executed => ({
  text,
  verb,
  rows: 1,
  durationMs: Math.round(jitterMs(text + parameters.join(), 1.5, 5) * 1_000) / 1_000,
  parameters,
})

const recordCharacters = (voter: Voter): number =>
  voter.first.length + voter.last.length + voter.town.length + voter.street.length + voter.licence.length

/** The statements of a site, in its own table and column names. */
function sqlOf({ table, dialect }: SiteDescription) {
  const bound = (n: number): string => (dialect === 'postgresql' ? `$${n}` : '?')
  const now = dialect === 'postgresql' ? 'now()' : 'NOW()'
  return {
    status: (value: string) =>
      `SELECT ${table.id}, ${table.first}, ${table.last}, ${table.state}, ${table.town} FROM ${table.name} WHERE ${table.licence} = '${value}'`,
    lookup: `SELECT ${table.id}, ${table.first}, ${table.last}, ${table.town}, ${table.street}, ${table.state} FROM ${table.name} WHERE ${table.id} = ${bound(1)}`,
    place: `SELECT p.title, p.street, p.opens, p.closes FROM polling_places p JOIN precinct_streets s ON s.precinct_id = p.precinct_id WHERE lower(s.street) = lower(${bound(1)}) AND s.town = ${bound(2)}`,
    names: `SELECT ${table.first}, ${table.last}, ${table.town} FROM ${table.name} WHERE lower(${table.last}) = lower(${bound(1)}) ORDER BY ${table.first} LIMIT 20`,
    search: `SELECT slug, title FROM articles WHERE lower(body) LIKE ${bound(1)} ORDER BY published_at DESC LIMIT 10`,
    register: `INSERT INTO applications (first_name, last_name, licence, submitted_at) VALUES (${bound(1)}, ${bound(2)}, ${bound(3)}, ${now})`,
    findStaff: `SELECT staff_id, sign_in, password_hash FROM staff WHERE sign_in = ${bound(1)}`,
    openSession: `INSERT INTO staff_sessions (staff_id, opened_at) VALUES (${bound(1)}, ${now})`,
  }
}

/** Opens a site: its pages as functions from what was asked to what was answered. */
export function openSite(description: SiteDescription): Site {
  const { paths, parameters, roll, answers } = description
  const sql = sqlOf(description)
  const voter = (index: number): Voter => voterAt(roll, index)
  const indexByLicence = new Map<string, number>()
  const lookupPath = (id: string): string =>
    description.lookupInPath
      ? `${paths.lookup}/${formEncode(id)}`
      : `${paths.lookup}?${parameters.lookup}=${formEncode(id)}`
  const repeated = (value: string): number => (answers.repeatsValue ? value.length : 0)
  const statusTarget = (value: string, encode: Encode): string =>
    `${paths.status}?${parameters.status}=${encode(value)}`

  const indexOf = (licence: string): number => {
    if (indexByLicence.size === 0) for (let i = 0; i < roll.count; i++) indexByLicence.set(licenceOf(roll, i), i)
    return indexByLicence.get(licence) ?? -1
  }

  return {
    description,
    voter,
    randomVoter: (random) => voter(random.integer(0, roll.count - 1)),
    lookupPath,
    page: (path) => answer(path, 200, frameOf(path)),
    file: (path, cached) =>
      answer(
        path,
        cached ? 304 : 200,
        cached ? 0 : (description.files.find((file) => file.path === path)?.bytes ?? 1_204),
      ),
    missing: (path) => answer(path, 404, missingPageBytes),
    monitor: () => ({ ...answer('/healthz', 200, 2, [read('SELECT 1', 1)]), durationMs: 2 }),
    status(value, encode = formEncode) {
      const target = statusTarget(value, encode)
      if (value.includes("'")) return this.injected(value, encode, { error: syntaxError(description.dialect, value) })
      const index = indexOf(value)
      const found = index >= 0
      const size =
        frameOf(paths.status) +
        repeated(value) +
        (found ? foundFrameBytes + recordFrameBytes + recordCharacters(voter(index)) : nothingFoundBytes)
      return answer(target, 200, size, [read(sql.status(value), found ? 1 : 0)], found ? [index] : [])
    },
    injected(value, encode, effect) {
      const target = statusTarget(value, encode)
      const shown = effect.shown ?? []
      const base = read(sql.status(value), effect.rows ?? shown.length)
      const statement: Executed = {
        ...base,
        durationMs: base.durationMs + (effect.sleepMs ?? 0),
        ...(effect.error ? { error: effect.error } : {}),
      }
      const known = [...shown, ...(effect.learned ?? [])]
      const { failure } = answers
      const extra = effect.shownCharacters ?? 0
      if (effect.error) return answer(target, failure.status, failure.bodyBytes + extra, [statement], known)
      const isEmpty = shown.length === 0 && extra === 0
      const records = shown.reduce((sum, index) => sum + recordFrameBytes + recordCharacters(voter(index)), 0)
      const body = isEmpty ? nothingFoundBytes : foundFrameBytes + records + extra
      return answer(target, 200, frameOf(paths.status) + repeated(value) + body, [statement], known)
    },
    lookup(id) {
      const index = /^\d+$/.test(id) ? (Number(id) - roll.firstId) / roll.idStep : -1
      const found = Number.isInteger(index) && index >= 0 && index < roll.count
      if (!/^\d{1,9}$/.test(id)) return answer(lookupPath(id), 400, frameOf(paths.lookup) + 64)
      const statement = read(sql.lookup, found ? 1 : 0, [id])
      const size = frameOf(paths.lookup) + (found ? 420 + recordCharacters(voter(index)) : 71)
      return answer(lookupPath(id), found ? 200 : answers.nobody, size, [statement], found ? [index] : [])
    },
    place(street, town) {
      const target = `${paths.place}?${parameters.street}=${formEncode(street)}&${parameters.town}=${formEncode(town)}`
      const found = jitterMs(target, 0, 10) > 1 ? 1 : 0
      return answer(target, 200, frameOf(paths.place) + street.length + found * 260, [
        read(sql.place, found, [street, town]),
      ])
    },
    names(surname) {
      const rows = Math.floor(jitterMs(surname, 0, 20.99))
      const target = `${paths.names}?${parameters.surname}=${formEncode(surname)}`
      return answer(target, 200, frameOf(paths.names) + rows * (61 + surname.length), [
        read(sql.names, rows, [surname]),
      ])
    },
    search(words) {
      const rows = Math.floor(jitterMs(words, 0, 10.99))
      const target = `${paths.search}?${parameters.search}=${formEncode(words)}`
      return answer(target, 200, frameOf(paths.search) + words.length + rows * 118, [
        read(sql.search, rows, [`%${words.toLowerCase()}%`]),
      ])
    },
    register: (applicant) => ({
      ...answer(paths.register, 303, 0, [
        write('INSERT', sql.register, [applicant.first, applicant.last, applicant.licence]),
      ]),
      method: 'POST',
    }),
    signIn(user, accepted) {
      const find = read(sql.findStaff, accepted ? 1 : 0, [user])
      const statements = accepted ? [find, write('INSERT', sql.openSession, [String(user.length)])] : [find]
      // The password is hashed either way, which takes the server about a tenth of a second.
      const made = answer(
        paths.signIn,
        accepted ? 303 : answers.refusedSignIn,
        accepted || (answers.refusedSignIn >= 300 && answers.refusedSignIn < 400) ? 0 : frameOf(paths.signIn) + 58,
        statements,
      )
      return { ...made, method: 'POST', durationMs: made.durationMs + 90 }
    },
  }
}

/** What the server says to a value whose quote ends the literal. */
export function syntaxError(dialect: Dialect, value: string): { code: string; message: string } {
  const rest = value.slice(value.indexOf("'") + 1).split(' ')[0] ?? ''
  return dialect === 'postgresql'
    ? rest === ''
      ? { code: '42601', message: `unterminated quoted string at or near "'"` }
      : { code: '42601', message: `syntax error at or near "${rest.replaceAll("'", '')}"` }
    : { code: '1064', message: `You have an error in your SQL syntax near '${rest}'' at line 1` }
}

/** The id, as the site's look-up page takes it, of the voter at an index. */
export const lookupIdOf = (site: Site, index: number): string => String(idOf(site.description.roll, index))
