import type { BackfillRecord } from '../../model/backfill.ts'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'

/** Reads CAR files of whole repos, as net/reading does. */
export interface RepoReader {
  /**
   * Reads and verifies a repo: CIDs, commit, signature, tree.
   *
   * @throws {WrongKey} when it is not signed by `signingKey`, {Rejection} when it is not a repo of `did`.
   */
  read(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<ReadRepo>
}

export interface ReadOptions {
  readonly did: Did
  readonly signingKey: string
  readonly keeps?: (collection: Nsid) => boolean
  readonly signal: AbortSignal
}

/** A repo that was read, kept until it is disposed of. */
export interface ReadRepo extends AsyncDisposable {
  readonly rev: string
  /** CID of the root of its tree, as text. */
  readonly data: string
  /** Records in the order of their paths, after `after`, in batches. */
  records(after?: string): AsyncIterable<readonly BackfillRecord[]>
}
