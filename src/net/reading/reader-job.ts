import { FileSender } from './file-sender.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { ReadCallbacks, ReadOptions, ReadResult } from './reading.ts'
import { receivedError } from './sent-error.ts'

export interface ReaderJobOptions {
  readonly job: number
  readonly post: (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void
  readonly callbacks: ReadCallbacks
}

/** One repo that a worker thread reads, seen from here: sends the files, and takes what comes back. */
export class ReaderJob {
  readonly #options: ReaderJobOptions
  readonly #outcome = Promise.withResolvers<ReadResult>()
  readonly #sender: FileSender
  #isOver = false
  /** What is still to be done with parts that have come. */
  #parts: Promise<void> = Promise.resolve()

  constructor(options: ReaderJobOptions) {
    this.#options = options
    this.#sender = new FileSender(options)
  }

  async run(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<ReadResult> {
    const { job, post, callbacks } = this.#options
    const { signal } = callbacks
    signal?.throwIfAborted()
    const onAbort = () => this.fail(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    try {
      post({ type: 'begin', job, options })
      this.#sender.send(chunks).catch((error) => this.fail(error))
      return await this.#outcome.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Ends the job on both sides. */
  fail(error: unknown): void {
    if (this.#isOver) return
    this.#options.post({ type: 'abort', job: this.#options.job })
    this.#end(() => this.#outcome.reject(error))
  }

  receive(message: FromWorker): void {
    const { job, post, callbacks } = this.#options
    if (message.type === 'memory') {
      this.#sender.return(message.memory)
    } else if (message.type === 'part') {
      this.#then(async () => {
        const memory = (await callbacks.onPart(message.bytes)) ?? undefined
        post({ type: 'taken', job, memory }, memory && [memory])
      })
    } else if (message.type === 'missing') {
      this.#then(() => this.#fetch(message.cids))
    } else if (message.type === 'done') {
      this.#then(() => this.#end(() => this.#outcome.resolve(message.result)))
    } else {
      this.#end(() => this.#outcome.reject(receivedError(message.error)))
    }
  }

  /** Does one thing after the other, in the order in which they came. */
  #then(act: () => void | Promise<void>): void {
    this.#parts = this.#parts
      .then(() => (this.#isOver ? undefined : act()))
      .catch((error: unknown) => this.fail(error))
  }

  async #fetch(cids: readonly string[]): Promise<void> {
    const { job, post, callbacks } = this.#options
    const chunks = await callbacks.onMissing?.(cids)
    post({ type: 'more', job, isThere: chunks !== undefined })
    if (chunks) await this.#sender.send(chunks)
  }

  #end(settle: () => void): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sender.stop()
    settle()
  }
}
