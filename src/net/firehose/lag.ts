/** What a firehose knows of what it has read, and of what it has not. */
export interface Progress {
  readonly connected: boolean
  /** Whether reading is paused, so that the relay has to wait. */
  readonly paused: boolean
  /** How many frames have been received and not yet taken. */
  readonly queued: number
  /** When the last event that was taken was sent, in ms since 1970, by the host's clock; absent before the first. */
  readonly readTimeMs: number | undefined
  /** When the last event that was received was sent. */
  readonly sentTimeMs: number | undefined
  /** When that was received. */
  readonly arrivedMs: number | undefined
  /** All that was sent before this time is known to be read, in ms since 1970. */
  readonly readUpToMs: number | undefined
}

/**
 * How far the reader is behind, in ms: the time since the last event that it has read was sent, or since all was last
 * known to be read, as long as something is known to be unread, and 0 otherwise. A relay that has nothing to say makes
 * nobody late. Unread is
 *
 * - what waits in the queue, or at the relay while reading is paused
 * - what follows an event that was already old when it arrived, unless nothing has followed it for some seconds: so
 *   the relay sends what it has kept, until it has sent all
 * - whatever may be sent while there is no connection, which nobody can tell
 *
 * Nothing in the protocol tells the place that a relay itself has reached: one that keeps events back while its
 * connection stands cannot be told from one that is quiet. A host whose clock is ahead of ours does not make it negative.
 *
 * @returns undefined before anything was read, unless there is a connection on which nothing waits.
 */
export function lagMs(progress: Progress, nowMs: number): number | undefined {
  const { connected, readTimeMs = never, readUpToMs = never } = progress
  if (connected && !hasUnread(progress, nowMs)) return 0
  const sinceMs = Math.max(readTimeMs, readUpToMs)
  return sinceMs === never ? undefined : Math.max(0, nowMs - sinceMs)
}

/** Whether something is known to be unread on an open connection. */
export function hasUnread(
  { queued, paused, sentTimeMs, arrivedMs }: Omit<Progress, 'connected' | 'readTimeMs' | 'readUpToMs'>,
  nowMs: number,
): boolean {
  if (queued > 0 || paused) return true
  if (sentTimeMs === undefined || arrivedMs === undefined) return false
  return nowMs - arrivedMs < quietMs && arrivedMs - sentTimeMs > oldMs
}

/** After this long without another event all that the relay had kept has come, in ms. */
export const quietMs = 5_000
/** An event that takes this long to get here comes from what the relay has kept. */
const oldMs = 5_000
const never = Number.NEGATIVE_INFINITY
