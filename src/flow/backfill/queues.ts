import type { Did } from '../../model/did.ts'
import { type SyncTrigger, syncTriggers } from '../../model/sync.ts'
import type { Job, JobState, Queue } from '../../state/queue/queue.ts'

/**
 * The queues of repos that are to be synced. The key of a job is a DID, its group the host of the repo, once known.
 * Each has workers of its own: what is asked for, and what was synced before, does not wait until millions of repos
 * are fetched for the first time, and checks of what is stored hold up neither.
 */
export const resyncQueue = 'resync'
export const repoQueue = 'repo'
export const backgroundQueue = 'background'

export const repoQueues = [resyncQueue, repoQueue, backgroundQueue] as const

/** Those of repos whose content is not known, which leave them once it is. */
export const fetchingQueues = [resyncQueue, repoQueue] as const

/** What is synced first; smaller is sooner. */
export const repoPriorities = { asked: 0, desync: 1, tracked: 2, enumerated: 3, background: 4 } as const

/** The queue of DIDs that are to be looked up. The key of a job is the DID, its group who is asked about it. */
export const identityQueue = 'identity'

/** What is looked up first: events wait for it, something has changed, a handle is wanted, or may be that of before. */
export const lookUpPriorities = { held: 0, changed: 1, newcomer: 2, doubtful: 3 } as const

/** What a job says whose document must not come from the cache, whatever else it is wanted for. */
export const doubtful = 'doubtful'

/** The group of all `did:plc`: one directory answers for them. */
export const plcDirectory = 'plc'

/** The group of a DID in the queue of look-ups: who is asked about it. All others have hosts of their own. */
export function directoryOf(did: Did): string {
  return did.startsWith('did:plc:') ? plcDirectory : did
}

/** What made a repo be queued. A job that was added for several reasons has the most urgent of them. */
export function triggerOf({
  queue,
  priority,
  payload,
}: Pick<Job, 'queue' | 'priority' | 'payload'>): SyncTrigger {
  if (queue === repoQueue) return 'backfill'
  if (queue === backgroundQueue) return 'background'
  if (priority !== repoPriorities.asked) return 'resync'
  return syncTriggers.find((trigger) => trigger === payload) ?? 'api'
}

/** The job that a repo has next, whichever queue it is in; undefined where nothing is to be done about it. */
export async function findRepoJob(queue: Pick<Queue, 'find'>, did: Did): Promise<JobState | undefined> {
  const jobs = await Promise.all(repoQueues.map((name) => queue.find(name, did)))
  const found = jobs.filter((job) => job !== undefined)
  return found.toSorted(
    (a, b) => Number(a.state === 'dead') - Number(b.state === 'dead') || a.dueMs - b.dueMs,
  )[0]
}

/** Those among `dids` that no queue has a job for, whatever its state: what is there keeps its place and its pauses. */
export async function notQueued(queue: Pick<Queue, 'find'>, dids: readonly Did[]): Promise<readonly Did[]> {
  const missing: Did[] = []
  for (const did of dids) if ((await findRepoJob(queue, did)) === undefined) missing.push(did)
  return missing
}
