import { sleepUnlessAborted } from '../model/repeat.ts'

export interface TrickleOptions {
  /** Makes something happen. @returns how many events that made. */
  readonly live: () => Promise<number>
  /** May be a fraction; 0 is never. */
  readonly eventsPerSecond: number
  readonly signal: AbortSignal
  /** Called when something could not be made to happen; the trickle continues. */
  readonly onError: (error: unknown) => void
  /** A clock that never goes back, in ms. @default performance.now */
  readonly now?: () => number
  /** Resolves after so many ms, or when the signal aborts. */
  readonly sleep?: typeof sleepUnlessAborted
}

/** Lets things happen at a steady rate until the signal aborts. The first one happens at once. */
export async function trickle({
  live,
  eventsPerSecond,
  signal,
  onError,
  now = () => performance.now(),
  sleep = sleepUnlessAborted,
}: TrickleOptions): Promise<void> {
  if (eventsPerSecond <= 0) return
  const intervalMs = Math.max(1000 / eventsPerSecond, shortestMs)
  // After a pause of the process the rate is resumed, and what was missed is not made up for.
  const most = Math.max(eventsPerSecond, 1)
  let due = 1
  for (let beforeMs = now(); !signal.aborted; ) {
    const steps = Array.from({ length: Math.min(Math.max(0, Math.floor(due)), mostTogether) }, live)
    for (const step of await Promise.allSettled(steps)) {
      if (step.status === 'fulfilled') due -= step.value
      else onError(step.reason)
    }
    await sleep(intervalMs, signal)
    const nowMs = now()
    due = Math.min(due + ((nowMs - beforeMs) / 1000) * eventsPerSecond, most)
    beforeMs = nowMs
  }
}

export interface LoseOptions {
  /** Makes a commit that is lost. */
  readonly slip: () => Promise<unknown>
  /** How long to wait each time, in ms; 0 is for ever. */
  readonly everyMs: number
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
  /** Resolves after so many ms, or when the signal aborts. */
  readonly sleep?: typeof sleepUnlessAborted
}

/** Loses a commit now and then until the signal aborts. */
export async function lose({
  slip,
  everyMs,
  signal,
  onError,
  sleep = sleepUnlessAborted,
}: LoseOptions): Promise<void> {
  if (everyMs <= 0) return
  for (;;) {
    await sleep(everyMs, signal)
    if (signal.aborted) return
    await slip().catch(onError)
  }
}

/** Timers are not more exact than some milliseconds, and what is written together is written faster. */
const shortestMs = 20

/** Enough to share a transaction. A rate that the machine cannot keep must not pile up work. */
const mostTogether = 256
