import type { Control, ObserversControl } from '../edge/http/control.ts'
import { findRepoJob, identityQueue, repoQueues } from '../flow/backfill/queues.ts'
import { indexerGroup } from '../flow/indexing/indexer.ts'
import { actionsQueue } from '../model/action.ts'
import type { BackfillEntry } from '../model/backfill.ts'
import { encodeBackfillEntry } from '../model/backfill-bytes.ts'
import type { Did } from '../model/did.ts'
import { NotKeptError } from '../model/errors.ts'
import type { SyncOnce } from '../model/sync.ts'
import type { Queue } from '../state/queue/queue.ts'
import type { RepoState } from '../state/storage/storage.ts'
import { firehoseBackfill } from '../state/streams/streams.ts'
import type { Engine } from './engine.ts'
import { backfillProgress } from './progress.ts'
import type { Stores } from './stores.ts'

export interface ControlOptions extends Pick<Control, 'changeConfig'> {
  readonly engine: Engine
  readonly stores: Stores
  readonly observers: ObserversControl
  /** Begins to rebuild the search index. @returns false when that is under way. */
  readonly reindexSearch: () => boolean
  /** Ends what was begun. */
  readonly signal: AbortSignal
}

/** What the API can ask of an engine that runs. */
export function createControl({
  engine,
  stores,
  observers,
  reindexSearch,
  changeConfig,
  signal,
}: ControlOptions): Control {
  const { storage, streams, queue, failures } = stores

  /** Resolves once the indexer has applied it. */
  const apply = async (entry: BackfillEntry): Promise<void> => {
    const id = await streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
    await streams.acknowledged(firehoseBackfill, indexerGroup, id, signal)
    signal.throwIfAborted()
  }

  const track = async (did: Did): Promise<RepoState> => {
    await storage.setTracking(did, 'tracked')
    engine.kept.add(did)
    // Makes the repo known, so that it can be shown before anything is fetched.
    if ((await storage.getRepo(did)) === undefined) await apply({ kind: 'lapse', dids: [did], reason: 'gap' })
    const repo = await storage.getRepo(did)
    if (repo === undefined) throw new Error(`${did} was not stored`)
    if (repo.content !== 'synced') engine.enqueue.tracked(did)
    await engine.enqueue.settled()
    return repo
  }

  const untrack = async (did: Did): Promise<boolean> => {
    const repo = await storage.getRepo(did)
    if (repo === undefined && (await trackingOf(did)) !== 'tracked') return false
    // From here on nothing of it is taken in; what was taken in before is removed with it.
    await storage.setTracking(did, 'untracked')
    engine.kept.remove(did)
    await engine.enqueue.settled()
    for (const name of [...repoQueues, identityQueue]) await queue.remove(name, did)
    await apply({ kind: 'remove', did })
    await failures.clear(did)
    return true
  }

  const trackingOf = async (did: Did) => (await storage.tracking()).get(did)

  return {
    track,
    untrack,
    tracking: trackingOf,
    sync: keptSync({ engine, stores }),
    job: async (did) => {
      const job = await findRepoJob(queue, did)
      const host = engine.identity.peek(did)?.pds
      const untilMs = (host !== undefined && engine.hosts.blockedUntilMs(new URL(host))) || 0
      // One that is due is left alone as long as its host wants that.
      return job && { ...job, dueMs: job.state === 'waiting' ? Math.max(job.dueMs, untilMs) : job.dueMs }
    },
    failures: (did) => failures.list(did),
    deadLetters: (query) => deadLettersOf(queue, query),
    revive: (id) => queue.revive(id),
    backfill: {
      start: async () => {
        // Whoever asks wants to know when it is done, not to wait for that here.
        void engine.list(true, signal)
      },
      progress: () => backfillProgress(engine, stores),
    },
    observers,
    reindexSearch,
    changeConfig,
  }
}

/** Dead letters of the queues that a kind stands for: repos that could not be fetched or looked up, or actions. */
export function deadLettersOf(
  queue: Pick<Queue, 'deadLetters'>,
  { kind, ...page }: Parameters<Control['deadLetters']>[0],
): ReturnType<Control['deadLetters']> {
  const repos = [...repoQueues, identityQueue]
  if (kind === undefined) return queue.deadLetters(page)
  return queue.deadLetters({ ...page, queues: kind === 'job' ? [actionsQueue] : repos })
}

/** Syncs repos that are kept, whoever asks, and takes from the queues what is done by that. */
export function keptSync({
  engine,
  stores: { queue, storage },
}: Pick<ControlOptions, 'engine' | 'stores'>): SyncOnce {
  /** What was queued about a repo is done, unless it is out of sync once more. */
  const settle = async (did: Did): Promise<void> => {
    for (const name of repoQueues)
      if ((await queue.find(name, did))?.state !== 'running') await queue.remove(name, did)
    if ((await storage.getRepo(did))?.content !== 'synced') engine.enqueue.desynced(did)
  }
  return async (did, trigger) => {
    if (!engine.kept.has(did))
      throw new NotKeptError(`${did} is not kept here: track it first (POST /repos, tidegauge repos track)`)
    const result = await engine.sync.syncOnce(did, trigger)
    await settle(did)
    return result
  }
}
