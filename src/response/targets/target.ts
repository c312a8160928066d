/** What every target of blocks has in common. A target puts the list in force on a program that the desk can reach; an
 *  export is a file for one that it cannot, to be fetched or uploaded. Both write nothing but addresses into
 *  configuration: reasons and names of people stay with the desk, or are quoted as JSON. */
import type { Result } from '../../core/result.ts'
import type { Block, NeverBlock } from '../block.ts'

/** Why blocks are not in force. `message` is a plain sentence with the mend; `said` is what the program said, in one
 *  line. */
export interface TargetProblem {
  readonly code:
    | 'missing-program'
    | 'not-permitted'
    | 'broken-before'
    | 'refused'
    | 'not-included'
    | 'not-used'
    | 'not-running'
    | 'not-reloaded'
    | 'died'
    | 'not-ours'
    | 'not-writable'
    | 'no-answer'
  readonly message: string
  readonly said?: string
}

/** Blocks are in force. */
export interface Applied {
  /** Networks that the target now keeps out. */
  readonly networks: number
  /** Whether anything had to be changed. */
  readonly changed: boolean
  /** A plain sentence. */
  readonly message: string
}

/** The target could take blocks now. */
export interface Ready {
  readonly message: string
}

/** A program that keeps networks out. `apply` is given the whole list each time and may be called again at any time:
 *  after a crash, after a failure, or without need. Calls do not overlap. */
export interface BlockTarget {
  /** Unique on one desk, as the configuration names it. */
  readonly name: string
  /** For a person: `nginx on this machine`. */
  readonly title: string
  /** What the target reads: its configuration, or a script. */
  render(blocks: readonly Block[], nowMs: number): string
  apply(blocks: readonly Block[], nowMs: number): Promise<Result<Applied, TargetProblem>>
  /** Whether blocks could be applied, without changing anything. */
  check(): Promise<Result<Ready, TargetProblem>>
}

/** One file to fetch or to upload. `notes` are plain sentences about what could not be said in its format. */
export interface ExportedFile {
  readonly fileName: string
  readonly mediaType: string
  readonly text: string
  readonly notes: readonly string[]
}

/** The list for a program that the desk cannot reach. */
export interface BlockExport {
  readonly name: string
  readonly title: string
  /** `neverBlock` matters where a format makes a network wider than it was decided. */
  files(blocks: readonly Block[], nowMs: number, neverBlock?: readonly NeverBlock[]): readonly ExportedFile[]
}
