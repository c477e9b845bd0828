import type { Clock } from '../../model/clock.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import type { NewJob, Queue } from '../../state/queue/queue.ts'

export interface JobBufferOptions {
  readonly queue: Pick<Queue, 'add' | 'find' | 'remove' | 'wake' | 'totals'>
  readonly backoff: Backoff
  readonly now: Clock
  /** Called for each failed attempt to change the queue, which is repeated. Must not throw. */
  readonly onError: (error: unknown) => void
}

/**
 * Changes on their way into queues, for callers who cannot wait. Those of one key become one: what was added and is
 * needless by then is never there, and what is added afterwards begins anew.
 */
export class JobBuffer implements AsyncDisposable {
  readonly #options: JobBufferOptions
  readonly #stop = new AbortController()
  readonly #queues = new Map<string, Changes>()
  #changing: Promise<void> | undefined

  constructor(options: JobBufferOptions) {
    this.#options = options
  }

  add(queue: string, job: NewJob): void {
    const { added } = this.#changesOf(queue)
    const before = added.get(job.key)
    added.set(job.key, before === undefined ? job : merged(before, job))
  }

  /**
   * Removes the job with this key, unless it is more urgent than `priority`. It is removed also while it runs: the run may
   * have failed, and would put it back.
   */
  drop(queue: string, key: string, priority: number): void {
    const { added, dropped, woken } = this.#changesOf(queue)
    if ((added.get(key)?.priority ?? 0) >= priority) added.delete(key)
    woken.delete(key)
    dropped.set(key, priority)
  }

  /**
   * Wakes the job with this key where it is set aside, or may be once it has run.
   *
   * @param dueMs asked for where there is such a job.
   */
  wake(queue: string, key: string, dueMs: () => number): void {
    this.#changesOf(queue).woken.set(key, dueMs)
  }

  /** Resolves when everything said so far is in its queue. */
  async settled(): Promise<void> {
    await this.#changing
  }

  /** What the queue does not take now is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#changing
  }

  #changesOf(queue: string): Changes {
    const changes = this.#queues.get(queue) ?? { added: new Map(), dropped: new Map(), woken: new Map() }
    this.#queues.set(queue, changes)
    this.#changing ??= this.#run()
    return changes
  }

  async #run(): Promise<void> {
    // What is said in the same turn goes together.
    await new Promise((resolve) => setImmediate(resolve))
    const { queue } = this.#options
    while (this.#size > 0) {
      for (const [name, { added, dropped, woken }] of this.#queues) {
        // All of them, since one that is added again comes after.
        for (const [key, priority] of taken(dropped))
          await this.#repeat(() => this.#drop(name, key, priority))
        const jobs = taken(added, addedTogether).map(([, job]) => job)
        if (jobs.length > 0) await this.#repeat(() => queue.add(name, jobs))
        const wakes = taken(woken)
        if (wakes.length > 0 && !(await this.#isIdle(name)))
          for (const [key, dueMs] of wakes) await this.#repeat(() => this.#wake(name, key, dueMs))
      }
    }
    this.#changing = undefined
  }

  async #drop(name: string, key: string, priority: number): Promise<void> {
    const { queue } = this.#options
    const job = await queue.find(name, key)
    if (job !== undefined && job.priority >= priority) await queue.remove(name, key)
  }

  /** Whether a queue has no job that could wait, or run: of a whole network very many write of whom nothing is wanted. */
  async #isIdle(name: string): Promise<boolean> {
    const totals = await this.#options.queue.totals(name).catch(() => undefined)
    return totals?.waiting === 0 && totals.running === 0
  }

  async #wake(name: string, key: string, dueMs: () => number): Promise<void> {
    const { queue, now } = this.#options
    const job = await queue.find(name, key)
    const isAside = job?.state === 'waiting' && job.addedMs > now()
    if (isAside || job?.state === 'running') await queue.wake(name, key, dueMs())
  }

  async #repeat(work: () => Promise<unknown>): Promise<void> {
    const { backoff, onError: onFailure } = this.#options
    await repeat(work, { backoff, signal: this.#stop.signal, onFailure }).catch(() => {})
  }

  get #size(): number {
    return this.#queues
      .values()
      .reduce((sum, { added, dropped, woken }) => sum + added.size + dropped.size + woken.size, 0)
  }
}

/** What is to become of the jobs of a queue, by key, in this order: dropped, added, woken. */
interface Changes {
  readonly dropped: Map<string, number>
  readonly added: Map<string, NewJob>
  readonly woken: Map<string, () => number>
}

function taken<Value>(changes: Map<string, Value>, limit = changes.size): readonly [string, Value][] {
  const some = [...changes.entries().take(limit)]
  for (const [key] of some) changes.delete(key)
  return some
}

function merged(one: NewJob, other: NewJob): NewJob {
  const priority = Math.min(one.priority ?? 0, other.priority ?? 0)
  // Without a time it is due at once.
  const dueMs = one.dueMs && other.dueMs && Math.min(one.dueMs, other.dueMs)
  const onlyNew = (one.onlyNew ?? false) && (other.onlyNew ?? false)
  const { dueMs: _, ...both } = { ...one, ...other }
  return { ...both, priority, onlyNew, ...(dueMs && { dueMs }) }
}

/** How many jobs one transaction adds. */
const addedTogether = 1000
