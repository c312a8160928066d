/** The bounds of blocks and of the targets that put them in force, each with the reason for its value. They are part of
 *  `limits`, from where they are used. */

const kib = 1024
const mib = 1024 * kib

export const blockLimits = {
  /** The widest range that may be blocked, as leading bits. IPv4 /16 has 65,536 addresses, the most that one small
   *  provider holds; IPv6 /32 is what a provider is given (RFC 6177). A wider block keeps out whole regions of voters. */
  blockBitsVersion4Min: 16,
  blockBitsVersion6Min: 32,
  /** A block ends after this long at the latest: addresses change hands. */
  blockDurationMsMax: 366 * 24 * 3_600_000,
  /** Characters of a block's reason: two sentences, and all that a list shows. */
  blockReasonCharactersMax: 400,
  /** Blocks in force at once, the latest decisions first: what an AWS WAF IP set and a Cloudflare list take, and what is
   *  put in order in a fiftieth of a second. Attackers who have more addresses are not stopped by lists of them. */
  blocksInForceMax: 10_000,
  /** Blocks that the desk makes by itself in 24 hours. More addresses than this are a campaign that a person should see,
   *  or a mistake of ours that should not go on. */
  automaticBlocksPerDayMax: 50,
  /** An address that was last seen longer ago is not blocked automatically: somebody else may have it now. */
  automaticBlockAgeMsMax: 24 * 3_600_000,
  /** A program that tests or reloads a web server answers within a second; a slow name server adds some. */
  targetCommandMsMax: 30_000,
  /** What is kept of a program's output: the first lines say what is wrong. */
  targetOutputBytesMax: 64 * kib,
  /** A line of a web server's configuration as it prints it; a longer one is cut. */
  targetLineCharactersMax: 4 * kib,
  /** A file of blocks that is read back: 10,000 networks of 80 bytes, with room. */
  targetFileBytesMax: 4 * mib,
  /** A web server starts its new processes within this time of a reload, on a busy small machine. */
  reloadSettleMsMax: 10_000,
  /** Old processes take no new visitors a tenth of a second after new ones run, but finish what they serve: those that
   *  are there after this long are finishing. */
  reloadLingerMsMax: 2_000,
  /** A target that failed is tried again after the first, doubling up to the second: a person who mends a configuration
   *  sees the block come into force within five minutes. */
  targetRetryMsMin: 1_000,
  targetRetryMsMax: 300_000,
  /** Targets are looked at anew after this long at the latest, so that a file that somebody changed, or a firewall that
   *  somebody emptied, is mended: it costs one read or one short program. */
  targetRecheckMsMax: 300_000,
  /** A name server answers within seconds or not at all. */
  nameLookupMsMax: 3_000,
  /** Names of one address, and addresses of one name, that are looked at; search engines have one of each. */
  namesOfAddressMax: 8,
} as const
