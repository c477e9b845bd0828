import type { RepoEvent } from '../../model/event.ts'
import type { GapKind } from './gap.ts'

/** A place in the queue, taken when a frame arrives and filled when it has been verified. */
export interface Slot {
  /** Absent for a frame whose seq could not be read. */
  readonly seq?: number
  readonly timeMs?: number
  readonly sizeBytes: number
  /** Events are missing before this place. */
  readonly gap?: GapKind
  settled: boolean
  /** Absent for a frame that was skipped. */
  event?: RepoEvent
}

export interface QueueOptions {
  readonly maxFrames: number
  readonly maxBytes: number
}

/** Frames in the order of their arrival. They may be settled in any order, and leave in that of their arrival. */
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

  /** How full it is; from 1 on nothing more should be put in. */
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

  /** Makes `ready` throw `error`, for those who wait now and for all who come later. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#wake()
  }

  /** Takes the frames at the head that are settled, up to the next gap. */
  take(max: number): readonly Slot[] {
    let end = this.#head
    while (end < this.#slots.length && end - this.#head < max && this.#slots[end]?.settled) {
      if (end > this.#head && this.#slots[end]?.gap !== undefined) break
      end++
    }
    const taken = this.#slots.slice(this.#head, end)
    for (const slot of taken) this.#sizeBytes -= slot.sizeBytes
    this.#head = end
    // Moves the rest to the front only when no more is moved than has been taken since the last time.
    if (this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head)
      this.#head = 0
    }
    return taken
  }

  /** Resolves when there is something to take, or when `signal` aborts. */
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

  /** Wakes after everything that has arrived together, so that it leaves as one batch. */
  #notify(slot: Slot): void {
    if (slot === this.#slots[this.#head]) setImmediate(this.#wake)
  }
}
