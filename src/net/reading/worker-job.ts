import type { MessagePort, Transferable } from 'node:worker_threads'
import type { MemoryBudget } from './memory-budget.ts'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts'
import { readRepo } from './read-repo.ts'
import type { ReadOptions } from './reading.ts'
import { sentError } from './sent-error.ts'

export interface WorkerJobOptions extends WorkerOptions {
  readonly job: number
  readonly port: MessagePort
  readonly budget: MemoryBudget
}

/** Reads one repo in a worker thread. What it waits for comes by messages. */
export class WorkerJob {
  readonly #options: WorkerJobOptions
  readonly #abort = new AbortController()
  #wake = () => {}
  #bytes: Uint8Array<ArrayBuffer>[] = []
  #isEnded = false
  #isMore: boolean | undefined
  /** Parts that were sent and not taken yet. */
  #ahead = 0
  #partMemory: ArrayBuffer[] = []

  constructor(options: WorkerJobOptions) {
    this.#options = options
  }

  async run(options: ReadOptions): Promise<void> {
    const { job, folder, memoryBytes, budget } = this.#options
    const callbacks = {
      onPart: (bytes: Uint8Array<ArrayBuffer>) => this.#give(bytes),
      onMissing: (cids: readonly string[]) => this.#ask(cids),
      signal: this.#abort.signal,
    }
    try {
      const result = await readRepo(this.#file(), options, callbacks, { folder, memoryBytes, budget })
      this.#post({ type: 'done', job, result })
    } catch (error) {
      this.#post({ type: 'failed', job, error: sentError(error) })
    }
  }

  receive(message: ToWorker): void {
    if (message.type === 'bytes') this.#bytes.push(message.bytes)
    else if (message.type === 'end') this.#isEnded = true
    else if (message.type === 'more') this.#isMore = message.isThere
    else if (message.type === 'abort') this.#abort.abort()
    else if (message.type === 'taken') {
      this.#ahead--
      if (message.memory) this.#partMemory.push(message.memory)
    }
    this.#wake()
  }

  async *#file(): AsyncGenerator<Uint8Array> {
    const { job } = this.#options
    this.#isEnded = false
    for (;;) {
      await this.#until(() => this.#bytes.length > 0 || this.#isEnded)
      const bytes = this.#bytes.shift()
      if (bytes === undefined) return
      yield bytes
      const memory = bytes.buffer
      this.#post({ type: 'memory', job, memory }, memory)
    }
  }

  async #give(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | undefined> {
    await this.#until(() => this.#ahead < mostAhead)
    this.#ahead++
    this.#post({ type: 'part', job: this.#options.job, bytes }, bytes.buffer)
    return this.#partMemory.pop()
  }

  async #ask(cids: readonly string[]): Promise<AsyncIterable<Uint8Array> | undefined> {
    this.#isMore = undefined
    this.#post({ type: 'missing', job: this.#options.job, cids })
    await this.#until(() => this.#isMore !== undefined)
    return this.#isMore ? this.#file() : undefined
  }

  async #until(isReady: () => boolean): Promise<void> {
    for (;;) {
      this.#abort.signal.throwIfAborted()
      if (isReady()) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #post(message: FromWorker, ...transfer: readonly Transferable[]): void {
    this.#options.port.postMessage(message, transfer)
  }
}

/** How many parts may be under way. */
const mostAhead = 2
