import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { HeldEvent } from './storage.ts'

/** Events that wait. What writes must run inside a transaction. */
export class HeldTable {
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync

  constructor(sqlite: DatabaseSync) {
    this.#insert = sqlite.prepare('INSERT INTO held_event (did, payload) VALUES (?, ?)')
    this.#select = sqlite.prepare('SELECT id, payload FROM held_event WHERE did = ? ORDER BY id LIMIT ?')
    this.#select.setReturnArrays(true)
    this.#delete = sqlite.prepare('DELETE FROM held_event WHERE did = ? AND id <= ?')
  }

  list(did: Did, limit: number): readonly HeldEvent[] {
    const rows = this.#select.all(did, limit) as unknown as [number, Uint8Array][]
    return rows.map(([id, payload]) => ({ id, payload }))
  }

  add(did: Did, payloads: readonly Uint8Array[]): void {
    for (const payload of payloads) this.#insert.run(did, payload)
  }

  /** Removes those up to and including `last`. @returns how many there were. */
  release(did: Did, last: number): number {
    return Number(this.#delete.run(did, last).changes)
  }
}
