/** Durable, ordered streams of opaque entries, read by groups that each acknowledge what they have processed. */
export interface Streams extends AsyncDisposable {
  /**
   * Appends entries and moves the cursor of the host they came from, both or neither.
   * Once it resolves, they outlive the death of this process.
   */
  append(stream: string, entries: readonly Uint8Array[], cursor?: HostCursor): Promise<void>

  /** The last cursor that was appended for a host. */
  cursor(host: string): Promise<number | undefined>

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
}

/** The stream of what the firehose brings. */
export const firehoseLive = 'firehose_live'
