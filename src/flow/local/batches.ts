import { setImmediate } from 'node:timers/promises'
import { InvalidError } from '../../model/errors.ts'
import { LocalConflictError, LocalRepoClosedError } from './errors.ts'

export interface BatchesOptions<Batch> {
  /** Begins a batch. */
  readonly begin: () => Promise<Batch>
  /** Brings a batch to disk. What it was made of is answered when this resolves, and refused when it rejects. */
  readonly end: (batch: Batch) => Promise<void>
  /** Called after a batch that could not be brought to disk. Must not throw. */
  readonly onFailure: () => void
}

/** Carries out jobs in their order, and brings those to disk together that have come at the same time. */
export class Batches<Batch> {
  readonly #options: BatchesOptions<Batch>
  readonly #jobs: Job<Batch>[] = []
  /** What waits for the moment between two batches. */
  readonly #readers: (() => void)[] = []
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(options: BatchesOptions<Batch>) {
    this.#options = options
  }

  /**
   * @param work may throw an {InvalidError} or a {LocalConflictError} where it has changed nothing; any other error
   * refuses the whole batch.
   * @throws {LocalRepoClosedError} once closed.
   */
  run<Result>(work: (batch: Batch) => Promise<Result>): Promise<Result> {
    if (this.#isClosed)
      return Promise.reject(new LocalRepoClosedError('the node ends: it takes no more writes'))
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const prepare = async (batch: Batch) => {
      try {
        const result = await work(batch)
        return () => resolve(result)
      } catch (error) {
        if (error instanceof InvalidError || error instanceof LocalConflictError) return () => reject(error)
        throw error
      }
    }
    this.#jobs.push({ prepare, reject })
    this.#start()
    return promise
  }

  /** Reads, at once, what no batch is changing meanwhile. */
  atRest<Result>(read: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#readers.push(() => {
        try {
          resolve(read())
        } catch (error) {
          reject(error)
        }
      })
      this.#start()
    })
  }

  /** Takes no more jobs. Resolves once those that were taken have ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
  }

  async #drain(): Promise<void> {
    do {
      for (const read of this.#readers.splice(0)) read()
      if (this.#jobs.length > 0) await this.#batch()
      // Between two batches everything else gets its turn.
      await setImmediate()
    } while (this.#jobs.length > 0 || this.#readers.length > 0)
  }

  async #batch(): Promise<void> {
    const taken: Job<Batch>[] = []
    const answers: (() => void)[] = []
    const deadlineMs = performance.now() + batchMs
    try {
      const batch = await this.#options.begin()
      do {
        const job = this.#jobs.shift() as Job<Batch>
        taken.push(job)
        answers.push(await job.prepare(batch))
      } while (this.#jobs.length > 0 && performance.now() < deadlineMs)
      await this.#options.end(batch)
      // A refusal as well: what it is due to may not have come to disk.
      for (const answer of answers) answer()
    } catch (error) {
      this.#options.onFailure()
      // A batch that could not begin has left its jobs where they are.
      if (taken.length === 0) taken.push(...this.#jobs.splice(0))
      for (const { reject } of taken) reject(error)
    }
  }
}

interface Job<Batch> {
  /** @returns what answers it once the batch is on disk. */
  readonly prepare: (batch: Batch) => Promise<() => void>
  readonly reject: (error: unknown) => void
}

/** How long a batch may take to prepare, and so keep others waiting. */
const batchMs = 8
