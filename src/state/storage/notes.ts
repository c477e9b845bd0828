import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import type { Tracking } from './storage.ts'

/** What was said of repos, and small texts under names. */
export class Notes {
  readonly #setTracking: StatementSync
  readonly #forgetTracking: StatementSync
  readonly #listTracking: StatementSync
  readonly #set: StatementSync
  readonly #forget: StatementSync
  readonly #get: StatementSync

  constructor(sqlite: DatabaseSync) {
    this.#setTracking = sqlite.prepare('INSERT OR REPLACE INTO repo_tracking (did, tracking) VALUES (?, ?)')
    this.#forgetTracking = sqlite.prepare('DELETE FROM repo_tracking WHERE did = ?')
    this.#listTracking = sqlite.prepare(
      `SELECT did, tracking FROM repo_tracking WHERE did > ? ORDER BY did LIMIT ${perSlice}`,
    )
    this.#listTracking.setReturnArrays(true)
    this.#set = sqlite.prepare('INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)')
    this.#forget = sqlite.prepare('DELETE FROM note WHERE key = ?')
    this.#get = sqlite.prepare('SELECT value FROM note WHERE key = ?')
  }

  setTracking(did: Did, tracking: Tracking | undefined): void {
    if (tracking === undefined) this.#forgetTracking.run(did)
    else this.#setTracking.run(did, tracking)
  }

  async tracking(): Promise<ReadonlyMap<Did, Tracking>> {
    const all = new Map<Did, Tracking>()
    for (let after = ''; ; await setImmediate()) {
      const rows = this.#listTracking.all(after) as unknown as [Did, Tracking][]
      for (const [did, tracking] of rows) all.set(did, tracking)
      if (rows.length < perSlice) return all
      after = rows.at(-1)?.[0] ?? after
    }
  }

  get(key: string): string | undefined {
    return this.#get.get(key)?.value as string | undefined
  }

  set(key: string, value: string | undefined): void {
    if (value === undefined) this.#forget.run(key)
    else this.#set.run(key, value)
  }
}

const perSlice = 5000
