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

/** What is synced first; smaller is sooner. */
export const repoPriorities = { asked: 0, desync: 1, tracked: 2, enumerated: 3, background: 4 } as const

/** The queue of DIDs that are to be looked up. The key of a job is the DID, its group who is asked about it. */
export const identityQueue = 'identity'

/** What is looked up first: events wait for it, something has changed, or a handle is wanted. */
export const lookUpPriorities = { held: 0, changed: 1, newcomer: 2 } as const

/**
 * The groups of look-ups, each of which has places of its own: one directory answers for all `did:plc`, all others have
 * hosts that strangers chose, as handles have. Those that have failed before take no place from those that are new.
 */
export const lookUpGroups = {
  plc: 'plc',
  web: 'web',
  plcAgain: 'plc again',
  webSecond: 'web second',
  webAgain: 'web again',
  handle: 'handle',
} as const

/**
 * When a look-up is due that goes before all that were asked for earlier: of the jobs of a group, a queue takes the one
 * first that has been due for longest. Where more DIDs turn up than can be looked up, as after an outage of the
 * directory or in a flood of those that do not exist, the order of arrival would make everybody wait for all before
 * them. In this order most of those that turn up from then on are served at once, and the others when there is time.
 */
export function latestFirst(nowMs: number): number {
  return -nowMs
}

/** The group of a DID that is to be looked up. @param failures how often that was in vain. */
export function lookUpGroup(did: Did, failures = 0): string {
  const { plc, plcAgain, web, webSecond, webAgain } = lookUpGroups
  if (did.startsWith('did:plc:')) return failures === 0 ? plc : plcAgain
  return [web, webSecond][failures] ?? webAgain
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
