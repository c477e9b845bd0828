import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import type { EnumeratedRepo } from '../../model/enumerated.ts'
import { type Backoff, repeat, sleepUnlessAborted } from '../../model/repeat.ts'
import type { DesyncReason } from '../../model/repo.ts'
import type { SyncTrigger } from '../../model/sync.ts'
import type { NewJob, Queue } from '../../state/queue/queue.ts'
import { JobBuffer } from './job-buffer.ts'
import {
  backgroundQueue,
  identityQueue,
  latestFirst,
  lookUpGroup,
  lookUpGroups,
  lookUpPriorities,
  repoPriorities,
  repoQueue,
  resyncQueue,
} from './queues.ts'
import { Slowdown } from './slowdown.ts'

/** Which repos are fetched without being asked for: none, those that the stream brings, or all that can be listed. */
export type BackfillPolicy = (typeof backfillPolicies)[number]

export const backfillPolicies = ['none', 'seen', 'all'] as const

export interface EnqueueOptions {
  readonly queue: Pick<Queue, 'add' | 'totals'>
  readonly policy: BackfillPolicy
  /** Whether repos that go out of sync for a reason are looked at elsewhere, as `Reconciler` does. @default none are */
  readonly takesCareOf?: (reason: DesyncReason) => boolean
  /** Repos that were enumerated or are checked in the background wait while the queue has this many. @default 10_000_000 */
  readonly limit?: number
  /** While the queue is full: how often it is looked whether there is room, in ms. @default 500 */
  readonly pollMs?: number
  /** How long to wait before what could not be added is added again. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  /** @default steadyClock */
  readonly now?: Clock
  /** Called when repos have to wait since the queue is full. Must not throw. */
  readonly onBackpressure?: () => void
  /** Called for each failed attempt to add jobs, which is repeated. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/**
 * Decides what is to be done about repos, how soon, and queues it. What is said of a repo in passing is collected and
 * added in batches; if the process dies first, `recover` finds it in the state of the repo.
 */
export class Enqueue implements AsyncDisposable {
  readonly #options: Required<EnqueueOptions>
  readonly #slowdown: Slowdown
  readonly #buffer: JobBuffer

  constructor(options: EnqueueOptions) {
    this.#options = { ...defaults, ...options }
    const { now, queue, backoff, onError } = this.#options
    this.#slowdown = new Slowdown({ now })
    this.#buffer = new JobBuffer({ queue, backoff, onError })
  }

  /** A repo is not known to be synced any more. It is fetched at once, unless that happens to it again and again. */
  desynced(did: Did, reason?: DesyncReason): void {
    if (reason !== undefined && this.#options.takesCareOf(reason)) return
    const dueMs = this.#slowdown.next(did)
    this.#buffer.add(resyncQueue, { key: did, priority: repoPriorities.desync, dueMs })
  }

  /** The stream has brought a repo whose content is not known; or a run has made it known, which is queued then. */
  seen(did: Did): void {
    if (this.#options.policy === 'none') return
    this.#buffer.add(repoQueue, { key: did, priority: repoPriorities.enumerated, onlyNew: true })
  }

  /** The operator wants this repo. */
  tracked(did: Did): void {
    this.#buffer.add(repoQueue, { key: did, priority: repoPriorities.tracked })
  }

  /** Somebody waits for this repo. Resolves once it is queued. */
  async asked(did: Did, trigger: SyncTrigger): Promise<void> {
    const job = { key: did, priority: repoPriorities.asked, payload: trigger }
    await this.#options.queue.add(resyncQueue, [job])
  }

  /**
   * Repos that a host has listed. Resolves once they are queued, which waits for room. One that is queued already is left
   * as it is: whoever lists a repo again must not end the pause before its next try, nor bring its dead letter back.
   */
  async enumerated(
    repos: readonly Pick<EnumeratedRepo, 'did' | 'host'>[],
    signal?: AbortSignal,
  ): Promise<void> {
    const priority = repoPriorities.enumerated
    const jobs = repos.map(({ did, host }) => ({
      key: did,
      priority,
      onlyNew: true,
      ...(host !== undefined && { group: host }),
    }))
    await this.#patiently(repoQueue, jobs, signal)
  }

  /** Repos that nothing has confirmed for long. Resolves once they are queued, which waits for room. */
  async stale(dids: readonly Did[], signal?: AbortSignal): Promise<void> {
    const jobs = dids.map((did) => ({ key: did, priority: repoPriorities.background }))
    await this.#patiently(backgroundQueue, jobs, signal)
  }

  /** Events of this DID wait for its key. */
  unverified(did: Did): void {
    this.#lookUp(did, lookUpPriorities.held, lookUpGroup(did))
  }

  /** A repo was fetched for the first time, and its handle is not known. */
  newcomer(did: Did): void {
    this.#lookUp(did, lookUpPriorities.newcomer, lookUpGroups.handle)
  }

  /** The document of this DID may have changed. */
  identity(did: Did): void {
    this.#lookUp(did, lookUpPriorities.changed, lookUpGroup(did))
  }

  /** Resolves when everything said so far is queued. */
  async settled(): Promise<void> {
    await this.#buffer.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#buffer[Symbol.asyncDispose]()
  }

  #lookUp(did: Did, priority: number, group: string): void {
    const dueMs = latestFirst(this.#options.now())
    this.#buffer.add(identityQueue, { key: did, priority, group, dueMs })
  }

  async #patiently(name: string, jobs: readonly NewJob[], signal?: AbortSignal): Promise<void> {
    const { queue, backoff, onError: onFailure } = this.#options
    if (jobs.length === 0) return
    await this.#room(name, signal)
    signal?.throwIfAborted()
    await repeat(() => queue.add(name, jobs), { backoff, signal, onFailure })
  }

  async #room(name: string, signal: AbortSignal | undefined): Promise<void> {
    const { queue, limit, pollMs, onBackpressure } = this.#options
    const isFull = async () => (await queue.totals(name)).waiting >= limit
    if (!(await isFull())) return
    onBackpressure()
    while (!signal?.aborted && (await isFull())) await sleepUnlessAborted(pollMs, signal)
  }
}

const defaults = {
  takesCareOf: () => false,
  limit: 10_000_000,
  pollMs: 500,
  backoff: { firstMs: 100, maxMs: 5000, jitter: 0.5 },
  now: steadyClock,
  onBackpressure: () => {},
  onError: () => {},
}
