import { setImmediate } from 'node:timers/promises'
import { sleepUnlessAborted } from '../model/repeat.ts'
import type { Search } from '../state/search/search.ts'
import type { Storage } from '../state/storage/storage.ts'

export interface SweeperOptions {
  readonly storage: Pick<Storage, 'sweep'>
  readonly search: Pick<Search, 'sweep'>
  /** How long to wait once nothing is left, in ms. @default 1_000 */
  readonly pauseMs?: number
  /** Called when sweeping fails, which is repeated. Must not throw. */
  readonly onError: (error: unknown) => void
}

/** Removes from the disk what nobody can see any more, slice by slice, until `signal` aborts. */
export async function sweepLeftovers(
  { storage, search, pauseMs = 1_000, onError }: SweeperOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let isMore = false
    try {
      isMore = await storage.sweep()
      isMore = (await search.sweep()) || isMore
    } catch (error) {
      onError(error)
    }
    if (isMore) await setImmediate()
    else await sleepUnlessAborted(pauseMs, signal)
  }
}
