/** The bounds of software integrity, each with the reason for its value. They are part of `limits`, from where they are
 *  used. */

const kib = 1024
const mib = 1024 * kib

export const softwareLimits = {
  /** Bytes of a path below a folder: Linux allows 4,096 for a whole path, Windows 32,767 characters; what is longer is a
   *  hostile list. */
  softwarePathBytesMax: 32 * kib,
  /** How deep folders are walked; installed software nests some twenty. */
  softwareDepthMax: 256,
  /** Bytes of one line of a manifest or hash list: the longest path with its JSON escapes, and the rest. */
  softwareLineBytesMax: 256 * kib,
  /** Entries of one manifest: a full workstation has half a million files. */
  softwareEntriesMax: 20_000_000,
  /** Differences kept one by one, at some 300 bytes each; more are counted. A wrong folder named by mistake makes this
   *  many, tampering does not. */
  softwareDifferencesMax: 1_000_000,
  /** Differences that the console can page through; more are counted. A person looks at some hundred. */
  softwareDifferencesShownMax: 20_000,
  softwareRowsShown: 100,
  /** How long a page waits for a comparison; a workstation's takes some seconds, and then the page is told. */
  softwareWaitMs: 1_500,
  /** How long a comparison that failed is left alone: whoever makes room on a disk needs a minute. */
  softwareRetryMs: 60_000,
  /** Baselines of which it is remembered who kept them in the console. */
  softwareKeptMax: 2_000,
  /** A file that is shorter was not moved where its name differs too: short files are alike by chance. */
  softwareMovedBytesMin: 32,
  /** Patterns for what may change, and characters of one. */
  softwarePatternsMax: 1_000,
  softwarePatternCharactersMax: 1_024,
  /** Characters of a signer's or issuer's name that are kept; X.520 allows 64 for each part, and there are few parts. */
  signerCharactersMax: 512,
  /** Lines of a hash list that are looked at to recognise its form. */
  hashListSampleLinesMax: 50,
  /** Columns of a hash list in CSV: NSRL has eight, exports of databases some tens. */
  hashListColumnsMax: 256,
  /** Lines of a hash list that could not be read and are shown. */
  hashListRejectsShownMax: 5,
  /** Names of a hash list that are kept to find out from which folder it was made. */
  hashListNamesSampledMax: 2_000,
  /** Nesting of a DER structure (X.690): a signed program has some fifteen levels. */
  derDepthMax: 32,
  /** Values of one DER structure that are looked at: a signature with its certificates and timestamps has some
   *  thousands. */
  derValuesMax: 20_000,
  /** Bytes of the certificate table of a PE file: a signature is 5 to 30 KiB, with several nested ones and page hashes
   *  some hundred. */
  certificateTableBytesMax: 8 * mib,
  /** Signatures in a certificate table: more than two are rare. */
  certificateEntriesMax: 16,
  /** Bytes of a PE file's head in which its headers must end; the DOS stub and the headers have some hundred bytes. */
  peHeadBytesMax: 64 * kib,
} as const
