/** The bounds of following logs and of judging their rhythm, each with the reason for its value. They are part of
 *  `limits`, from where they are used. */

const kib = 1024
const mib = 1024 * kib

export const followLimits = {
  /** First bytes of a followed file by which it is known again after a rotation: some lines with their times. */
  followHeadBytes: kib,
  /** A file that begins with as many bytes of another that has vanished, and reaches as far, is taken for its copy. */
  followAdoptedBytesMin: 128,
  /** Last bytes before a position that must be the same in a file that is taken for the one that was read. */
  followTailBytes: 64,
  /** Packed bytes that are read to know a packed file's head: zstd gives nothing before a whole block, which has up to
   *  128 KiB of text; the last is tried only where the others gave nothing. */
  followPackedHeadBytes: [16 * kib, 64 * kib, 160 * kib],
  /** Text that such a head may grow to: what deflate at its densest makes of 16 KiB, twice. */
  followUnpackedHeadBytesMax: 32 * mib,
  /** Rotated copies beside one log: logrotate keeps some tens, a year of hourly files is 8,760. */
  followSiblingsMax: 10_000,
  /** Files that were finished and are remembered by their fingerprint, so that none is read again. */
  followFinishedMax: 8,
  /** How long a rotated file must have been quiet before the next one is begun: its writer goes on until it reopens. */
  followGraceMs: 2_000,
  /** How long a file that was left is still looked at for lines that come late: a web server's old processes end their
   *  last requests in some minutes. */
  followLateMs: 600_000,
  /** A file up to this size is counted through where following begins at its end; it takes a twentieth of a second. */
  followCountedBytesMax: 64 * mib,
  /** How often a file that could not be found or opened is looked for again. */
  followRetryMs: 1_000,
  /** How long a log may be missing before that is a problem: a rotation renames first and creates a moment later. */
  followMissingMs: 10_000,
  /** How long a file may be gone before its stream is closed: a nightly rotation may take minutes. */
  followGoneMs: 600_000,
  /** Streams that are followed at once: one descriptor and some kilobytes each. */
  followStreamsMax: 1_000,
  /** Weeks of a source's history that its rhythm is learnt from: long enough for a low quartile, short enough to follow the
   *  seasons of an office. */
  rhythmWeeksMax: 8,
  /** Longest pauses that are remembered; how the longest ones thin out says what is still ordinary. */
  rhythmPausesMax: 32,
  /** No source is called silent sooner than this: a rotation and a slow drive take less. */
  rhythmSilenceMsMin: 180_000,
  /** A desk that has not looked for so long was stopped or asleep: what came then is not known. */
  rhythmBlindMs: 150_000,
  /** Comparisons of a source's clock with the desk's that are looked at together: one a minute for an hour and a half. */
  rhythmLagsMax: 96,
} as const
