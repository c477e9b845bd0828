import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** What the network remembers of itself from one start to the next. */
export class Settings {
  readonly #select: StatementSync
  readonly #upsert: StatementSync

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT value FROM settings WHERE name = ?')
    this.#upsert = database.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)')
  }

  /** @returns 0 for what was never set. */
  get(name: 'port' | 'starts' | 'populated'): number {
    return Number(this.#select.get(name)?.value ?? 0)
  }

  set(name: 'port' | 'starts' | 'populated', value: number): void {
    this.#upsert.run(name, String(value))
  }
}
