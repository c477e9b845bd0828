import type { Did } from '../../model/did.ts'
import type { SyncTrigger } from '../../model/sync.ts'
import { syncTriggers } from '../../model/sync.ts'
import type { Job, Queue } from '../../state/queue/queue.ts'

/** The queue of repos that are to be synced. The key of a job is a DID, its group the host of the repo, once known. */
export const repoQueue = 'repo'

/** The queue of DIDs that are to be looked up. The key of a job is the DID, its group who is asked. */
export const identityQueue = 'identity'

/** What is synced first; smaller is sooner. */
export const repoPriorities = { asked: 0, desync: 1, tracked: 2, enumerated: 3, background: 4 } as const

/** What is looked up first: events wait for it, something has changed, or a handle is wanted. */
export const lookUpPriorities = { held: 0, changed: 1, newcomer: 2 } as const

/** The group of all `did:plc`: one directory answers for them. */
export const plcDirectory = 'plc'

/** The group of a DID in the queue of look-ups: who is asked about it. All others have hosts of their own. */
export function directoryOf(did: Did): string {
  return did.startsWith('did:plc:') ? plcDirectory : did
}

/** What made a repo be queued. A job that was added for several reasons has the most urgent of them. */
export function triggerOf({ priority, payload }: Pick<Job, 'priority' | 'payload'>): SyncTrigger {
  if (priority === repoPriorities.asked) return syncTriggers.find((trigger) => trigger === payload) ?? 'api'
  if (priority === repoPriorities.desync) return 'resync'
  return priority === repoPriorities.background ? 'background' : 'backfill'
}

/** Those among `keys` that a queue has no job for, whatever its state: what is there keeps its place and its pauses. */
export async function notQueued<Key extends string>(
  queue: Pick<Queue, 'find'>,
  name: string,
  keys: readonly Key[],
): Promise<readonly Key[]> {
  const missing: Key[] = []
  for (const key of keys) if ((await queue.find(name, key)) === undefined) missing.push(key)
  return missing
}
