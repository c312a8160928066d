/** Bounds of examining files that came by mail. Together they hold one file to about a second and 256 MiB, whatever its
 *  bytes are. */

const kib = 1024
const mib = 1024 * kib

export const documentLimits = {
  /** A file larger than this is looked at from its beginning only: mail servers refuse more than 25 to 150 MiB, and what
   *  acts in a file stands within its structures, not behind them. */
  documentBytesMax: 64 * mib,
  /** Files inside one file, all levels together: a long presentation has some hundred parts worth a look. */
  documentFilesMax: 512,
  /** Levels of a file in a file in a file: attackers nest three to five (archive, image, shortcut, script). */
  documentDepthMax: 8,
  /** Bytes of all files inside together: entries of an archive may overlap, so that few bytes give many files. */
  documentExaminedBytesMax: 96 * mib,
  /** Times its own size that a compound file is read: its entries may share what they hold. */
  compoundReadsMax: 4,
  /** Bytes of one page of a PDF that are searched for text. */
  pdfContentBytesMax: 2 * mib,
  /** Bytes that are unpacked in all, and of one part: 64 MiB are inflated in under half a second, and a part of a
   *  document that acts is far smaller than 32 MiB, but one may be padded. */
  documentInflatedBytesMax: 64 * mib,
  documentPartBytesMax: 32 * mib,
  /** A part that grows to more than this many times its size, and is larger than the free size, is a bomb: text packs up
   *  to 100 times, deflate reaches 1,032. */
  documentRatioMax: 200,
  documentRatioFreeBytes: 4 * mib,
  /** Names of one archive's or image's list of content. */
  documentEntriesMax: 8_192,
  /** Features, links, hashes and problems of one file that are told; what follows says nothing new. */
  documentFeaturesMax: 128,
  documentLinksMax: 512,
  documentProblemsMax: 32,
  /** Characters of a proof, of a name inside a file, and of a link: to tell, not to store. */
  documentProofCharactersMax: 200,
  documentNameCharactersMax: 255,
  documentLinkCharactersMax: 2_048,
  /** Characters of text kept of one file with all inside it: a claim of identity stands on the first pages. */
  documentTextCharactersMax: 64 * kib,
  /** Pictures kept for reading bar codes, bytes and pixels of one: a code that a person scans is one of the few large
   *  pictures of a mail; a telephone's photograph has 12 million pixels, and 16 million take 64 MiB while they are read. */
  documentPicturesMax: 24,
  documentPictureBytesMax: 8 * mib,
  documentPicturePixelsMax: 16_000_000,
  /** Pictures of which is remembered what was read in them: a hash, and mostly nothing, each. */
  picturesRememberedMax: 1_000,
  /** Entries of a compound file's directory, and sectors of one chain (MS-CFB): 64 MiB in sectors of 512 bytes. */
  compoundEntriesMax: 16_384,
  compoundSectorsMax: 131_072,
  /** Modules of a VBA project, and bytes of source of one: the editor allows 64 KiB lines of code a module, real ones
   *  are under 1 MiB. */
  macroModulesMax: 1_024,
  macroSourceBytesMax: 4 * mib,
  /** Records of a workbook, presentation or field list that are walked through. */
  officeRecordsMax: 1_000_000,
  /** Tags of an XML part, HTML page, or tokens of RTF and PDF that are read: a second's work, and ten times what the
   *  longest document has. */
  markupTokensMax: 1_000_000,
  /** Tags or objects that name something that acts, read beyond the bounds of all: what is padded is found all the same. */
  tellingTagsMax: 100_000,
  pdfTellingObjectsMax: 4_096,
  /** Characters of one attribute, field instruction or formula. */
  markupValueCharactersMax: 64 * kib,
  /** Hash rounds spent on well-known passwords: Office writes 50,000 or 100,000, and 100,000 take 0.1 s. */
  passwordRoundsMax: 300_000,
  /** Passwords from a mail's text that are tried. */
  passwordsMax: 8,
  /** Fields of Word within fields: people write three, attackers have written twenty. */
  fieldNestingMax: 64,
  /** Fields of one file that are judged whole; beyond them those alone that name DDE. */
  fieldsMax: 65_536,
  /** Objects of a PDF, and levels of lists in lists. */
  pdfObjectsMax: 50_000,
  pdfNestingMax: 64,
  /** Scripts of a PDF that are judged, characters and words of one: forms with a thousand fields have short ones; what is
   *  longer counts as script that acts. */
  pdfScriptsMax: 4_096,
  pdfScriptCharactersMax: 64 * kib,
  pdfScriptTokensMax: 16_384,
  /** Groups in groups of RTF, and bytes of one object's data. */
  rtfNestingMax: 4_096,
  /** Words and groups of RTF: they cost a quarter of what tags do. */
  rtfTokensMax: 4_000_000,
  rtfObjectBytesMax: 16 * mib,
} as const
