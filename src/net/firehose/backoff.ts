import { setTimeout as delay } from 'node:timers/promises'

export interface Backoff {
  /** Longest wait before the second try, in ms; it doubles with each further one. */
  readonly firstMs: number
  /** Longest wait of all, in ms. */
  readonly maxMs: number
  /** A number from 0 up to 1. */
  readonly random: () => number
}

/**
 * Waits before try number `attempt` (0 for the first retry): any time up to the limit, so that many clients
 * that lost the same server do not come back at once.
 *
 * @throws {DOMException} `AbortError` when `signal` is aborted meanwhile.
 */
export async function wait(
  attempt: number,
  { firstMs, maxMs, random }: Backoff,
  signal: AbortSignal,
): Promise<void> {
  await delay(random() * Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30)), undefined, { signal })
}
