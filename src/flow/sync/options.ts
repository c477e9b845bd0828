import type { Clock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import type { SyncRun, SyncTrigger } from '../../model/sync.ts'
import type { Hosts } from '../../net/host/host.ts'
import type { ReadCallbacks, ReadOptions, ReadResult } from '../../net/reading/reading.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { Streams } from '../../state/streams/streams.ts'
import type { BodyLimits } from './body.ts'

export interface SyncOptions extends SyncReports {
  readonly identity: DidDocuments
  readonly hosts: Pick<Hosts, 'getRepo' | 'getLatestCommit' | 'getRepoStatus' | 'getBlocks'>
  readonly reader: RepoReader
  readonly storage: Pick<Storage, 'getRepo' | 'staged' | 'entries' | 'countRecords'>
  readonly streams: Pick<Streams, 'append' | 'acknowledged' | 'drained' | 'length'>
  /** The consumer group that applies the stream `firehose_backfill`. */
  readonly group: string
  /**
   * The relay or PDS whose stream is followed: what it says of an account that its host does not know any more is what the
   * event said that was missed. @default nobody is asked
   */
  readonly source?: URL
  /** Collections to keep, as names or prefixes such as `app.bsky.feed.*`; asked when a run begins. @default all */
  readonly collections?: () => readonly string[]
  /** No more records are appended while the stream has this many entries, each of 1 MB at most. @default 2_000 */
  readonly highWater?: number
  /** A repo with more records than this is not compared with what is stored but replaced. @default 200_000 */
  readonly maxCompared?: number
  /** Of a repo with fewer records than this all is fetched, and not what has changed. @default 300 */
  readonly minSince?: number
  /** The longest that a run may take, in ms. @default 1 hour */
  readonly runMs?: number
  /** What is expected of the hosts. */
  readonly body?: Partial<BodyLimits>
  /** How far a revision may be ahead of the clock, in ms. @default 5 minutes */
  readonly maxAheadMs?: number
  /** What says when a repo was confirmed. @default wallClock */
  readonly now?: Clock
  /** Called when a run has to wait since the stream is at its high-water mark. Must not throw. */
  readonly onBackpressure?: () => void
  /** Called when what is stored of a repo is not the tree that it was said to be; all of it is fetched. Must not throw. */
  readonly onUnlikeStored?: (did: Did, error: unknown) => void
  /** Called when the end of a failed run cannot be written: the repo is `syncing` until its next one. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/** All that is ever told about runs: what counts them counts here. */
export interface SyncReports {
  /** Called once for each run, when it has ended. Must not throw. */
  readonly onRun?: (run: SyncRun) => void
  /** Called for each call that joined a run under way. Must not throw. */
  readonly onJoin?: (trigger: SyncTrigger) => void
}

/** Reads repos, as net/reading does. */
export interface RepoReader {
  read(chunks: AsyncIterable<Uint8Array>, options: ReadOptions, callbacks: ReadCallbacks): Promise<ReadResult>
}

/** Knows what DID documents say, as `Identity` of net/identity does. */
export interface DidDocuments {
  /**
   * @param options.refresh asks again even if the answer is known.
   * @throws {InvalidError} when there is no such DID, or its document cannot be used.
   * @throws {UpstreamError} when there is no answer.
   */
  resolve(
    did: Did,
    options?: { readonly refresh?: boolean; readonly signal?: AbortSignal },
  ): Promise<DidDocument>
}

export interface DidDocument {
  /** `z…`, the public key that signs the commits of the repo. */
  readonly signingKey: string
  /** Origin of the host that holds the repo. */
  readonly pds?: string
}
