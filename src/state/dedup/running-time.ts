import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * How long the service has been running on this database, in ms, over all its starts. What passes after the last
 * `save` before a process dies does not count; it never goes back below what was saved.
 */
export class RunningTime {
  readonly #elapsed: () => number
  readonly #save: StatementSync
  readonly #offsetMs: number

  /** @param elapsed a clock that is never set, in ms. */
  constructor(sqlite: DatabaseSync, elapsed: () => number) {
    this.#elapsed = elapsed
    this.#save = sqlite.prepare("UPDATE dedup_state SET value = ? WHERE key = 'running_ms'")
    const row = sqlite.prepare("SELECT value FROM dedup_state WHERE key = 'running_ms'").get()
    this.#offsetMs = Number(row?.value) - elapsed()
  }

  nowMs(): number {
    return this.#offsetMs + this.#elapsed()
  }

  /** Notes it in the transaction under way. @returns it. */
  save(): number {
    const nowMs = this.nowMs()
    // Rounded down: nothing that is claimed now ends before its window has passed.
    this.#save.run(Math.floor(nowMs))
    return nowMs
  }
}
