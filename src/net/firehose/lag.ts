/** What a firehose knows of what it has read, and of what it has not. */
export interface Progress extends Sight {
  /** When the last event that was taken was sent, in ms since 1970, by the host's clock; absent before the first. */
  readonly readTimeMs: number | undefined
  /** All that was sent before this time is known to be read, in ms since 1970. */
  readonly readUpToMs: number | undefined
}

/** What of the relay is in sight. */
export interface Sight {
  /** When the connection was opened, in ms since 1970; absent while there is none. */
  readonly openedMs: number | undefined
  /** Whether reading is paused, so that the relay has to wait. */
  readonly paused: boolean
  /** How many frames have been received and not yet taken. */
  readonly queued: number
  /** When the last event that was received was sent. */
  readonly sentTimeMs: number | undefined
  /** When that was received. */
  readonly arrivedMs: number | undefined
}

/**
 * How far the reader is behind, in ms: the time since the last event that it has read was sent, or since all was last
 * known to be read, and 0 while all is.
 *
 * @returns undefined before anything was read, unless there is a connection on which nothing comes.
 */
export function lagMs(progress: Progress, nowMs: number): number | undefined {
  const { readTimeMs = never, readUpToMs = never } = progress
  if (isAllRead(progress, nowMs)) return 0
  const sinceMs = Math.max(readTimeMs, readUpToMs)
  // A host whose clock is ahead of ours does not make it negative.
  return sinceMs === never ? undefined : Math.max(0, nowMs - sinceMs)
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
export function isAllRead(
  { openedMs, paused, queued, sentTimeMs, arrivedMs }: Sight,
  nowMs: number,
): boolean {
  if (openedMs === undefined || paused || queued > 0) return false
  const lastMs = Math.max(openedMs, arrivedMs ?? never)
  if (nowMs - lastMs >= quietMs) return true
  return arrivedMs === lastMs && sentTimeMs !== undefined && arrivedMs - sentTimeMs <= oldMs
}

/** After this long without another event all that the relay had kept has come, in ms. */
const quietMs = 5_000
/** An event that takes this long to get here, in ms, comes from what the relay has kept. */
const oldMs = 5_000
const never = Number.NEGATIVE_INFINITY
