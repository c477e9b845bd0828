import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { steadyClock } from '../../model/clock.ts'
import type { Fault } from '../../model/fault.ts'
import { ReaderThread } from './reader-thread.ts'
import type { ReadCallbacks, ReadOptions, ReadResult } from './reading.ts'
import { removeTemporaryFiles } from './temporary-file.ts'

export interface ReaderPoolOptions {
  /** Where temporary files are made; what an earlier process has left of them there is removed. */
  readonly folder: string
  /** How many threads there are. @default one less than there are cores, and at least one */
  readonly size?: number
  /** How many bytes of one repo stay in memory; what is larger goes to a file. @default 16_777_216 */
  readonly memoryBytes?: number
  /** How many bytes of all repos stay in the memory of one thread. @default 67_108_864 */
  readonly budgetBytes?: number
  /** How large the JavaScript heap of one thread may grow, in MB; beyond that it dies. @default 512 */
  readonly heapMb?: number
}

/**
 * Reads repos in threads of their own. Each thread reads many at a time, since most of them wait for their hosts. When
 * one dies, what it was reading fails with {ReaderPanic}, and another takes its place.
 */
export class ReaderPool implements AsyncDisposable {
  readonly #options: Required<ReaderPoolOptions>
  readonly #threads = new Set<ReaderThread>()
  #isDisposed = false
  #death: { readonly cause: unknown; readonly atMs: number } | undefined

  constructor({
    folder,
    size = Math.max(1, availableParallelism() - 1),
    memoryBytes = 2 ** 24,
    budgetBytes = 2 ** 26,
    heapMb = 512,
  }: ReaderPoolOptions) {
    this.#options = { folder, size, memoryBytes, budgetBytes, heapMb }
    mkdirSync(folder, { recursive: true })
    removeTemporaryFiles(folder)
  }

  /**
   * Reads a repo as `readRepo` does, and throws as it does. What the chunks and the callbacks throw is passed on.
   *
   * @throws {ReaderPanic} when the thread dies.
   */
  async read(
    chunks: AsyncIterable<Uint8Array>,
    options: ReadOptions,
    callbacks: ReadCallbacks,
  ): Promise<ReadResult> {
    const result = await this.#freestThread().read(chunks, options, callbacks)
    this.#death = undefined
    return result
  }

  /** That no thread is left, since the last one has died and no other has run for a second; undefined otherwise. */
  get fault(): Fault | undefined {
    if (this.#death === undefined) return undefined
    return {
      reason: `no thread is left that reads repos, the last one has died (${String(this.#death.cause)})`,
      mend: 'another is started by itself; where that does not help, look at memory and limits of threads, and restart',
      sinceMs: this.#death.atMs,
    }
  }

  /** Ends the threads; what they are reading fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    await Promise.all(Array.from(this.#threads, (thread) => thread[Symbol.asyncDispose]()))
  }

  #freestThread(): ReaderThread {
    if (this.#isDisposed) throw new Error('the pool of readers has been disposed')
    const [freest] = [...this.#threads].sort((one, other) => one.jobs - other.jobs)
    if (freest && (freest.jobs === 0 || this.#threads.size >= this.#options.size)) return freest
    return this.#start()
  }

  #start(): ReaderThread {
    const { size: _, ...options } = this.#options
    const thread: ReaderThread = new ReaderThread({
      ...options,
      onOnline: () => {
        setTimeout(() => {
          if (this.#threads.has(thread)) this.#death = undefined
        }, provenMs).unref()
      },
      onExit: (cause) => {
        this.#threads.delete(thread)
        if (!this.#isDisposed && this.#threads.size === 0) this.#replace(cause)
      },
    })
    this.#threads.add(thread)
    return thread
  }

  /** Begins another thread in the place of the last one: at once, and then at a pace that costs nothing. */
  #replace(cause: unknown): void {
    const waitMs = this.#death === undefined ? 0 : replaceMs
    this.#death ??= { cause, atMs: steadyClock() }
    setTimeout(() => {
      if (!this.#isDisposed && this.#threads.size === 0) this.#start()
    }, waitMs).unref()
  }
}

/** A thread that has run for so long, in ms, does not die from starting. */
const provenMs = 1000
/** How long it waits before it starts yet another thread, in ms. */
const replaceMs = 1000
