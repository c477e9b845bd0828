import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Groups of one queue of which no job is taken before a time: who is called has asked for that. */
export class Holds {
  readonly #queue: number
  readonly #save: StatementSync
  readonly #forget: StatementSync
  /** Until when, in ms since 1970. */
  readonly #until: Map<string, number>

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
    const untilMs = this.#until.get(group)
    return untilMs !== undefined && untilMs > nowMs ? untilMs : undefined
  }

  /** The groups that are held, without those whose time has come. */
  at(nowMs: number): ReadonlyMap<string, number> {
    for (const [group, untilMs] of this.#until) if (untilMs <= nowMs) this.#until.delete(group)
    return this.#until
  }

  /** Comes inside a transaction, and forgets on the disk whose time has come. */
  save(group: string, untilMs: number, nowMs: number): void {
    this.#forget.run(this.#queue, nowMs)
    this.#save.run(this.#queue, group, untilMs)
  }

  /** Follows once the transaction is committed. */
  note(group: string, untilMs: number): void {
    this.#until.set(group, untilMs)
  }
}
