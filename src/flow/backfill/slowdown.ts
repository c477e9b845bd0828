import type { Clock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'

export interface SlowdownOptions {
  /** The pause after the second time in a row, in ms; it doubles with each further one. @default 5_000 */
  readonly firstMs?: number
  /** The longest pause, in ms. @default 1 hour */
  readonly maxMs?: number
  /** How many repos are remembered: those that came last. @default 100_000 */
  readonly maxEntries?: number
  readonly now: Clock
}

interface Turn {
  readonly dueMs: number
  readonly pauseMs: number
}

/**
 * Spaces out what happens to one repo again and again: the first time at once, then with pauses that double. A repo
 * that was left in peace for twice its last pause, and for a minute at least, begins anew.
 */
export class Slowdown {
  readonly #options: Required<SlowdownOptions>
  /** In the order in which they came last. */
  readonly #turns = new Map<Did, Turn>()

  constructor(options: SlowdownOptions) {
    this.#options = { firstMs: 5_000, maxMs: 3_600_000, maxEntries: 100_000, ...options }
  }

  /** @returns when the repo's turn is, in ms since 1970. */
  next(did: Did): number {
    const turn = this.#next(this.#turns.get(did))
    this.#turns.delete(did)
    this.#turns.set(did, turn)
    const [oldest] = this.#turns.keys()
    if (this.#turns.size > this.#options.maxEntries && oldest !== undefined) this.#turns.delete(oldest)
    return turn.dueMs
  }

  #next(last: Turn | undefined): Turn {
    const { firstMs, maxMs, now } = this.#options
    const nowMs = now()
    if (last === undefined || nowMs - last.dueMs > Math.max(60_000, 2 * last.pauseMs)) {
      return { dueMs: nowMs, pauseMs: 0 }
    }
    // It has not had its turn yet: this is the same one.
    if (nowMs < last.dueMs) return last
    const pauseMs = Math.min(maxMs, Math.max(firstMs, 2 * last.pauseMs))
    return { dueMs: Math.max(nowMs, last.dueMs + pauseMs), pauseMs }
  }
}
