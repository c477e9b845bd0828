import { Worker } from 'node:worker_threads'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts'
import { ReaderJob } from './reader-job.ts'
import { ReaderPanic } from './reader-panic.ts'
import type { ReadCallbacks, ReadOptions, ReadResult } from './reading.ts'

export interface ReaderThreadOptions extends WorkerOptions {
  readonly heapMb: number
  /** Called when it runs. */
  readonly onOnline: () => void
  /** Called when it can read no more, with what has ended it. */
  readonly onExit: (cause: unknown) => void
}

/** A worker thread that reads repos, and its jobs. When it dies, they fail. */
export class ReaderThread implements AsyncDisposable {
  readonly #worker: Worker
  readonly #jobs = new Map<number, ReaderJob>()
  #begun = 0
  #cause: unknown

  constructor({ heapMb, onOnline, onExit, ...workerData }: ReaderThreadOptions) {
    this.#worker = new Worker(program, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 12 },
    })
    this.#worker.on('message', (message: FromWorker) => this.#jobs.get(message.job)?.receive(message))
    this.#worker.on('online', onOnline)
    this.#worker.on('error', (error) => {
      this.#cause = error
    })
    this.#worker.on('exit', (code) => {
      onExit(this.#cause ?? `it ended with code ${code}`)
      const panic = new ReaderPanic(`the thread that reads repos has ended with code ${code}`, {
        cause: this.#cause,
      })
      for (const job of this.#jobs.values()) job.fail(panic)
    })
  }

  /** How many repos it reads. */
  get jobs(): number {
    return this.#jobs.size
  }

  async read(
    chunks: AsyncIterable<Uint8Array>,
    options: ReadOptions,
    callbacks: ReadCallbacks,
  ): Promise<ReadResult> {
    const job = this.#begun++
    const post = (message: ToWorker, transfer: readonly ArrayBuffer[] = []) =>
      this.#worker.postMessage(message, transfer)
    const running = new ReaderJob({ job, post, callbacks })
    this.#jobs.set(job, running)
    try {
      return await running.run(chunks, options)
    } finally {
      this.#jobs.delete(job)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cause = 'it was ended'
    await this.#worker.terminate()
  }
}

/** Built, the program has the ending that this file then has. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
