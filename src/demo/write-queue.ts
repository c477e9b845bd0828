import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { SequencedFrame } from '../edge/xrpc/subscribers.ts'
import { InvalidError } from '../model/errors.ts'
import type { Message } from '../net/repo/frames.ts'
import { transact } from './database.ts'
import type { Sequencer } from './sequencer.ts'

/** What a job wants on disk. */
export interface Effects {
  readonly messages: readonly Message[]
  /** Writes the rows that belong to the messages. */
  readonly apply: () => void
}

export interface WriteQueueOptions {
  readonly database: DatabaseSync
  readonly sequencer: Sequencer
  /** Called when jobs were refused whose preparation may have left traces in memory. */
  readonly onFailure: () => void
  readonly onEvents?: (frames: readonly SequencedFrame[]) => void
}

/** Runs jobs one after the other, and brings to disk in one transaction what has been waiting together. */
export class WriteQueue {
  readonly #options: WriteQueueOptions
  readonly #jobs: Job[] = []
  #running: Promise<void> | undefined

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  /**
   * @param prepare is not run before the jobs ahead of it are prepared. It may throw an `InvalidError`
   * if it has changed nothing; any other error refuses the jobs of the same transaction with it.
   * @param finish makes the result, once all is on disk, from the number of the job's first event.
   * @param options.alone for a job that reads what jobs before it write, or writes what others read, on disk.
   */
  run<T>(prepare: () => Promise<Effects>, finish: (seq: number) => T, { alone = false } = {}): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const settle = (seq: number) => {
      try {
        resolve(finish(seq))
      } catch (error) {
        reject(error)
      }
    }
    this.#jobs.push({ prepare, settle, reject, alone })
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
    return promise
  }

  async settled(): Promise<void> {
    await this.#running
  }

  async #drain(): Promise<void> {
    while (this.#jobs.length > 0) {
      await this.#batch()
      // Preparing takes only microtasks: without a pause here nothing else would get its turn.
      await setImmediate()
    }
  }

  async #batch(): Promise<void> {
    const { database, sequencer, onFailure, onEvents } = this.#options
    const prepared: (Job & Effects)[] = []
    try {
      const deadline = performance.now() + batchMs
      for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
        try {
          prepared.push({ ...job, ...(await job.prepare()) })
        } catch (error) {
          job.reject(error)
          if (!(error instanceof InvalidError)) throw error
        }
        if (job.alone || this.#jobs[0]?.alone || performance.now() > deadline) break
      }

      const { frames, settle } = transact(database, () => {
        for (const { apply } of prepared) apply()
        return sequencer.append(prepared.flatMap(({ messages }) => messages))
      })
      let seq = sequencer.last + 1
      settle()
      if (frames.length > 0) onEvents?.(frames)
      for (const job of prepared) {
        job.settle(seq)
        seq += job.messages.length
      }
    } catch (error) {
      onFailure()
      for (const { reject } of prepared) reject(error)
    }
  }
}

interface Job {
  readonly alone: boolean
  readonly prepare: () => Promise<Effects>
  readonly settle: (seq: number) => void
  readonly reject: (error: unknown) => void
}

/** How long a batch may take to prepare, and so to keep other work waiting. */
const batchMs = 8
