import { getBackfill, listDeadLetters, retryDeadLetter, startBackfill } from './backfill.ts'
import { getConfig, patchConfig } from './config.ts'
import { getDocs, getOpenApi } from './docs.ts'
import { deleteRecord, putRecord } from './local-records.ts'
import { listObservers, replayObservers, testObservers } from './observers.ts'
import { getRecord, queryRecords } from './records.ts'
import { getRepo, listRepoErrors, listRepos, syncRepo, trackRepo, untrackRepo } from './repos.ts'
import type { Route } from './route.ts'
import { rebuildSearch, searchRecords } from './search.ts'
import { getHealth, getIndex, getReady, getStats } from './status.ts'

/** Routes that belong together, as documents show them. */
export interface RouteGroup {
  readonly name: string
  /** By the names that generated clients call them. */
  readonly routes: Readonly<Record<string, Route>>
}

/** Every route of the API, in the order in which documents show them. A route that is not named here is not served. */
export const contract: readonly RouteGroup[] = [
  { name: 'Records', routes: { queryRecords, getRecord, putRecord, deleteRecord } },
  { name: 'Search', routes: { searchRecords, rebuildSearch } },
  { name: 'Repos', routes: { listRepos, trackRepo, getRepo, untrackRepo, syncRepo, listRepoErrors } },
  { name: 'Backfill', routes: { getBackfill, startBackfill, listDeadLetters, retryDeadLetter } },
  { name: 'Observers', routes: { listObservers, testObservers, replayObservers } },
  {
    name: 'Service',
    routes: { getHealth, getReady, getStats, getConfig, patchConfig, getIndex, getOpenApi, getDocs },
  },
]

export const routes: readonly Route[] = contract.flatMap((group) => Object.values(group.routes))
