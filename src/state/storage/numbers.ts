import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Numbers that are given once and never again, whatever becomes of what had them. */
export class Numbers {
  readonly #key: string
  readonly #read: StatementSync
  readonly #write: StatementSync
  #last: number
  #saved: number

  constructor(sqlite: DatabaseSync, key: 'last_record' | 'last_repo') {
    this.#key = key
    this.#read = sqlite.prepare('SELECT value FROM storage_state WHERE key = ?')
    this.#write = sqlite.prepare('UPDATE storage_state SET value = ? WHERE key = ?')
    this.#last = this.#saved = this.#load()
  }

  /** The number that `take` would give. */
  get next(): number {
    return this.#last + 1
  }

  take(): number {
    return ++this.#last
  }

  /** Saves the last number in use, before the transaction is committed. */
  flush(): void {
    if (this.#last === this.#saved) return
    this.#write.run(this.#last, this.#key)
    this.#saved = this.#last
  }

  /** Reloads what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#last = this.#saved = this.#load()
  }

  #load(): number {
    return Number(this.#read.get(this.#key)?.value)
  }
}
