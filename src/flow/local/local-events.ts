import type { EventRange, LocalEvent, LocalStore } from '../../state/local/store.ts'

/** The events of the node's own repo that are on disk, for those who follow it. */
export class LocalEvents {
  readonly #store: Pick<LocalStore, 'events'>
  readonly #listeners = new Set<() => void>()
  #range: EventRange

  constructor(store: Pick<LocalStore, 'events'>, range: EventRange) {
    this.#store = store
    this.#range = range
  }

  /** Number of the oldest event kept; 1 before there is any. */
  get oldest(): number {
    return this.#range.oldest
  }

  /** Number of the newest event; 0 before there is any. */
  get last(): number {
    return this.#range.last
  }

  /** The next events after a number, in order; none when there are none yet. */
  after(cursor: number): Promise<readonly LocalEvent[]> {
    return this.#store.events(cursor, { most: 128, maxBytes: 500_000 })
  }

  /** Calls `listener`, which must not throw, whenever there are new ones. @returns what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** To be called once events are on disk. */
  moved(range: EventRange): void {
    this.#range = range
    for (const listener of this.#listeners) listener()
  }
}
