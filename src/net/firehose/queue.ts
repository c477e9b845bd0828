import type { RepoEvent } from '../../model/event.ts'

/** A place in the queue, taken when a frame arrives and filled when it has been verified. */
export interface Slot {
  /** Absent for a frame that could not be read so far. */
  readonly seq?: number
  readonly timeMs?: number
  readonly sizeBytes: number
  settled: boolean
  /** Absent for a frame that was skipped. */
  event?: RepoEvent
}

export interface QueueOptions {
  readonly maxFrames: number
  readonly maxBytes: number
}

/** Frames in the order of their arrival; they may be settled in any order, and leave in their own. */
export class Queue {
  readonly #options: QueueOptions
  #slots: Slot[] = []
  #head = 0
  #sizeBytes = 0
  #wake = () => {}
  #failure: unknown

  constructor(options: QueueOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#slots.length - this.#head
  }

  /** Tells how full it is; from 1 on nothing more should be put in. */
  get fill(): number {
    return Math.max(this.length / this.#options.maxFrames, this.#sizeBytes / this.#options.maxBytes)
  }

  push(slot: Slot): void {
    this.#slots.push(slot)
    this.#sizeBytes += slot.sizeBytes
    if (slot.settled) this.#notify(slot)
  }

  settle(slot: Slot, event?: RepoEvent): void {
    slot.settled = true
    slot.event = event
    this.#notify(slot)
  }

  /** Makes whoever waits throw `error`, now and from now on. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#wake()
  }

  /** Takes the frames at the head that are settled. */
  take(max: number): readonly Slot[] {
    let end = this.#head
    while (end < this.#slots.length && end - this.#head < max && this.#slots[end]?.settled) end++
    const taken = this.#slots.slice(this.#head, end)
    for (const slot of taken) this.#sizeBytes -= slot.sizeBytes
    this.#head = end
    // Moves the rest to the front now and then, at a cost that the frames taken since have paid for.
    if (this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head)
      this.#head = 0
    }
    return taken
  }

  /** Resolves when there is something to take, or when `signal` is aborted. */
  async ready(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#failure) throw this.#failure
      if (this.#slots[this.#head]?.settled) return
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          signal.removeEventListener('abort', this.#wake)
          resolve()
        }
        signal.addEventListener('abort', this.#wake)
      })
    }
  }

  /** Wakes behind everything that has arrived together, so that it leaves as one batch. */
  #notify(slot: Slot): void {
    if (slot === this.#slots[this.#head]) setImmediate(this.#wake)
  }
}
