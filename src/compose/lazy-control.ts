import type { BackfillProgress, Control } from '../edge/http/control.ts'
import { findRepoJob } from '../flow/backfill/queues.ts'
import { deadLettersOf } from './control.ts'
import { storedObservers } from './observers.ts'
import type { Stores } from './stores.ts'

/** Nothing is configured where no node runs. */
export async function noNode(): Promise<string> {
  return 'no node runs here: start tidegauge serve with the values that it is to have'
}

/**
 * A control whose engine is started by the first request that needs one: most commands only read.
 *
 * @param start starts it; called once at most.
 */
export function createLazyControl(
  { storage, queue, failures }: Stores,
  start: (all: boolean) => Promise<Control>,
): Control {
  return {
    sync: async (did, trigger) => (await start(false)).sync(did, trigger),
    track: async (did) => (await start(false)).track(did),
    untrack: async (did) => (await start(false)).untrack(did),
    tracking: async (did) => (await storage.tracking()).get(did),
    job: (did) => findRepoJob(queue, did),
    failures: (did) => failures.list(did),
    deadLetters: (query) => deadLettersOf(queue, query),
    revive: (id) => queue.revive(id),
    backfill: {
      start: async () => (await start(true)).backfill.start(),
      progress: async (): Promise<BackfillProgress> => (await start(false)).backfill.progress(),
    },
    observers: storedObservers(storage),
    reindexSearch: () => false,
    changeConfig: noNode,
  }
}
