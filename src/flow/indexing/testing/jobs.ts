import assert from 'node:assert/strict'
import type { Random } from '../../../demo/random.ts'
import type { Did } from '../../../model/did.ts'
import type { DesyncReason } from '../../../model/repo.ts'
import type { Queue } from '../../../state/queue/queue.ts'
import { openQueue } from '../../../state/queue/testing/queue.ts'
import type { RepoState } from '../../../state/storage/storage.ts'
import { Enqueue } from '../../backfill/enqueue.ts'
import { findRepoJob, repoPriorities, repoQueues, resyncQueue } from '../../backfill/queues.ts'
import { recover } from '../../backfill/recover.ts'
import type { NoticeOptions } from '../notices.ts'
import { alice } from './events.ts'
import type { Fuse, World } from './world.ts'

/** One for all histories, since opening one takes longer than most of them. */
const clock = { ms: 1_700_000_000_000 }
const { queue } = openQueue(() => clock.ms)

/** What is queued of the only repo there is, as a process is told by the indexer. */
export class Jobs {
  readonly #fuse: () => Fuse
  #enqueue: Enqueue
  #hasDied = false
  /** Whether the job of the last run has gone with a repo that the run then made known again. */
  #isRemoved = false
  /** Whether a run has begun, perhaps of a repo that is hidden. */
  #isLookedAt = false

  /** @param fuse kills the process at its changes of the queue. */
  constructor(fuse: () => Fuse) {
    this.#fuse = fuse
    this.#enqueue = this.#open()
  }

  get notices(): NoticeOptions {
    return {
      onDesync: (did: Did, reason: DesyncReason | undefined) => this.#enqueue.desynced(did, reason),
      onPending: (did) => this.#enqueue.seen(did),
      onNeedless: (did) => this.#enqueue.needless(did),
      onWritten: (did) => this.#enqueue.written(did),
    }
  }

  /** Nothing is queued at the beginning of a history. */
  async clear(): Promise<void> {
    for (const name of repoQueues) await queue.remove(name, alice)
  }

  async settled(): Promise<void> {
    await this.#enqueue.settled()
  }

  /** The process has died, and another one looks what is to be done. */
  async recover(storage: World['storage']): Promise<void> {
    this.#hasDied = true
    this.#enqueue = this.#open()
    await recover({ storage, queue, enqueue: this.#enqueue, policy: 'seen' })
  }

  /**
   * A run begins because there is a job.
   *
   * @param isRemoved whether the repo is about to be removed, and its job with it, which the run does not know.
   */
  async begin(isRemoved: boolean): Promise<void> {
    this.#isRemoved = isRemoved
    await queue.add(resyncQueue, [{ key: alice, priority: repoPriorities.desync }])
    this.#isLookedAt = true
  }

  /** A worker tries, and fails: the next try is later, or never. */
  async fail(random: Random): Promise<void> {
    clock.ms += random.int(5_000_000)
    for (const name of repoQueues) {
      const [job] = await queue.take(name, 1)
      if (job === undefined) continue
      const dueMs = clock.ms + random.int(10_000_000)
      if (random.int(5) === 0) await queue.bury(job, 'given up')
      else await queue.retry(job, { dueMs, isAside: random.int(2) === 0 })
    }
  }

  /** What has to be fetched is queued or given up, and nothing else is. */
  async check(repo: RepoState | undefined): Promise<void> {
    const { status, content, run } = repo ?? {}
    const isHidden = status !== content
    if (!isHidden) this.#isLookedAt = false
    const isWanted = repo !== undefined && status === content && content !== 'synced'
    const job = await findRepoJob(queue, alice)
    if (job !== undefined && !isWanted && this.#hasDied && job.dueMs <= clock.ms) {
      // What the process that died has left is due at once, and finds nothing to do.
      await this.clear()
      return
    }
    // Should the run fail, what was synced is that again, or goes out of sync then; and what was pending is seen once more.
    if (content === 'syncing' && (run?.before === 'synced' || run?.before === 'pending')) return
    if ((isHidden && this.#isLookedAt) || (content === 'error' && this.#isRemoved)) return
    assert.equal(job !== undefined, isWanted, `${status} (${content}), and its job is ${job?.state}`)
  }

  #open(): Enqueue {
    const step = async <Result>(work: () => Promise<Result>) =>
      // What a process that is dead has not done is never done.
      await (this.#enqueue === enqueue ? this.#fuse().step(work) : new Promise<never>(() => {}))
    const dying: Pick<Queue, 'add' | 'find' | 'remove' | 'wake' | 'totals'> = {
      add: (...all) => step(() => queue.add(...all)),
      remove: (...all) => step(() => queue.remove(...all)),
      wake: (...all) => step(() => queue.wake(...all)),
      find: (...all) => queue.find(...all),
      totals: (...all) => queue.totals(...all),
    }
    const enqueue = new Enqueue({ queue: dying, policy: 'seen', now: () => clock.ms })
    return enqueue
  }
}
