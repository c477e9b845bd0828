import type { Did } from '../../model/did.ts'
import type { Oddity } from './oddity.ts'
import type { RepoLimits } from './repo-blocks.ts'

/** What is to be read, and from whom. It can be handed to another thread. */
export interface ReadOptions extends RepoLimits {
  /** The DID that the commit must have. */
  readonly did: Did
  /** `z…`: the key that must have signed it. */
  readonly signingKey: string
  /** Names the sync run in the steps that are made. */
  readonly ticket: string
  /** Collections to keep: names, or prefixes such as `app.bsky.feed.*`. @default all */
  readonly collections?: readonly string[]
  /**
   * The bytes of `StoredEntries`: what is stored. Then few changes are given as such, in the last step. Otherwise the
   * whole content is staged.
   */
  readonly stored?: Uint8Array
  /**
   * CID of the root of the tree that `stored` is, as text. Then the file may lack what `stored` has: it may be what a host
   * gives that was asked for what has changed since. Nothing is left out by `collections` then, and nothing is staged.
   */
  readonly storedData?: string
  /** What an earlier run has staged: parts begin after it if the tree is the same. `stored` is not looked at then. */
  readonly staged?: { readonly data: string; readonly lastPath: string }
  /** A commit of a revision before this one is refused. */
  readonly minRev?: string
  /** How far ahead of our clock a revision may be, in ms. @default 300_000 */
  readonly maxAheadMs?: number
}

/** What the reading asks of whoever began it. */
export interface ReadCallbacks {
  /**
   * Takes a step `part` in the bytes of model/backfill-bytes. Reading goes on when it resolves.
   *
   * @returns memory that may be used for the next part: that of this one, when it is not needed any more.
   */
  readonly onPart: (bytes: Uint8Array<ArrayBuffer>) => PartMemory | Promise<PartMemory>
  /**
   * Called with the CIDs of blocks that are missing, as text, up to a thousand at a time.
   *
   * @returns a CAR file with some of them; undefined where they cannot be had. @default none can be had
   */
  readonly onMissing?: (
    cids: readonly string[],
  ) => Promise<AsyncIterable<Uint8Array> | undefined> | AsyncIterable<Uint8Array> | undefined
  /** Ends the reading. The chunks have to end by it themselves. */
  readonly signal?: AbortSignal
}

// biome-ignore lint/suspicious/noConfusingVoidType: most functions that are called for each part return nothing.
export type PartMemory = ArrayBuffer | undefined | void

export interface ReadResult {
  /** Of the commit, as text. */
  readonly cid: string
  readonly rev: string
  /** CID of the root of the tree, as text. */
  readonly data: string
  /** The step `end` in the bytes of model/backfill-bytes, which comes after the parts. */
  readonly end: Uint8Array
  /** Whether the parts are the whole content; otherwise `end` has the changes. */
  readonly isStaged: boolean
  /** How many parts were made. */
  readonly parts: number
  /** How many records were read of the collections to keep; those staged before, and what is stored, need not be. */
  readonly records: number
  /** How many records of other collections were met; most are not even met. */
  readonly filtered: number
  /** How what is stored differs; absent where it was not given. */
  readonly changes?: { readonly puts: number; readonly deletes: number }
  /** Records that are odd and kept nevertheless. */
  readonly odd: Readonly<Partial<Record<Oddity, number>>>
  /** What was read, in bytes. */
  readonly sizeBytes: number
  /** How many blocks were missing at first. */
  readonly missing: number
}
