import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Groups of one queue of which no job is taken before a time: who is called has asked for that. */
export class Holds {
  readonly #queue: number
  readonly #save: StatementSync
  readonly #forget: StatementSync
  /** Until when, in ms since 1970. */
  readonly #until: Map<string, number>
  /** With so many, those whose time has come are forgotten. */
  #full = 100

  constructor(sqlite: DatabaseSync, queue: number) {
    this.#queue = queue
    this.#save = sqlite.prepare(
      'INSERT INTO queue_hold VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = excluded.until',
    )
    this.#forget = sqlite.prepare('DELETE FROM queue_hold WHERE queue = ? AND until <= ?')
    const rows = sqlite.prepare('SELECT name, until FROM queue_hold WHERE queue = ?').all(queue)
    this.#until = new Map(rows.map(({ name, until }) => [String(name), Number(until)]))
  }

  /** When the first job of a group may be taken; undefined when that is now. */
  untilMs(group: string, nowMs: number): number | undefined {
    const untilMs = this.lastMs(group)
    return untilMs > nowMs ? untilMs : undefined
  }

  /** Until when a group is held, or was; -Infinity where nobody knows. */
  lastMs(group: string): number {
    return this.#until.get(group) ?? Number.NEGATIVE_INFINITY
  }

  /** Comes inside a transaction. */
  save(group: string, untilMs: number, nowMs: number): void {
    if (this.#until.size >= this.#full) this.#forget.run(this.#queue, nowMs)
    this.#save.run(this.#queue, group, untilMs)
  }

  /** Follows once the transaction is committed. */
  note(group: string, untilMs: number, nowMs: number): void {
    if (this.#until.size >= this.#full) {
      for (const [other, endMs] of this.#until) if (endMs <= nowMs) this.#until.delete(other)
      this.#full = 2 * this.#until.size + 100
    }
    this.#until.set(group, untilMs)
  }
}
