import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { RateLimitedError, UnavailableRepoError, UpstreamError } from '../../model/errors.ts'
import type { Backoff } from '../../model/repeat.ts'
import type { SyncOnce, SyncResult, SyncTrigger } from '../../model/sync.ts'
import type { Job, Queue } from '../../state/queue/queue.ts'
import { type Claim, Workers } from '../../state/queue/workers.ts'
import { type AttemptsOptions, createAttempts, type NextAttempt } from './attempts.ts'
import { backgroundQueue, fetchingQueues, repoQueue, repoQueues, resyncQueue, triggerOf } from './queues.ts'

export interface BackfillOptions {
  readonly queue: Pick<
    Queue,
    | 'take'
    | 'ready'
    | 'renew'
    | 'hold'
    | 'heldUntilMs'
    | 'retry'
    | 'complete'
    | 'bury'
    | 'totals'
    | 'find'
    | 'remove'
    | 'aside'
  >
  readonly syncOnce: SyncOnce
  /** Marks a repo as one that could not be fetched, unless what is stored of it is synced. */
  readonly giveUp: (did: Did) => Promise<void>
  /** Whether a repo is hidden by its host, as far as is known here: it is told of once it is active again. @default never */
  readonly isHidden?: (did: Did) => Promise<boolean>
  /**
   * Says which host has a repo; undefined where it has none.
   *
   * @throws {UpstreamError} when the directory does not answer.
   */
  readonly hostOf: (did: Did, signal: AbortSignal) => Promise<URL | undefined>
  /** When a host may be asked again, in ms since 1970; undefined when it may be asked now. */
  readonly blockedUntilMs: (host: URL) => number | undefined
  /** Repos that are fetched for the first time, at a time. @default 32 */
  readonly concurrency?: number
  /** The same of one host. @default 8 */
  readonly perHost?: number
  /** Repos that are synced again, or were asked for, at a time; of one host no more than half of them. @default 16 */
  readonly resyncConcurrency?: number
  /** Repos that are checked in the background at a time; of one host no more than half of them. @default 4 */
  readonly backgroundConcurrency?: number
  /** How often and when a repo is tried again. */
  readonly attempts?: AttemptsOptions
  /** When the directory may be asked again, in ms since 1970; undefined when it may be asked now. @default always now */
  readonly directoryUntilMs?: () => number | undefined
  /** Until a repo whose host could not be looked up is tried again, in ms. @default 15_000 */
  readonly directoryPauseMs?: number
  /** For how long a job is leased at a time, in ms; it is renewed while it is worked on. @default 60_000 */
  readonly leaseMs?: number
  readonly backoff?: Backoff
  /** @default steadyClock */
  readonly now?: Clock
  /** Called for each job that is done. Must not throw. */
  readonly onDone?: (result: SyncResult, trigger: SyncTrigger) => void
  /** Called for each attempt that failed, and says what becomes of the job. Must not throw. */
  readonly onFailed?: (failed: FailedAttempt) => void
  /** Called when the queue fails. Must not throw. */
  readonly onError?: (error: unknown) => void
}

export interface BackfillTotals {
  /** Repos that wait to be fetched for the first time. */
  readonly waiting: number
  /** Repos that wait to be synced again, or were asked for. */
  readonly resyncWaiting: number
  /** Since when the first of these waits, in ms since 1970, in the future for one set aside; undefined when none waits. */
  readonly resyncOldestAddedMs: number | undefined
  /** Repos that wait for any sync, those that are checked in the background included. */
  readonly depth: number
  readonly deadLetters: number
}

export interface FailedAttempt {
  readonly did: Did
  readonly trigger: SyncTrigger
  readonly error: unknown
  /**
   * `retry`: after a pause; `wait`: the same, and this was no attempt; `dead`: it is a dead letter now; `dropped`: its
   * host hides it, and tells when that is over; or what is stored could not be checked, which is left to the next pass over
   * what has not been.
   */
  readonly next: 'retry' | 'wait' | 'dead' | 'dropped'
  /** In ms since 1970; absent where there is no further attempt. */
  readonly dueMs?: number
}

/** Syncs the repos that are queued, with bounds in all and for each host, and tries again what fails. */
export class Backfill {
  readonly #options: BackfillOptions & Required<Pick<BackfillOptions, keyof typeof defaults>>
  readonly #workers: Readonly<Record<(typeof repoQueues)[number], Workers>>
  readonly #nextAttempt: ReturnType<typeof createAttempts>

  constructor(options: BackfillOptions) {
    this.#options = { ...defaults, ...options }
    this.#nextAttempt = createAttempts(options.attempts)
    const { concurrency, perHost, resyncConcurrency, backgroundConcurrency } = this.#options
    this.#workers = {
      [resyncQueue]: this.#hire(resyncQueue, resyncConcurrency, Math.ceil(resyncConcurrency / 2)),
      [repoQueue]: this.#hire(repoQueue, concurrency, perHost),
      [backgroundQueue]: this.#hire(
        backgroundQueue,
        backgroundConcurrency,
        Math.ceil(backgroundConcurrency / 2),
      ),
    }
  }

  /** Fetches as many repos at a time from now on, and from one host. */
  resize(concurrency: number, perHost: number): void {
    this.#workers[repoQueue].resize({ concurrency, perGroup: perHost })
  }

  /** Repos that are being fetched for the first time. */
  get running(): number {
    return this.#workers[repoQueue].running
  }

  /** What is to be done. */
  async totals(): Promise<BackfillTotals> {
    const { queue } = this.#options
    const [resync, repo, background] = await Promise.all([
      queue.totals(resyncQueue),
      queue.totals(repoQueue),
      queue.totals(backgroundQueue),
    ])
    return {
      waiting: repo.waiting,
      resyncWaiting: resync.waiting,
      resyncOldestAddedMs: resync.oldestAddedMs,
      depth: repo.waiting + resync.waiting + background.waiting,
      deadLetters: repo.dead + resync.dead + background.dead,
    }
  }

  /** Repos whose next try is of no use before their owners, or hosts, act; by host, the one with the most first. */
  async setAside(): Promise<readonly { readonly host: string; readonly repos: number }[]> {
    const queues = await Promise.all(fetchingQueues.map((name) => this.#options.queue.aside(name)))
    const repos = new Map<string, number>()
    for (const { group, jobs } of queues.flat()) repos.set(group, (repos.get(group) ?? 0) + jobs)
    return Array.from(repos, ([host, repos]) => ({ host, repos })).sort((a, b) => b.repos - a.repos)
  }

  /** Runs until `signal` aborts, and everything that was begun has ended. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(repoQueues.map((name) => this.#workers[name].run(signal)))
  }

  #hire(name: string, concurrency: number, perGroup: number): Workers {
    const work = (job: Job, claim: Claim, signal: AbortSignal) => this.#work(job, claim, signal)
    return new Workers({ ...this.#options, name, concurrency, perGroup, work })
  }

  /** Asks a host, or for the hosts of repos (''), no more before a time. */
  async #hold(group: string, untilMs: number): Promise<void> {
    for (const name of repoQueues) await this.#options.queue.hold(name, group, untilMs)
  }

  async #work(job: Job, claim: Claim, signal: AbortSignal): Promise<void> {
    const did = job.key as Did
    let host: URL | undefined
    try {
      host = await this.#options.hostOf(did, signal)
    } catch (error) {
      if (error instanceof UpstreamError) return await this.#withoutDirectory(job, error)
      // Anything else is found out again by the run, and counts as its failure.
    }
    const group = host?.host ?? ''
    const untilMs = host && this.#options.blockedUntilMs(host)
    if (untilMs !== undefined) {
      await this.#hold(group, untilMs)
      await this.#options.queue.retry(job, { dueMs: untilMs, group, counts: false })
      return
    }
    if (group !== '' && !(await claim(group))) return
    await this.#sync(job, group, host, signal)
  }

  async #sync(job: Job, group: string, host: URL | undefined, signal: AbortSignal): Promise<void> {
    const { queue, syncOnce, onDone, blockedUntilMs, now } = this.#options
    const did = job.key as Did
    const trigger = triggerOf(job)
    let result: SyncResult
    try {
      result = await syncOnce(did, trigger)
    } catch (error) {
      if (error instanceof RateLimitedError && group !== '') {
        const untilMs = host && blockedUntilMs(host)
        await this.#hold(group, untilMs ?? now() + (error.retryAfterMs ?? 0))
      }
      return await this.#failed(job, group, error, signal)
    }
    await queue.complete(job)
    await this.#bringBack(did, job.queue)
    onDone(result, trigger)
  }

  /** A repo that was synced has no dead letter any more, whichever queue that is in. */
  async #bringBack(did: Did, own: string): Promise<void> {
    const { queue } = this.#options
    for (const name of repoQueues) {
      if (name !== own && (await queue.find(name, did))?.state === 'dead') await queue.remove(name, did)
    }
  }

  async #failed(job: Job, group: string, error: unknown, signal: AbortSignal): Promise<void> {
    const { queue, giveUp, isHidden, now, onFailed } = this.#options
    const did = job.key as Did
    const trigger = triggerOf(job)
    const text = error instanceof Error ? error.message : String(error)
    // What was ended from outside says nothing about the repo.
    const isOver = error instanceof UnavailableRepoError && (await isHidden(did))
    const next = signal.aborted
      ? ({ pauseMs: 0, counts: false } as const satisfies NextAttempt)
      : this.#nextAttempt(job, error)
    if (!signal.aborted && (isOver || (next === 'bury' && job.queue === backgroundQueue))) {
      await queue.complete(job)
      onFailed({ did, trigger, error, next: 'dropped' })
      return
    }
    if (next === 'bury') {
      await giveUp(did)
      await queue.bury(job, text)
      onFailed({ did, trigger, error, next: 'dead' })
      return
    }
    const { pauseMs, counts, failure, isAside = false } = next
    const dueMs = now() + pauseMs
    await queue.retry(job, { dueMs, error: text, group, counts, ...(failure && { failure }), isAside })
    onFailed({ did, trigger, error, next: counts ? 'retry' : 'wait', dueMs })
  }

  /** A directory that is silent says nothing about a repo, and those whose hosts are not known yet wait for it. */
  async #withoutDirectory(job: Job, error: UpstreamError): Promise<void> {
    const { queue, directoryPauseMs, directoryUntilMs, now, onFailed } = this.#options
    const pauseMs =
      error instanceof RateLimitedError ? (error.retryAfterMs ?? directoryPauseMs) : directoryPauseMs
    const untilMs = directoryUntilMs()
    if (untilMs !== undefined) await this.#hold('', untilMs)
    const dueMs = Math.max(untilMs ?? 0, now() + pauseMs) + directoryPauseMs * Math.random()
    await queue.retry(job, { dueMs, error: error.message, group: job.group, counts: false })
    onFailed({ did: job.key as Did, trigger: triggerOf(job), error, next: 'wait', dueMs })
  }
}

const defaults = {
  concurrency: 32,
  perHost: 8,
  resyncConcurrency: 16,
  backgroundConcurrency: 4,
  isHidden: async () => false,
  directoryUntilMs: () => undefined,
  directoryPauseMs: 15_000,
  now: steadyClock,
  onDone: () => {},
  onFailed: () => {},
}
