/** Carries out verbs on SQLite, each to its end in one go; a verb that writes is one transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import type { Dialect } from '../sql/schema.ts'
import { type Insert, places, type Row, type Step, storable, type Verb } from '../sql/step.ts'

export const sqliteDialect: Dialect = {
  int: 'INTEGER',
  real: 'REAL',
  text: 'TEXT',
  bytes: 'BLOB',
  tableEnd: ' STRICT',
  members: (json, path) => `json_each(${json}, '$.${path.join('.')}')`,
  appendOnly: (table) =>
    ['UPDATE', 'DELETE'].map(
      (verb) => `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
        BEGIN SELECT RAISE(ABORT, 'rows of ${table} can only be added'); END`,
    ),
}

/** A statement in SQLite's words: numbered parameters, and its name for finding a text in another. */
const inSqlite = (sql: string): string => sql.replace(/\$(\d+)/g, '?$1').replaceAll('strpos(', 'instr(')

const insertSql = ({ table, columns, conflict }: Insert): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places(columns.length)}) ${conflict}`

/** One connection with its prepared statements. */
export class SqliteDriver {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Runs a verb to its end. Where it fails, nothing of it is done. */
  carryOut<T>(verb: Verb<T>, writes: boolean): T {
    if (!writes) return this.#steps(verb)
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const answer = this.#steps(verb)
      this.#database.exec('COMMIT')
      return answer
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #steps<T>(verb: Verb<T>): T {
    let next = verb.next()
    while (!next.done) next = verb.next(this.#step(next.value))
    return next.value
  }

  #step(step: Step): readonly Row[] {
    if (step.kind === 'query') return this.#prepared(step.sql).all(...step.values.map(storable)) as Row[]
    const statement = this.#prepared(insertSql(step.insert))
    for (const row of step.rows) statement.run(...row.map(storable))
    return []
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(inSqlite(sql))
      if (this.#statements.size >= limits.statementsPreparedMax) this.#statements.clear()
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
