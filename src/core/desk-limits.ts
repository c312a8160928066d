/** The bounds of the running desk: its analysis, its store's patience, its pages; each with the reason for its value. They
 *  are part of `limits`, from where they are used. */

const kib = 1024
const mib = 1024 * kib

/** See `limits`. */
export const deskLimits = {
  /** Findings that the desk keeps within one stored incident, the gravest first: a scan from ten thousand addresses would
   *  otherwise be written anew, megabytes at a time, with every hit. Each finding is stored by itself too. */
  incidentFindingsMax: 200,
  /** Lines of evidence whose bytes the desk keeps for one finding: logs are deleted, and the archive finds the rest. */
  evidenceKeptMax: 500,
  /** Rejects kept for showing, of one source. */
  rejectsKeptMax: 1_000,
  /** Followed files are looked at this often: a finding is on the screen within a second. */
  pollMs: 100,
  /** Records of one live batch: a stream's chunk is read in several, so that many streams need little memory. */
  liveBatchRecordsMax: 4_096,
  /** New files and streams are looked for this often. */
  streamLookMs: 1_000,
  /** What each source brought is stored this often at most. */
  statusMs: 1_000,
  /** A backlog smaller than this is the moment between two looks, not a backlog. */
  backlogShownBytesMin: mib,
  /** Sources are judged for silence and wrong clocks this often. */
  judgeMs: 2_000,
  /** Time that one step of the live analysis may take before it looks up: messages are answered within it. */
  analysisStepMs: 25,
  /** Checkpoints are at least this far apart, and at least `checkpointCostRatio` times as long as the last one took, so
   *  that they cost a twentieth of the time at most. */
  checkpointMsMin: 5_000,
  checkpointCostRatio: 20,
  /** Bytes read beyond what the store has taken before the analysis waits: a database that is away for a minute at
   *  100,000 lines a second brings more, and then sources wait. */
  uncommittedBytesMax: 256 * mib,
  /** Incidents are built again at most once in this many times as long as the last building took. */
  buildCostRatio: 10,
  /** Findings that the live analysis holds at once; the oldest routine scans make room. About 2 KiB each. */
  openFindingsMax: 20_000,
  /** A graceful stop takes no longer than this; what is not done by then is done at the next start. */
  stopMsMax: 5_000,
  /** The analysis thread must show a sign of life this often, or it is restarted on the same input. A line of the
   *  longest kind takes some tens of milliseconds. */
  analysisSilenceMsMax: 30_000,
  /** Memory of the analysis thread: what all bounds of the watches add up to, twice over for a checkpoint. */
  analysisHeapMib: 768,
  /** A thread that fails so often in a row, before it shows a record, cannot take its state back. */
  analysisFailuresMax: 3,
  /** Rest before a thread that failed is started again. */
  analysisRestMs: 200,
  /** A trouble that is over is shown this long. */
  troubleShownMs: 600_000,
  /** Waits between attempts to reach a store that is away. */
  storeRetryMsMin: 250,
  storeRetryMsMax: 5_000,
  /** The bundled recording is played over this long, in steps: long enough to see it arrive. */
  demonstrationMs: 24_000,
  demonstrationStepMs: 200,
  /** Addresses and pages of an incident in a list; the incident itself has all. */
  actorsShownMax: 20,
  /** Open incidents on Today. */
  todayIncidentsMax: 10,
  /** Past searches on the Hunt page. */
  huntsShownMax: 30,
  /** Lists of known bad addresses that an office may load. */
  indicatorListsMax: 50,
  /** Bytes read on each side of a line of evidence to show the lines around it. */
  contextBytesMax: 16 * kib,
  /** Logs of this machine that are offered, and sources that people may add. */
  suggestionsMax: 20,
  addedSourcesMax: 100,
  /** The archive is looked after this often: old days go, small files become one. */
  archiveUpkeepMs: 3_600_000,
  /** Old evidence, sessions and counts are forgotten this often. */
  forgetMs: 6 * 3_600_000,
  /** Evidence of closed incidents is kept this long: elections are contested for months, and federal law keeps records
   *  of a federal election for 22 months (52 U.S.C. 20701). */
  evidenceRetainedMs: 22 * 31 * 86_400_000,
  /** Counts by hour are kept this long, to know a source's rhythm and to show it. */
  hoursKeptMs: 400 * 86_400_000,
  /** By then a start is over, and what only it needed is let go of. */
  startSettledMs: 5_000,
  /** Records set aside because a watch failed on them twice, before the desk says that the watch itself is broken. */
  setAsideMax: 100,
  /** Findings of the desk itself that wait while the analysis is started again: a start takes a second. */
  noticedWaitingMax: 1_000,
} as const
