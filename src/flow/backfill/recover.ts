import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import type { Repo, RepoStatus } from '../../model/repo.ts'
import type { JobState, Queue } from '../../state/queue/queue.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { BackfillPolicy, Enqueue } from './enqueue.ts'
import { fetchingQueues, identityQueue, notQueued, resyncQueue } from './queues.ts'

export interface RecoverOptions {
  readonly storage: Pick<Storage, 'listRepos' | 'repos' | 'withHeld' | 'tracking'>
  readonly queue: Pick<Queue, 'find' | 'later' | 'deadLetters'>
  readonly enqueue: Pick<
    Enqueue,
    'desynced' | 'needless' | 'overdue' | 'seen' | 'tracked' | 'unverified' | 'settled'
  >
  readonly policy: BackfillPolicy
  /** Whether a run of this process is working on a repo: one that was asked for since the start. @default none is */
  readonly isUnderWay?: (did: Did) => boolean
  /** Leaves out repos that are out of sync because of a gap, since `Reconciler` has not worked it off. @default false */
  readonly leavesGaps?: boolean
  /** Repos that are looked at together. @default 500 */
  readonly pageSize?: number
}

export interface Recovered {
  /** Repos that were queued. */
  readonly repos: number
  /** DIDs that were queued to be looked up, since their events wait. */
  readonly lookUps: number
  /** Repos that stay `pending`, since nothing has asked for them. */
  readonly left: number
}

/**
 * Queues what has to be done and is not queued, by the states of the repos: these are the truth, and the queue follows
 * from them. What was queued and not yet written, or lost with its queue, is found here.
 */
export async function recover(options: RecoverOptions, signal?: AbortSignal): Promise<Recovered> {
  const { queue, enqueue, policy, storage, isUnderWay = () => false } = options
  const tracked = await trackedOf(storage)
  let repos = 0
  /** Resolves to how many were not wanted. */
  const add = async (status: RepoStatus, act: (did: Did) => void, isWanted = (_did: Did) => true) => {
    let left = 0
    for await (const page of pagesOf(options, status, signal)) {
      const wanted = page.map(({ did }) => did).filter(isWanted)
      left += page.length - wanted.length
      const missing = await notQueued(queue, wanted)
      for (const did of missing) act(did)
      repos += missing.length
      await enqueue.settled()
    }
    return left
  }
  // Nobody works on a run that began before the start.
  await add(
    'syncing',
    (did) => enqueue.desynced(did),
    (did) => !isUnderWay(did),
  )
  await add('desync', (did) => enqueue.desynced(did))
  // Dead letters are found in the queue, and stay what they are.
  await add('error', (did) => enqueue.desynced(did))
  const isWanted = (did: Did) => policy !== 'none' || tracked.has(did)
  const left = await add(
    'pending',
    (did) => (tracked.has(did) ? enqueue.tracked(did) : enqueue.seen(did)),
    isWanted,
  )
  await dropNeedless(options, signal)
  return { repos, left, lookUps: await recoverHeld(options, signal) }
}

/**
 * The process may have died when it knew that nothing was to be fetched of a repo any more, before its job was gone. Jobs
 * that are due show that by themselves.
 */
async function dropNeedless(
  { storage, queue, enqueue, pageSize = 500 }: RecoverOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const look = async (name: (typeof fetchingQueues)[number], jobs: readonly JobState[]) => {
    signal?.throwIfAborted()
    const repos = await storage.repos(jobs.map(({ key }) => key as Did))
    for (const { key, state } of jobs) {
      const did = key as Did
      const { status, content } = repos.get(did) ?? {}
      const isGone = status === undefined || status === 'deleted'
      if (isGone || (status === 'synced' && name === resyncQueue)) enqueue.needless(did)
      // One that was listed may be synced at an earlier revision, or its host hides it no longer: that is asked now.
      else if ((status === 'synced' || status !== content) && state !== 'dead') enqueue.overdue(name, did)
    }
    await enqueue.settled()
    await setImmediate()
  }
  for (const name of fetchingQueues) for await (const jobs of queue.later(name)) await look(name, jobs)
  for (let cursor: string | undefined; ; ) {
    const page = await queue.deadLetters({
      queues: [resyncQueue],
      limit: pageSize,
      ...(cursor && { cursor }),
    })
    await look(resyncQueue, page.jobs)
    cursor = page.cursor
    if (cursor === undefined) return
  }
}

/** Events wait for the end of a run, which is queued above, or for a key. */
async function recoverHeld(
  { storage, queue, enqueue, pageSize = 500 }: RecoverOptions,
  signal: AbortSignal | undefined,
): Promise<number> {
  let lookUps = 0
  for (let after: Did | undefined; ; ) {
    signal?.throwIfAborted()
    const page = await storage.withHeld(after, pageSize)
    const waiting = page.filter(({ content }) => content !== 'syncing').map(({ did }) => did)
    for (const did of waiting) {
      if ((await queue.find(identityQueue, did)) !== undefined) continue
      enqueue.unverified(did)
      lookUps++
    }
    await enqueue.settled()
    after = page.at(-1)?.did
    if (page.length < pageSize) return lookUps
  }
}

async function* pagesOf(
  { storage, leavesGaps = false, pageSize = 500 }: RecoverOptions,
  status: RepoStatus,
  signal: AbortSignal | undefined,
): AsyncIterable<readonly Repo[]> {
  for (let cursor: string | undefined; ; ) {
    signal?.throwIfAborted()
    const page = await storage.listRepos({ status, limit: pageSize, ...(cursor && { cursor }) })
    yield leavesGaps ? page.repos.filter(({ desync }) => desync?.reason !== 'gap') : page.repos
    cursor = page.cursor
    if (cursor === undefined) return
    // Whatever else is to be done takes its turn.
    await setImmediate()
  }
}

async function trackedOf(storage: Pick<Storage, 'tracking'>): Promise<ReadonlySet<Did>> {
  const all = await storage.tracking()
  return new Set([...all].filter(([, tracking]) => tracking === 'tracked').map(([did]) => did))
}
