import type { StatementSync } from 'node:sqlite'
import type { Database } from '../database.ts'

/**
 * When jobs were last changed, to a second or so, kept with them. It shows at a start that the clock was set back since
 * then: times of the process before would lie ahead, and what is due would wait for longer than was asked for.
 */
export class LastChange {
  readonly #save: StatementSync
  #savedMs: number

  /** Brings forward what waits, by as much as the clock was set back as far as that shows. Precedes all other reading. */
  constructor(database: Database, nowMs: number) {
    const { sqlite } = database
    this.#save = sqlite.prepare("UPDATE queue_state SET value = ? WHERE key = 'last_change'")
    this.#savedMs = Number(
      sqlite.prepare("SELECT value FROM queue_state WHERE key = 'last_change'").get()?.value,
    )
    const setBackMs = this.#savedMs - nowMs
    if (setBackMs < betweenSavesMs) return
    database.transaction(() => {
      sqlite
        .prepare('UPDATE queue_job SET due = due - ?1, added = added - ?1 WHERE dead = 0 AND due > ?2')
        .run(setBackMs, nowMs)
      sqlite.prepare('UPDATE queue_hold SET until = until - ?1 WHERE until > ?2').run(setBackMs, nowMs)
      this.#save.run(nowMs)
    })
    this.#savedMs = nowMs
  }

  /** Comes inside the transaction of a change. */
  note(nowMs: number): void {
    if (nowMs < this.#savedMs + betweenSavesMs) return
    this.#save.run(nowMs)
    this.#savedMs = nowMs
  }
}

const betweenSavesMs = 1000
