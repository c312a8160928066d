/** The bounds of the store and of database servers, each with the reason for its value. They are part of `limits`, from
 *  where they are used. */

const kib = 1024
const mib = 1024 * kib

export const storeLimits = {
  /** Rows of one page of the store: a printed incident has some thousands of lines, and this many fit an answer. */
  storePageRowsMax: 5_000,
  /** Bytes of one page of evidence: a line may have 1 MiB, and an attacker writes the lines. */
  evidencePageBytesMax: 16 * mib,
  /** Keys of one question to the store: SQLite and PostgreSQL take 32,766 and 65,535 values a statement. */
  storeKeysMax: 500,
  /** Characters and words of a search among incidents: a person types a few; each word is a pass over all. */
  searchCharactersMax: 500,
  searchWordsMax: 12,
  /** The analysis' state is stored in parts of this size: a part fits any database's value, and the copies of one part
   *  that a driver makes stay small. */
  checkpointPartBytes: 4 * mib,
  /** Findings whose old evidence is forgotten in one transaction: 20 hold at most 10,000 lines, which is a moment. */
  forgetFindingsMax: 20,
  /** Entries of the audit trail that are checked before others get their turn. */
  trailCheckRows: 1_000,
  /** Stores up to this size are checked when they are opened: a second's work; larger ones by `integrity()`. */
  storeCheckedBytesMax: 128 * mib,
  /** Rows of a table that are copied or checked at once: documents of a few KB each, so some MB. */
  storeCopyRows: 1_000,
  /** Bytes of one statement that writes many rows to PostgreSQL: more waits in memory for the network. */
  storeStatementBytesMax: 16 * mib,
  /** How long a database server may take to let the desk in, and to answer one statement: beyond it, it counts as away.
   *  A statement writes at most 16 MiB, which a slow line brings in ten seconds. */
  serverConnectMsMax: 3_000,
  serverAnswerMsMax: 20_000,
  /** For this long after a server could not be reached the desk does not knock again: those that wait are told at once. */
  serverRetryMsMin: 500,
  /** Connections for reading: the console's questions at the same moment; writers share one. */
  serverReadersMax: 4,
  /** Statements that SQLite keeps prepared: the verbs have about a hundred, lists of keys and filters some more. */
  statementsPreparedMax: 300,
  /** Pages that SQLite keeps at hand: a list of 10,000 incidents is answered from a quarter of it. */
  storeCacheBytes: 16 * mib,
  /** The write-ahead log is cut back to this after a large transaction, which the analysis' state is. */
  storeLogBytesMax: 64 * mib,
  /** How long SQLite waits for another process that holds a lock, which is a backup that begins or ends. */
  storeBusyMs: 5_000,
} as const
