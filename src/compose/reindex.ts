import type { Log } from '../model/log.ts'
import { sleepUnlessAborted } from '../model/repeat.ts'
import type { Search } from '../state/search/search.ts'
import type { Storage } from '../state/storage/storage.ts'

interface Indexed {
  readonly storage: Pick<Storage, 'reindex' | 'scan'>
  readonly search: Search
}

/**
 * Rebuilds what the configuration has changed. Queries by field wait until it is done; all others do not. Runs until
 * `signal` aborts, since what was staged before the change may be unveiled after it.
 */
export async function rebuildIndexes(
  { storage, search }: Indexed,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  try {
    const records = await storage.reindex(signal)
    if (records > 0) log.info('the index of fields was rebuilt', { records })
    while (!signal.aborted) {
      if (search.isStale) {
        log.info('other fields are searched now: rebuilding the search index')
        await rebuildSearch({ storage, search }, signal, log)
      }
      await sleepUnlessAborted(betweenLooksMs, signal)
    }
  } catch (error) {
    if (!signal.aborted)
      log.error('an index could not be built; the next start tries again', { reason: String(error) })
  }
}

const betweenLooksMs = 60_000

/** @returns what begins to rebuild the search index; it returns false while that is under way. */
export function createSearchRebuild(
  { storage, search }: Indexed,
  signal: AbortSignal,
  log: Log,
): () => boolean {
  let isRunning = false
  return () => {
    if (isRunning) return false
    isRunning = true
    rebuildSearch({ storage, search }, signal, log)
      .catch((error) => {
        if (!signal.aborted) log.error('the search index could not be rebuilt', { reason: String(error) })
      })
      .finally(() => {
        isRunning = false
      })
    return true
  }
}

async function rebuildSearch(
  { storage, search }: Pick<Indexed, 'search'> & { readonly storage: Pick<Storage, 'scan'> },
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const records = await search.reindex(unlessAborted(storage.scan(), signal))
  log.info('the search index was rebuilt', { records })
}

/** @throws once the signal aborts: an index that is cut short must not pass for a whole one. */
async function* unlessAborted<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncIterable<Item> {
  for await (const item of items) {
    signal.throwIfAborted()
    yield item
  }
}
