/** The tables, the same in every database, as numbered migrations. Columns are for finding a row, `doc` is what is given
 *  back. A migration that has been released is never changed. */

/** What databases differ in: names of types, and how a table is kept from being changed. */
export interface Dialect {
  readonly int: string
  readonly real: string
  readonly text: string
  readonly bytes: string
  /** What ends a CREATE TABLE. */
  readonly tableEnd: string
  /** What stands in a FROM for the members of a list of texts within JSON, each a row with a `value`. */
  readonly members: (json: string, path: readonly string[]) => string
  /** Statements after which rows of a table can be added, never changed or taken away. */
  readonly appendOnly: (table: string) => readonly string[]
}

/** One step of the tables' history, numbered from 1. */
export interface Migration {
  readonly version: number
  readonly statements: (dialect: Dialect) => readonly string[]
}

/** A table, for what concerns all of them alike: copies and checks. */
export interface Table {
  readonly name: string
  readonly key: readonly string[]
  /** Columns that `sealed` made. */
  readonly sealed: readonly string[]
  /** The column whose checksum stands in `crc`. */
  readonly bytes?: string
  /** Rows that are read at once, where rows can be large. */
  readonly pageRows?: number
}

/** All tables, in the order in which they can be filled: what is pointed at comes first. */
export const tables: readonly Table[] = [
  { name: 'incident', key: ['id'], sealed: ['doc', 'detail'], pageRows: 200 },
  { name: 'incident_words', key: ['incident_id'], sealed: [] },
  { name: 'finding', key: ['id'], sealed: ['doc'] },
  { name: 'evidence', key: ['finding_id', 'ordinal'], sealed: ['place'], bytes: 'bytes', pageRows: 200 },
  { name: 'decision', key: ['ordinal'], sealed: ['doc'] },
  { name: 'step', key: ['ordinal'], sealed: ['doc'] },
  { name: 'note', key: ['ordinal'], sealed: ['doc'] },
  { name: 'source_status', key: ['source_id'], sealed: ['doc'] },
  { name: 'source_hour', key: ['source_id', 'hour_ms'], sealed: [] },
  { name: 'reject', key: ['source_id', 'ordinal'], sealed: ['doc'] },
  { name: 'stored_source', key: ['source_id'], sealed: ['doc'] },
  { name: 'checkpoint', key: ['id'], sealed: [] },
  { name: 'checkpoint_part', key: ['ordinal'], sealed: [], bytes: 'bytes', pageRows: 2 },
  { name: 'block', key: ['id'], sealed: ['doc'] },
  { name: 'account', key: ['id'], sealed: ['doc'] },
  { name: 'passkey', key: ['id'], sealed: ['doc'], bytes: 'public_key' },
  { name: 'web_session', key: ['token_hash'], sealed: ['doc'] },
  { name: 'sign_in_link', key: ['token_hash'], sealed: ['doc'] },
  { name: 'push_token', key: ['token_hash'], sealed: ['doc'] },
  { name: 'audit', key: ['sequence'], sealed: ['doc'] },
  { name: 'audit_head', key: ['id'], sealed: [] },
  { name: 'setting', key: ['name'], sealed: ['doc'], pageRows: 20 },
  { name: 'hunt', key: ['id'], sealed: ['doc'] },
  { name: 'mail', key: ['id'], sealed: ['doc'], pageRows: 200 },
  { name: 'mail_recipient', key: ['campaign', 'recipient', 'mail_id'], sealed: [] },
]

const incidentTables = ({ int, real, text, bytes, tableEnd }: Dialect): string[] => [
  `CREATE TABLE incident (
    id ${text} PRIMARY KEY,
    state ${text} NOT NULL,
    seen_again ${int} NOT NULL,
    level ${text} NOT NULL,
    level_rank ${int} NOT NULL,
    first_seen_ms ${real} NOT NULL,
    last_seen_ms ${real} NOT NULL,
    kinds ${text} NOT NULL,
    merged_into ${text} REFERENCES incident (id) DEFERRABLE INITIALLY DEFERRED,
    decided_state ${text} NOT NULL,
    decided_last_seen_ms ${real},
    reopened ${int} NOT NULL,
    created_at_ms ${real} NOT NULL,
    updated_at_ms ${real} NOT NULL,
    doc ${text} NOT NULL,
    detail ${text} NOT NULL
  )${tableEnd}`,
  // Each holds all that a list asks about, so that only the rows of the page itself are opened.
  `CREATE INDEX incident_by_severity
    ON incident (level_rank DESC, last_seen_ms DESC, id, first_seen_ms, state, level, kinds, merged_into)`,
  `CREATE INDEX incident_by_time
    ON incident (last_seen_ms DESC, id, first_seen_ms, state, level, level_rank, kinds, merged_into)`,
  'CREATE INDEX incident_by_merge ON incident (merged_into) WHERE merged_into IS NOT NULL',
  `CREATE TABLE incident_words (
    incident_id ${text} PRIMARY KEY REFERENCES incident (id) ON DELETE CASCADE,
    words ${text} NOT NULL
  )${tableEnd}`,
  `CREATE TABLE finding (
    id ${text} PRIMARY KEY,
    incident_id ${text} REFERENCES incident (id),
    last_seen_ms ${real} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX finding_by_incident ON finding (incident_id)',
  'CREATE INDEX finding_by_time ON finding (last_seen_ms)',
  `CREATE TABLE evidence (
    finding_id ${text} NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
    ordinal ${int} NOT NULL,
    time_ms ${real} NOT NULL,
    source_id ${text} NOT NULL,
    place ${text} NOT NULL,
    crc ${int} NOT NULL,
    bytes ${bytes} NOT NULL,
    PRIMARY KEY (finding_id, ordinal)
  )${tableEnd}`,
  'CREATE INDEX evidence_by_time ON evidence (finding_id, time_ms, ordinal)',
  `CREATE TABLE decision (
    ordinal ${int} PRIMARY KEY,
    incident_id ${text} NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX decision_by_incident ON decision (incident_id, ordinal)',
  `CREATE TABLE step (
    ordinal ${int} PRIMARY KEY,
    incident_id ${text} NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    step ${text} NOT NULL,
    doc ${text} NOT NULL,
    UNIQUE (incident_id, step)
  )${tableEnd}`,
  `CREATE TABLE note (
    ordinal ${int} PRIMARY KEY,
    incident_id ${text} NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX note_by_incident ON note (incident_id, ordinal)',
]

const sourceTables = ({ int, real, text, bytes, tableEnd }: Dialect): string[] => [
  `CREATE TABLE source_status (source_id ${text} PRIMARY KEY, doc ${text} NOT NULL)${tableEnd}`,
  `CREATE TABLE source_hour (
    source_id ${text} NOT NULL,
    hour_ms ${real} NOT NULL,
    records ${real} NOT NULL,
    rejects ${real} NOT NULL,
    bytes ${real} NOT NULL,
    lost ${real} NOT NULL,
    PRIMARY KEY (source_id, hour_ms)
  )${tableEnd}`,
  'CREATE INDEX source_hour_by_time ON source_hour (hour_ms)',
  `CREATE TABLE reject (
    source_id ${text} NOT NULL,
    ordinal ${int} NOT NULL,
    stored_at_ms ${real} NOT NULL,
    doc ${text} NOT NULL,
    PRIMARY KEY (source_id, ordinal)
  )${tableEnd}`,
  `CREATE TABLE stored_source (source_id ${text} PRIMARY KEY, at_ms ${real} NOT NULL, doc ${text} NOT NULL)${tableEnd}`,
  `CREATE TABLE checkpoint (
    id ${int} PRIMARY KEY,
    version ${text} NOT NULL,
    taken_at_ms ${real} NOT NULL,
    size_bytes ${real} NOT NULL
  )${tableEnd}`,
  `CREATE TABLE checkpoint_part (ordinal ${int} PRIMARY KEY, crc ${int} NOT NULL, bytes ${bytes} NOT NULL)${tableEnd}`,
]

const peopleTables = ({ int, real, text, bytes, tableEnd }: Dialect): string[] => [
  `CREATE TABLE block (
    id ${text} PRIMARY KEY,
    incident_id ${text},
    state ${text} NOT NULL,
    decided_at_ms ${real} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX block_by_state ON block (state, decided_at_ms)',
  'CREATE INDEX block_by_incident ON block (incident_id)',
  `CREATE TABLE account (
    id ${text} PRIMARY KEY,
    name_key ${text} NOT NULL UNIQUE,
    totp_last_step ${real},
    doc ${text} NOT NULL
  )${tableEnd}`,
  `CREATE TABLE passkey (
    id ${text} PRIMARY KEY,
    account_id ${text} NOT NULL,
    at_ms ${real} NOT NULL,
    crc ${int} NOT NULL,
    public_key ${bytes} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX passkey_by_account ON passkey (account_id)',
  `CREATE TABLE web_session (
    token_hash ${text} PRIMARY KEY,
    account_id ${text} NOT NULL,
    expires_at_ms ${real} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX web_session_by_account ON web_session (account_id)',
  'CREATE INDEX web_session_by_end ON web_session (expires_at_ms)',
  `CREATE TABLE sign_in_link (
    token_hash ${text} PRIMARY KEY,
    expires_at_ms ${real} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  `CREATE TABLE push_token (
    token_hash ${text} PRIMARY KEY,
    source_id ${text} NOT NULL,
    at_ms ${real} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  `CREATE TABLE audit (
    sequence ${int} PRIMARY KEY,
    who ${text} NOT NULL,
    action ${text} NOT NULL,
    object ${text} NOT NULL,
    previous ${text} NOT NULL,
    hash ${text} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX audit_by_who ON audit (who, sequence)',
  'CREATE INDEX audit_by_action ON audit (action, sequence)',
  'CREATE INDEX audit_by_object ON audit (object, sequence)',
  `CREATE TABLE audit_head (id ${int} PRIMARY KEY, sequence ${int} NOT NULL, hash ${text} NOT NULL)${tableEnd}`,
  `CREATE TABLE setting (name ${text} PRIMARY KEY, doc ${text} NOT NULL)${tableEnd}`,
  `CREATE TABLE hunt (id ${text} PRIMARY KEY, at_ms ${real} NOT NULL, doc ${text} NOT NULL)${tableEnd}`,
]

const mailTables = ({ real, text, tableEnd }: Dialect): string[] => [
  `CREATE TABLE mail (
    id ${text} PRIMARY KEY,
    source_id ${text} NOT NULL,
    taken_at_ms ${real} NOT NULL,
    verdict ${text} NOT NULL,
    campaign ${text} NOT NULL,
    words ${text} NOT NULL,
    doc ${text} NOT NULL
  )${tableEnd}`,
  'CREATE INDEX mail_by_time ON mail (taken_at_ms DESC, id, verdict, campaign)',
  'CREATE INDEX mail_by_campaign ON mail (campaign, taken_at_ms, verdict)',
]

/** What was written before has its recipients in the document of the desk. A document with a NUL is left out, since
 *  PostgreSQL cannot make a text of it. */
const recipientTables = ({ text, tableEnd, members }: Dialect): string[] => [
  `CREATE TABLE mail_recipient (
    campaign ${text} NOT NULL,
    recipient ${text} NOT NULL,
    mail_id ${text} NOT NULL,
    PRIMARY KEY (campaign, recipient, mail_id)
  )${tableEnd}`,
  'CREATE INDEX mail_recipient_by_mail ON mail_recipient (mail_id)',
  `INSERT INTO mail_recipient (campaign, recipient, mail_id)
    SELECT DISTINCT mail.campaign, member.value, mail.id
    FROM mail, ${members('substr(mail.doc, 9)', ['document', 'recipients'])} AS member
    WHERE mail.doc NOT LIKE '%\\u0000%'`,
]

/** All migrations, from 1 without gaps. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: (dialect) => [
      ...incidentTables(dialect),
      ...sourceTables(dialect),
      ...peopleTables(dialect),
      ...dialect.appendOnly('audit'),
    ],
  },
  { version: 2, statements: mailTables },
  { version: 3, statements: recipientTables },
]

/** The version of a store that this program writes. */
export const schemaVersion = migrations.length
