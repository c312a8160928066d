/** The bounds of the Sigma engine: on rules, on regular expressions, and on what correlations remember. They are part of
 *  `limits`, from which they are read. */

const kib = 1024
const mib = 1024 * kib

export const sigmaLimits = {
  /** Characters of one document of a Sigma rule file: rules that list hashes of thousands of drivers have some 300
   *  thousand. */
  sigmaDocumentCharactersMax: mib,
  /** Rules read from one file: the whole of a large public collection in one file has some 4,000. */
  sigmaFileRulesMax: 50_000,
  /** Values of one rule, aliases written out: the largest lists of hashes have some 10,000. */
  sigmaRuleNodesMax: 100_000,
  /** Depth of a rule's YAML, of its condition's parentheses and of a regular expression's groups; people write six. */
  sigmaNestingMax: 64,
  /** Words of one condition: generated ones have some hundreds. */
  sigmaConditionTokensMax: 10_000,
  /** Values that the placeholders of one value may stand for together. */
  sigmaExpandedValuesMax: 10_000,
  /** Characters of a regular expression of a rule; public ones have at most 300. */
  sigmaRegexCharactersMax: 4 * kib,
  /** States of a regular expression's automaton; the largest public ones count to a thousand. A text of
   *  `sigmaRegexSubjectCharactersMax` meets each state at most once a character. */
  sigmaRegexStatesMax: 4_096,
  /** Numbers kept of one expression's deterministic automaton before it is begun anew: 1 MiB. */
  sigmaRegexCacheMax: 256 * kib,
  /** Texts of which a match of a regular expression holds one, used to look at it at all; more say too little. */
  sigmaHintsMax: 16,
  /** Rules of one correlation: people write five. */
  sigmaCorrelatedRulesMax: 64,
  /** A year and a day: a window that is longer outlives the logs that it would look at. */
  sigmaTimespanMsMax: 366 * 86_400_000,
  /** Characters of a text that a regular expression is searched in: a script block of Windows has at most 32 Ki. */
  sigmaRegexSubjectCharactersMax: 64 * kib,
  /** Kinds of logs for which rules are kept ready: tables name some hundreds. */
  sigmaLogsourcesMax: 4_096,
  /** Ways of writing the dashes of one literal that are scanned for: two dashes in five forms each. */
  sigmaDashSpellingsMax: 25,
  /** Places for values of one field whose findings are kept, and the longest so kept: real logs repeat themselves within
   *  some hundreds of values; 256 KiB a field at most. */
  sigmaKeptValuesMax: 1_024,
  sigmaKeptValueCharactersMax: 256,
  /** How late an event may be and still be in the window that it belongs to, where windows are judged when they are
   *  over: collectors that send in batches are minutes late. */
  sigmaLatenessMsMax: 300_000,
  /** A time further ahead than this of what events agree on is believed only when so many in a row have such a one:
   *  one machine with a wrong clock must not end everybody's windows. */
  sigmaClockJumpMsMax: 3_600_000,
  sigmaClockWitnessesMin: 8,
  /** Groups of one correlation remembered at once: addresses and accounts of a state. */
  sigmaGroupsMax: 500_000,
  /** Times, values and groups of all correlations remembered at once: some 100 bytes each, 400 MiB at the very most. */
  sigmaRememberedMax: 4_000_000,
  /** Distinct values of one window that is judged when it is over. */
  sigmaWindowValuesMax: 2_000_000,
  /** Numbers of one group of which a sum or a percentile is made; beyond it neighbours are joined. */
  sigmaGroupNumbersMax: 10_000,
  /** Matches of one window of a sequence that is judged when it is over. */
  sigmaWindowSightingsMax: 10_000,
  /** Times of each rule of a sequence that one group remembers: the latest tell whether the order was kept. */
  sigmaSequenceTimesMax: 64,
  /** Times that a count keeps beyond twice its bound, to place events that come late: so many may have overtaken one. */
  sigmaLateTimesKept: 16,
  /** Events of a kind after which its plan is first made anew by what was seen, and after which it always is: a plan of
   *  2,000 rules takes some 10 ms. */
  sigmaPlanEventsMin: 128,
  sigmaPlanEventsMax: 131_072,
  /** Events after which fields whose values do not come again are scanned for what their plan needs only. */
  sigmaNarrowEventsMin: 2_048,
  /** Bytes of a percent-encoded target that are searched before it becomes an event; a longer one becomes one anyway. */
  requestSieveBytesMax: 8 * kib,
  /** Bytes of a field of a request that are remembered to hold nothing: names of browsers have some 120. */
  clearedValueBytesMax: 256,
} as const
