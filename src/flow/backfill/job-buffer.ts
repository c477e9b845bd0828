import { type Backoff, repeat } from '../../model/repeat.ts'
import type { NewJob, Queue } from '../../state/queue/queue.ts'

export interface JobBufferOptions {
  readonly queue: Pick<Queue, 'add'>
  readonly backoff: Backoff
  /** Called for each failed attempt to add jobs, which is repeated. Must not throw. */
  readonly onError: (error: unknown) => void
}

/** Jobs on their way into queues, for callers who cannot wait. Those of one key become one. */
export class JobBuffer implements AsyncDisposable {
  readonly #options: JobBufferOptions
  readonly #stop = new AbortController()
  readonly #waiting = new Map<string, Map<string, NewJob>>()
  #adding: Promise<void> | undefined

  constructor(options: JobBufferOptions) {
    this.#options = options
  }

  add(queue: string, job: NewJob): void {
    const jobs = this.#waiting.get(queue) ?? new Map<string, NewJob>()
    const before = jobs.get(job.key)
    jobs.set(job.key, before === undefined ? job : merged(before, job))
    this.#waiting.set(queue, jobs)
    this.#adding ??= this.#run()
  }

  /** Resolves when everything added so far is in its queue. */
  async settled(): Promise<void> {
    await this.#adding
  }

  /** What the queue does not take now is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#adding
  }

  async #run(): Promise<void> {
    // What is said in the same turn goes together.
    await new Promise((resolve) => setImmediate(resolve))
    const { queue, backoff, onError: onFailure } = this.#options
    const { signal } = this.#stop
    while (this.#size > 0) {
      for (const [name, jobs] of this.#waiting) {
        const batch = [...jobs.values().take(batchJobs)]
        if (batch.length === 0) continue
        for (const { key } of batch) jobs.delete(key)
        await repeat(() => queue.add(name, batch), { backoff, signal, onFailure }).catch(() => {})
      }
    }
    this.#adding = undefined
  }

  get #size(): number {
    return this.#waiting.values().reduce((sum, { size }) => sum + size, 0)
  }
}

function merged(one: NewJob, other: NewJob): NewJob {
  const priority = Math.min(one.priority ?? 0, other.priority ?? 0)
  // Without a time it is due at once.
  const dueMs = one.dueMs && other.dueMs && Math.min(one.dueMs, other.dueMs)
  const onlyNew = (one.onlyNew ?? false) && (other.onlyNew ?? false)
  const { dueMs: _, ...both } = { ...one, ...other }
  return { ...both, priority, onlyNew, ...(dueMs && { dueMs }) }
}

/** How many jobs are added together. */
const batchJobs = 1000
