/** What a firehose knows of what it has read, and of what it has not. */
export interface Progress {
  readonly connected: boolean
  /** Whether reading is paused, so that the relay has to wait. */
  readonly paused: boolean
  /** How many frames have been received and not yet taken. */
  readonly queued: number
  /** When the last event that was taken was sent, in ms since 1970, by the host's clock; absent before the first. */
  readonly readTimeMs: number | undefined
  /** The last event that was received; absent before the first. */
  readonly last: Arrival | undefined
}

export interface Arrival {
  /** How long it took to get here, in ms, by the clocks of the host and of this machine. */
  readonly delayMs: number
  /** How long ago that was, in ms, whatever has been done to the clock since. */
  readonly agoMs: number
}

/**
 * How far the reader is behind, in ms: the time since the last event that it has read was sent, as long as something is
 * known to be unread, and 0 otherwise. A relay that has nothing to say makes nobody late. Unread is
 *
 * - what waits in the queue, or at the relay while reading is paused
 * - whatever is sent while there is no connection
 * - what follows an event that was already old when it arrived, unless nothing has followed it for some seconds: so
 *   the relay sends what it has kept, until it has sent all
 *
 * A host whose clock is ahead of ours does not make it negative.
 *
 * @returns undefined before anything was read, unless there is a connection on which nothing waits.
 */
export function lagMs(progress: Progress, nowMs: number): number | undefined {
  const { connected, readTimeMs } = progress
  if (connected && !hasUnread(progress)) return 0
  return readTimeMs === undefined ? undefined : Math.max(0, nowMs - readTimeMs)
}

function hasUnread({ queued, paused, last }: Progress): boolean {
  if (queued > 0 || paused) return true
  return last !== undefined && last.agoMs < quietMs && last.delayMs > oldMs
}

/** After this long without another event all that the relay had kept has come. */
const quietMs = 5_000
/** An event that takes this long to get here comes from what the relay has kept. */
const oldMs = 5_000
