/** Every bound of the product, each with the reason for its value. A bound that is reached becomes a finding or a
 *  reject; nothing is dropped in silence. */

const kib = 1024
const mib = 1024 * kib

export const limits = {
  /** A log line longer than this is a reject: web servers cut a request line at 8 to 64 KiB, and a database statement
   *  of more than 1 MiB is a load, not a query. */
  lineBytesMax: mib,
  /** A record of several lines (a quoted CSV field, a multi-line statement) longer than this is a reject. */
  recordBytesMax: 4 * mib,
  /** Bytes read at a time: large enough that per-chunk costs vanish, small enough to stay in the second-level cache. */
  chunkBytes: mib,
  /** Records of one batch: 1 MiB of the shortest usual access-log lines (64 bytes). */
  batchRecordsMax: 16_384,
  /** A compressed source may not grow to more than this many times its size without being called a decompression bomb
   *  (real access logs compress 8 to 40 times; runs of one request up to about 300). */
  decompressionRatioMax: 2_000,
  /** First evidence places that a finding itself carries; the evidence file has all of them. */
  evidencePlacesMax: 20,
  /** Decoding rounds on one value: attackers nest at most three encodings in practice; each round costs a pass. */
  decodeRoundsMax: 5,
  /** Characters of one value that are judged from its start and from its end; sqlmap's longest payloads are 4 KiB. */
  judgedCharactersMax: 16 * kib,
} as const
