import { type Clock, steadyClock } from '../../model/clock.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import type { Job, Queue } from './queue.ts'

export interface WorkersOptions {
  readonly queue: Pick<Queue, 'take' | 'ready' | 'renew' | 'retry' | 'heldUntilMs'>
  /** Whose jobs they take. */
  readonly name: string
  /** How many jobs are worked on at a time. */
  readonly concurrency: number
  /** How many jobs of one group are worked on at a time; of those without a group, as many as there may be. */
  readonly perGroup: number | ((group: string) => number)
  /**
   * Does a job and settles it: completes, retries or buries it. What it throws once the signal has aborted puts the
   * job back.
   *
   * @param claim says which group the job is of, where the job itself did not. Where it returns false, the group has
   *   no capacity; the job is put back by then, and is to be left.
   */
  readonly work: (job: Job, claim: Claim, signal: AbortSignal) => Promise<void>
  /** A job during which the process has died so often is worked on with no other beside it. @default never */
  readonly aloneAfter?: number
  /** For how long a job is leased at a time, in ms; it is renewed while it is worked on. @default 60_000 */
  readonly leaseMs?: number
  /** How long to wait before the queue is asked again once it has failed. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  /** @default steadyClock */
  readonly now?: Clock
  /** Called with what `work` throws, which then comes again when its lease runs out, and when the queue fails. Must not throw. */
  readonly onError?: (error: unknown) => void
}

export type WorkersSize = Pick<WorkersOptions, 'concurrency' | 'perGroup'>

export type Claim = (group: string) => Promise<boolean>

/** Takes jobs of one queue and does them, several at a time, with a bound for each group. */
export class Workers {
  readonly #options: Required<WorkersOptions>
  readonly #running = new Map<Job, Promise<void>>()
  /** How many jobs of each group are worked on. */
  readonly #groups = new Map<string, number>()
  /** How many jobs are asked for: fewer once some had to be put back. */
  #appetite: number
  #size: WorkersSize
  #renewedMs = Number.NEGATIVE_INFINITY
  #wake = () => {}

  constructor(options: WorkersOptions) {
    this.#options = { ...defaults, ...options }
    this.#appetite = options.concurrency
    this.#size = options
  }

  /** Works on as many at a time from now on. What is being worked on is not given up. */
  resize(size: WorkersSize): void {
    this.#size = size
    this.#appetite = size.concurrency
    this.#wake()
  }

  /** Jobs being worked on. */
  get running(): number {
    return this.#running.size
  }

  /** Runs until `signal` aborts and what is being worked on has been settled. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const renewing = setInterval(() => this.#renew(), this.#options.leaseMs / 3)
    try {
      while (!signal.aborted) {
        const jobs = await this.#take(signal)
        for (const job of jobs) this.#begin(job, signal.aborted ? this.#putBack : this.#do, signal)
        if (jobs.length === 0) await this.#idle(signal)
      }
      await Promise.all(this.#running.values())
    } finally {
      clearInterval(renewing)
    }
  }

  async #take(signal: AbortSignal): Promise<readonly Job[]> {
    const { queue, name, leaseMs, aloneAfter, now } = this.#options
    const { concurrency } = this.#size
    // A process that was suspended goes on here before the timer does: what it works on is not to be taken once more.
    if (now() - this.#renewedMs > leaseMs / 2) this.#renew()
    const free = concurrency - this.#running.size
    if (free <= 0) return []
    const limit = Math.min(free, this.#appetite)
    const room = (group: string) => (group === '' ? free : this.#most(group) - (this.#groups.get(group) ?? 0))
    const options = { leaseMs, without: this.#full(), room, aloneAfter }
    const jobs = await this.#repeat(() => queue.take(name, limit, options), signal)
    this.#appetite = Math.min(concurrency, this.#appetite * 2)
    return jobs ?? []
  }

  /** Groups that have no capacity now. */
  #full(): Set<string> {
    const full = [...this.#groups].filter(([group, jobs]) => jobs >= this.#most(group))
    return new Set(full.map(([group]) => group))
  }

  #begin(job: Job, act: (job: Job, signal: AbortSignal) => Promise<void>, signal: AbortSignal): void {
    const done = act(job, signal)
      .catch((error) => this.#options.onError(error))
      .finally(() => {
        this.#running.delete(job)
        this.#wake()
      })
    this.#running.set(job, done)
  }

  readonly #putBack = async (job: Job): Promise<void> => {
    await this.#options.queue.retry(job, { counts: false })
  }

  readonly #do = async (job: Job, signal: AbortSignal): Promise<void> => {
    const { queue, name } = this.#options
    let claimed: string | undefined
    const enter = async (group: string, isHeld = false): Promise<boolean> => {
      if (claimed !== undefined) this.#leave(claimed)
      claimed = undefined
      if (isHeld || !this.#enter(group)) {
        this.#appetite = 1
        await queue.retry(job, { group, counts: false })
        return false
      }
      claimed = group
      return true
    }
    const claim: Claim = async (group) =>
      claimed === group || enter(group, (await queue.heldUntilMs(name, group)) !== undefined)
    try {
      if (job.group !== '' && !(await enter(job.group))) return
      await this.#options.work(job, claim, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      await this.#putBack(job)
    } finally {
      if (claimed !== undefined) this.#leave(claimed)
    }
  }

  #enter(group: string): boolean {
    const jobs = this.#groups.get(group) ?? 0
    if (jobs >= this.#most(group)) return false
    this.#groups.set(group, jobs + 1)
    return true
  }

  #most(group: string): number {
    const { perGroup } = this.#size
    return typeof perGroup === 'number' ? perGroup : perGroup(group)
  }

  #leave(group: string): void {
    const jobs = (this.#groups.get(group) ?? 1) - 1
    if (jobs === 0) this.#groups.delete(group)
    else this.#groups.set(group, jobs)
  }

  /** Waits until there may be a job to take. */
  async #idle(signal: AbortSignal): Promise<void> {
    const { queue, name } = this.#options
    using stack = new DisposableStack()
    const over = new AbortController()
    stack.defer(() => over.abort())
    const stop = AbortSignal.any([signal, over.signal])
    const events = [
      new Promise<void>((resolve) => {
        this.#wake = resolve
        stop.addEventListener('abort', () => resolve())
      }),
    ]
    if (this.#running.size < this.#size.concurrency) {
      const without = this.#full()
      events.push(this.#repeat(() => queue.ready(name, stop, without), stop).then(() => {}))
    }
    await Promise.race(events)
  }

  #renew(): void {
    const { queue, leaseMs, onError, now } = this.#options
    this.#renewedMs = now()
    const jobs = [...this.#running.keys()]
    if (jobs.length > 0) queue.renew(jobs, leaseMs).catch(onError)
  }

  /** @returns undefined when it had to stop before the work succeeded. */
  async #repeat<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
    const { backoff, onError: onFailure } = this.#options
    return await repeat(work, { backoff, signal, onFailure }).catch(() => undefined)
  }
}

const defaults = {
  aloneAfter: Number.POSITIVE_INFINITY,
  leaseMs: 60_000,
  backoff: { firstMs: 100, maxMs: 5000, jitter: 0.5 },
  now: steadyClock,
  onError: () => {},
}
