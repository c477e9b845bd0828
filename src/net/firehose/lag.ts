/** What a firehose knows of what it has read, and of what it has not. */
export interface Progress extends Sight {
  /** When the last event that was taken was sent, in ms since 1970, by the host's clock; absent before the first. */
  readonly readTimeMs: number | undefined
  /** All that was sent before this time is known to be read, by the clock of the other times in sight. */
  readonly readUpToMs: number | undefined
}

/** What of the relay is in sight. Its times are those of a clock that nobody sets, in ms from any point. */
export interface Sight {
  /** When the connection was opened; absent while there is none. */
  readonly openedMs: number | undefined
  /** Whether reading is paused, so that the relay has to wait. */
  readonly paused: boolean
  /** How many frames have been received and not yet taken. */
  readonly queued: number
  /** The last event that was received; absent before the first. */
  readonly last: Arrival | undefined
}

export interface Arrival {
  /** How long it took to get here, in ms, by the clocks of the host and of this machine. */
  readonly delayMs: number
  /** When it got here. */
  readonly atMs: number
}

export interface Now {
  /** By the wall clock, in ms since 1970. */
  readonly wallMs: number
  /** By the clock that nobody sets. */
  readonly elapsedMs: number
}

/**
 * How far the reader is behind, in ms: the time since the last event that it has read was sent, or since all was last
 * known to be read, and 0 while all is.
 *
 * @returns undefined before anything was read, unless there is a connection on which nothing comes.
 */
export function lagMs(progress: Progress, { wallMs, elapsedMs }: Now): number | undefined {
  const { readTimeMs = never, readUpToMs = never } = progress
  if (isAllRead(progress, elapsedMs)) return 0
  const lag = Math.min(wallMs - readTimeMs, elapsedMs - readUpToMs)
  // A host whose clock is ahead of ours does not make it negative.
  return lag === Number.POSITIVE_INFINITY ? undefined : Math.max(0, lag)
}

/**
 * Whether all that the relay has sent is read, so that one that has nothing to say makes nobody late. It is not while
 *
 * - something waits in the queue, or at the relay while reading is paused
 * - the last event was already old when it arrived: the relay sends what it has kept, until nothing has come for some seconds
 * - a connection has just been opened and has brought nothing yet, or there is none: nobody can tell then
 *
 * Nothing in the protocol tells the place that a relay itself has reached: one that keeps events back while its
 * connection stands cannot be told from one that is quiet.
 */
export function isAllRead({ openedMs, paused, queued, last }: Sight, elapsedMs: number): boolean {
  if (openedMs === undefined || paused || queued > 0) return false
  const lastMs = Math.max(openedMs, last?.atMs ?? never)
  if (elapsedMs - lastMs >= quietMs) return true
  return last?.atMs === lastMs && last.delayMs <= oldMs
}

/** After this long without another event all that the relay had kept has come, in ms. */
const quietMs = 5_000
/** An event that takes this long to get here, in ms, comes from what the relay has kept. */
const oldMs = 5_000
const never = Number.NEGATIVE_INFINITY
