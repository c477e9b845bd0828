import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EventLog, SequencedFrame } from '../edge/xrpc/subscribers.ts'
import { type Message, messageFrame } from '../net/repo/frames.ts'

export interface SequencerOptions {
  readonly database: DatabaseSync
  /** How many of the newest events stay on disk, at least; up to a tenth more do between prunings. */
  readonly keepEvents: number
  readonly now: () => number
}

/** The events of the network in their one order, on disk. No number is used twice. */
export class Sequencer implements EventLog {
  readonly #keepEvents: number
  readonly #now: () => number
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync
  #oldest: number
  #last: number

  constructor({ database, keepEvents, now }: SequencerOptions) {
    if (keepEvents < 1) throw new RangeError('keepEvents must be at least 1')
    this.#keepEvents = keepEvents
    this.#now = now
    this.#insert = database.prepare('INSERT INTO events (seq, frame) VALUES (?, ?)')
    this.#select = database.prepare('SELECT seq, frame FROM events WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#delete = database.prepare('DELETE FROM events WHERE seq < ?')
    const range = database.prepare('SELECT min(seq) AS oldest, max(seq) AS last FROM events').get()
    this.#oldest = Number(range?.oldest ?? 1)
    this.#last = Number(range?.last ?? 0)
  }

  /** Number of the oldest event kept; 1 before there is any. */
  get oldest(): number {
    return this.#oldest
  }

  /** Number of the newest event that is on disk; 0 before there is any. */
  get last(): number {
    return this.#last
  }

  /**
   * Appends messages, within a transaction of the caller.
   *
   * @returns the frames, and `settle` for the caller to call once the transaction is on disk.
   */
  append(messages: readonly Message[]): {
    readonly frames: readonly SequencedFrame[]
    readonly settle: () => void
  } {
    const timeMs = this.#now()
    const frames = messages.map((message, index) => {
      const seq = this.#last + 1 + index
      return { seq, frame: messageFrame(message, seq, timeMs) }
    })
    for (const { seq, frame } of frames) this.#insert.run(seq, frame)

    const last = this.#last + frames.length
    const excess = last - this.#oldest + 1 - this.#keepEvents
    const prune = excess > this.#keepEvents / 10
    const oldest = prune ? this.#oldest + excess : this.#oldest
    if (prune) this.#delete.run(oldest)
    return {
      frames,
      settle: () => {
        this.#last = last
        this.#oldest = oldest
      },
    }
  }

  /** Drops the oldest events up to and including `seq`, so that they cannot be replayed. */
  forget(seq: number): void {
    this.#oldest = Math.max(this.#oldest, Math.min(seq, this.#last) + 1)
    this.#delete.run(this.#oldest)
  }

  /** The events after `cursor`, in order. */
  async after(cursor: number, limit = 128): Promise<readonly SequencedFrame[]> {
    return this.#select.all(cursor, limit) as unknown as readonly SequencedFrame[]
  }
}
