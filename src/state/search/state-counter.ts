import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A number that is kept in `search_state`, and in memory between transactions. */
export class StateCounter {
  readonly #key: string
  readonly #read: StatementSync
  readonly #write: StatementSync
  #saved: number
  value: number

  constructor(sqlite: DatabaseSync, key: 'generation' | 'documents' | 'last_number' | 'switches') {
    this.#key = key
    this.#read = sqlite.prepare('SELECT value FROM search_state WHERE key = ?')
    this.#write = sqlite.prepare('UPDATE search_state SET value = ? WHERE key = ?')
    this.#saved = this.value = this.#load()
  }

  /** Saves the number before the transaction is committed. */
  flush(): void {
    if (this.value === this.#saved) return
    this.#write.run(this.value, this.#key)
    this.#saved = this.value
  }

  /** Reloads what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#saved = this.value = this.#load()
  }

  #load(): number {
    return Number(this.#read.get(this.#key)?.value)
  }
}
