import type { ToWorker } from './messages.ts'

export interface FileSenderOptions {
  readonly job: number
  readonly post: (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void
}

/**
 * Sends files to a worker thread, in pieces of memory that are handed over and come back once they are read, so that
 * no more is under way than they hold.
 */
export class FileSender {
  readonly #options: FileSenderOptions
  readonly #memory: ArrayBuffer[] = []
  #made = 0
  #isStopped = false
  #wake = () => {}

  constructor(options: FileSenderOptions) {
    this.#options = options
  }

  /** Resolves when everything is sent, or the sender is stopped. @throws what the chunks throw. */
  async send(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { job, post } = this.#options
    const iterator = chunks[Symbol.asyncIterator]()
    let piece = new Uint8Array()
    let filled = 0
    const hand = () => {
      if (filled > 0) post({ type: 'bytes', job, bytes: piece.subarray(0, filled) }, [piece.buffer])
      filled = 0
    }
    for (;;) {
      const next = await this.#orStopped(iterator.next())
      if (next === undefined) {
        // It ends as soon as it can; nobody waits for that.
        iterator.return?.().catch(() => {})
        return
      }
      if (next.done) break
      for (let at = 0; at < next.value.length && !this.#isStopped; ) {
        if (filled === 0) piece = new Uint8Array(await this.#freeMemory())
        const part = next.value.subarray(at, at + piece.length - filled)
        piece.set(part, filled)
        filled += part.length
        at += part.length
        if (filled === piece.length) hand()
      }
    }
    hand()
    post({ type: 'end', job })
  }

  /** Takes back memory that was read. */
  return(memory: ArrayBuffer): void {
    this.#memory.push(memory)
    this.#wake()
  }

  /** Nothing more is sent. */
  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  async #freeMemory(): Promise<ArrayBuffer> {
    while (this.#memory.length === 0 && this.#made === mostPieces && !this.#isStopped)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    const memory = this.#memory.pop()
    if (memory) return memory
    this.#made++
    return new ArrayBuffer(pieceBytes)
  }

  /** @returns undefined when the sender is stopped before that. */
  #orStopped<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    if (this.#isStopped) {
      promise.catch(() => {})
      return Promise.resolve(undefined)
    }
    return new Promise((resolve, reject) => {
      this.#wake = () => this.#isStopped && resolve(undefined)
      promise.then(resolve, reject)
    })
  }
}

const pieceBytes = 65_536
const mostPieces = 8
