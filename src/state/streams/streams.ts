/** Durable, ordered streams of opaque entries, read by groups that each acknowledge what they have processed. */
export interface Streams extends AsyncDisposable {
  /**
   * Appends entries and moves the cursor of the host they came from, both or neither.
   * Once it resolves, they outlive the death of this process.
   *
   * @returns the number of the last entry of the stream.
   */
  append(stream: string, entries: readonly Uint8Array[], cursor?: HostCursor): Promise<number>

  /** The last cursor that was appended for a host. */
  cursor(host: string): Promise<HostCursor | undefined>

  /**
   * The oldest entries that a group has not acknowledged, and that have not been delivered to it by this object.
   * A group that is new begins at the oldest entry kept.
   *
   * @returns at most `limit` entries; none when the group is at the end.
   */
  read(stream: string, group: string, limit: number): Promise<readonly StreamEntry[]>

  /** Resolves when there is something to read for a group, at once if there is already, or when `signal` aborts. */
  readable(stream: string, group: string, signal?: AbortSignal): Promise<void>

  /**
   * Acknowledges, for a group, everything up to and including `id`, and trims what every group has acknowledged.
   * There is no way back: an `id` before the last one changes nothing.
   */
  acknowledge(stream: string, group: string, id: number): Promise<void>

  /** Resolves when a group has acknowledged `id`, at once if it has, or when `signal` aborts. */
  acknowledged(stream: string, group: string, id: number, signal?: AbortSignal): Promise<void>

  /** Resolves when fewer than `length` entries are kept, at once if that is so already, or when `signal` aborts. */
  drained(stream: string, length: number, signal?: AbortSignal): Promise<void>

  /** How many entries are kept in the stream. */
  length(stream: string): Promise<number>

  /** How many entries a group has not acknowledged. */
  pending(stream: string, group: string): Promise<number>
}

export interface StreamEntry {
  /** Grows by appending; never used twice. */
  readonly id: number
  readonly payload: Uint8Array
}

/** How far the stream of a repository host has been read. */
export interface HostCursor {
  readonly host: string
  readonly seq: number
  /** When the event at `seq` was first sent, by the host's clock, in ms since 1970; absent where that is not known. */
  readonly timeMs?: number
}

/** The stream of what the firehose brings. */
export const firehoseLive = 'firehose_live'

/** The stream of what sync runs bring, and of what else is found out about repos: `BackfillEntry`. */
export const firehoseBackfill = 'firehose_backfill'

/** The stream of repos that were enumerated and are not yet queued: `EnumeratedRepo`. */
export const repoBackfill = 'repo_backfill'

/** The stream of what the indexer has applied of live events and somebody observes: commits with those operations. */
export const observed = 'observed'
