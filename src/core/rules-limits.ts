/** The bounds of rule files as an office brings them, and of the words that rules have for clerks. They are part of
 *  `limits`, from where they are used. */

const kib = 1024
const mib = 1024 * kib

export const rulesLimits = {
  /** Characters of the sentence that a rule has for a clerk, of one of its steps, and the number of steps: what is read
   *  under stress. */
  plainSentenceCharactersMax: 200,
  plainStepCharactersMax: 160,
  plainStepsMax: 4,
  /** Bytes of one rule file: a large public collection in one file has some 8 MB. */
  ruleFileBytesMax: 16 * mib,
  /** Files of one folder or archive: the largest public collection has some 4,000. */
  ruleFilesMax: 50_000,
  /** Text of all rule files of one folder or archive: the largest public collection has 6 MB. */
  ruleTextBytesMax: 128 * mib,
  /** Folders within folders that are looked through: people make six. */
  ruleFolderDepthMax: 32,
  /** Bytes of an archive of rules: public ones have some 3 MB. */
  ruleArchiveBytesMax: 64 * mib,
  /** Bytes of an archive that are unpacked before what came of them is counted: deflate makes at most 1,032 of one, so
   *  that no more than 17 MB are unpacked beyond any other bound. */
  ruleArchivePieceBytes: 16 * kib,
  /** Bytes that all members of an archive together may unpack to, rules or not: ten times the largest public one. */
  ruleArchiveUnpackedBytesMax: 512 * mib,
  /** Bytes of a file of mapping tables: ours have some 30 KB. */
  ruleMappingsBytesMax: 4 * mib,
  /** Parsed sets of rules kept in the cache: an office has three or four, and updates leave old ones behind. */
  ruleCachesKeptMax: 12,
  /** Characters of the name under which an office keeps rules. */
  ruleSetNameCharactersMax: 60,
  /** Events of one case of a rule, repetitions written out: enough for a count of hundreds. */
  ruleCaseEventsMax: 5_000,
  /** Problems of one kind that a page shows before it only counts the rest. */
  ruleProblemsShownMax: 200,
  /** Rows of a page of rules. */
  ruleRowsShown: 50,
  /** How far back it is counted how often rules fired, and over how many findings at most: opening this many takes some
   *  0.8 s of the store's time. So a count is kept at least this long, and this many times as long as it took: counting
   *  takes a fiftieth of the store's time at most. */
  ruleFiresCountedMs: 90 * 86_400_000,
  ruleFindingsCountedMax: 20_000,
  ruleFiresKeptMsMin: 500,
  ruleFiresCostRatio: 50,
  /** Rules that an office may switch off: who switches off more should take the set away. */
  rulesOffMax: 1_000,
  /** The catalogue of rules is let go of when nobody has asked for so long: thousands of rules are some MB. */
  ruleCatalogueKeptMs: 60_000,
} as const
