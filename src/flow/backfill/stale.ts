import { type Clock, wallClock } from '../../model/clock.ts'
import { type Backoff, repeat, sleepUnlessAborted } from '../../model/repeat.ts'
import type { Queue } from '../../state/queue/queue.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { Enqueue } from './enqueue.ts'
import { notQueued } from './queues.ts'

export interface StaleOptions {
  readonly storage: Pick<Storage, 'listRepos'>
  readonly queue: Pick<Queue, 'find'>
  readonly enqueue: Pick<Enqueue, 'stale'>
  /** A repo that nothing has confirmed for so long is checked, in ms. @default 24 hours */
  readonly intervalMs?: number
  /** The pause between two passes, in ms. @default a 24th of the interval */
  readonly pauseMs?: number
  /** The most repos that are queued in one pass; the next one goes on with the others. @default 10_000 */
  readonly maxPerPass?: number
  readonly pageSize?: number
  readonly backoff?: Backoff
  /** What says when repos were confirmed. @default wallClock */
  readonly now?: Clock
  /** Called for each pass, with how many repos it has queued. Must not throw. */
  readonly onPass?: (repos: number) => void
  /** Called for each failed pass, which is repeated. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/** Queues, every so often, repos that are synced and that nothing has confirmed for long. Runs until `signal` aborts. */
export async function checkStale(options: StaleOptions, signal: AbortSignal): Promise<void> {
  const { intervalMs = 24 * 3_600_000, backoff = usualBackoff, onPass = () => {} } = options
  const { pauseMs = intervalMs / 24, onError: onFailure = () => {} } = options
  while (!signal.aborted) {
    const pass = () => queueStale({ ...options, intervalMs }, signal)
    const repos = await repeat(pass, { backoff, signal, onFailure }).catch(() => undefined)
    if (repos !== undefined) onPass(repos)
    await sleepUnlessAborted(pauseMs, signal)
  }
}

/** One pass. @returns how many repos were queued. */
export async function queueStale(
  options: StaleOptions & { readonly intervalMs: number },
  signal?: AbortSignal,
): Promise<number> {
  const {
    storage,
    queue,
    enqueue,
    intervalMs,
    maxPerPass = 10_000,
    pageSize = 500,
    now = wallClock,
  } = options
  const confirmedBeforeMs = now() - intervalMs
  let queued = 0
  for (let cursor: string | undefined; queued < maxPerPass && !signal?.aborted; ) {
    const limit = Math.min(pageSize, maxPerPass - queued)
    const page = await storage.listRepos({
      status: 'synced',
      confirmedBeforeMs,
      limit,
      ...(cursor && { cursor }),
    })
    const stale = page.repos.map(({ did }) => did)
    const missing = await notQueued(queue, stale)
    await enqueue.stale(missing, signal)
    queued += missing.length
    cursor = page.cursor
    if (cursor === undefined) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return queued
}

const usualBackoff: Backoff = { firstMs: 1000, maxMs: 60_000, jitter: 0.5 }
