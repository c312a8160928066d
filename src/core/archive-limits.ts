/** The bounds of the archive, of hunts and of free SQL, each with the reason for its value. They are part of `limits`,
 *  from where they are used. */

const kib = 1024
const mib = 1024 * kib

export const archiveLimits = {
  /** Bytes of one field of the archive (a path, a query, an agent): web servers cut a request line at 8 to 64 KiB. What
   *  is longer is cut with a note of how much; the source has the rest. */
  archiveFieldBytesMax: 64 * kib,
  /** Bytes of a method, a host, an account, a role: names have some tens, hostile ones some hundreds. */
  archiveNameBytesMax: 4 * kib,
  /** Bytes of a source's path: systems take 4,096, and each may become four. */
  archivePathBytesMax: 16 * kib,
  /** Bytes of a statement's text: what the watch judges of it. */
  archiveStatementBytesMax: 256 * kib,
  /** A row of a spool with all its fields at their bounds stays below this. */
  archiveRowBytesMax: mib,
  /** Bytes gathered before a spool is written to: one call of the system for some 2,000 rows. */
  archiveWriteBytes: 512 * kib,
  /** Addresses whose text is kept at hand, and the longest pair of peer and forwarded header so kept: 8 MiB at most. */
  archiveClientsKeptMax: 20_000,
  archiveClientCharactersMax: 200,
  /** A spool is closed at this many rows: a sealed file is worth its costs from 100,000 rows on, and this many are
   *  sorted within the memory of the archive process. */
  archiveSpoolRowsMax: 250_000,
  /** A spool is closed at this many bytes, whatever its rows: 250,000 usual rows have 80 MB. */
  archiveSpoolBytesMax: 256 * mib,
  /** A spool is closed when it is this old: what is found by a hunt of sealed files alone is at most this late. */
  archiveSpoolAgeMsMax: 3_600_000,
  /** A spool of a day that is over is closed when no row came for this long. */
  archiveSpoolIdleMsMax: 5 * 60_000,
  /** Spools that are filled at once, all sources and days together: each is flushed to the disk at a checkpoint. For one
   *  more, the one that was written to longest ago is closed, if that was this many rows ago. A log whose times are all
   *  over the calendar closes none, and its rows go to the current day. */
  archiveSpoolsOpenMax: 128,
  archiveSpoolIdleRowsMin: 1_000,
  /** Spools whose file is held open: a desk has some tens of sources, each with one day. */
  archiveDescriptorsMax: 64,
  /** A record is filed under its day if that lies between this year and tomorrow; else its clock is wrong and it is
   *  filed under today. Web logs began in 1993, this office's in the 2000s. */
  archiveYearMin: 2000,
  archiveFutureMsMax: 26 * 3_600_000,
  /** Rows of one row group of a sealed file. Smaller groups let more be skipped when an address is hunted, larger ones
   *  cost less to open; with this, one address among 10 million records is found in a fifth of a second. */
  archiveRowGroupRows: 50_000,
  /** Small sealed files of a past day are made one up to this size: some millions of records. */
  archiveCompactedBytesMax: 128 * mib,
  /** Groups of files that are made one in one go, so that it ends in time: each takes some seconds. */
  archiveGroupsMax: 8,
  /** What DuckDB may take for itself; the process around it takes some 150 MB more. */
  archiveEngineBytesMax: 512 * mib,
  /** The archive process ends itself when it holds more than this: DuckDB's own bound does not cover all it takes. */
  archiveProcessBytesMax: 2_048 * mib,
  /** Archive processes that are started for one question before it is said that none can be. */
  archiveStartsMax: 3,
  /** How often the archive process looks at its own memory: it grows by some 100 MB in this time. */
  archiveMemoryCheckMs: 100,
  /** Threads of DuckDB: the analysis needs a core of its own on a machine of two, and answers on time at one. */
  archiveThreadsMax: 2,
  /** The archive process ends after this long without a question: a person who hunts asks again sooner. */
  archiveIdleMsMax: 30_000,
  /** A hunt, and a statement of free SQL, may take this long before it is ended. */
  huntMsMax: 60_000,
  sqlMsMax: 30_000,
  /** Sealing or compacting one file: a second or two as a rule, a minute on a slow and busy disk. */
  archiveSealMsMax: 300_000,
  /** Rows of one page of a hunt, and how far a page may lie from the start. */
  huntRowsMax: 1_000,
  huntOffsetMax: 1_000_000,
  /** Busiest addresses of an answer: a list of indicators has some thousands, a person reads some tens. */
  huntAddressesMax: 10_000,
  /** Addresses and ranges of one hunt: the largest public lists have some 100,000. */
  huntEntriesMax: 200_000,
  /** A file of indicators larger than this is some other file: 200,000 rows of a CSV with remarks have some 20 MB. */
  indicatorListBytesMax: 32 * mib,
  /** Up to this many addresses are compared one by one, which lets row groups be skipped; more are looked up at once. */
  huntComparedMax: 64,
  /** Characters of a text that is hunted for. */
  huntTextCharactersMax: 2_000,
  /** Rows, characters of one cell and characters of the statement of free SQL: a page to read, not an export. */
  sqlRowsMax: 1_000,
  sqlCellCharactersMax: 10_000,
  sqlCharactersMax: 20_000,
  /** Memory of free SQL: enough to group and sort some millions of rows, and it never spills to the disk. */
  sqlEngineBytesMax: 512 * mib,
  /** A search begins again this often, each time without the files that were found damaged; one look finds all of them. */
  archiveRetriesMax: 3,
} as const
