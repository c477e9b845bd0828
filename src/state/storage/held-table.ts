import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { HeldEvent } from './storage.ts'

/** Events that wait. What writes must run inside a transaction, which ends with `flush`. */
export class HeldTable {
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #oldest: StatementSync
  readonly #delete: StatementSync
  readonly #readBytes: StatementSync
  readonly #writeBytes: StatementSync
  #bytes = 0
  #savedBytes = 0

  constructor(sqlite: DatabaseSync) {
    this.#insert = sqlite.prepare('INSERT INTO held_event (did, payload) VALUES (?, ?)')
    this.#select = sqlite.prepare('SELECT id, payload FROM held_event WHERE did = ? ORDER BY id LIMIT ?')
    this.#oldest = sqlite.prepare('SELECT did, length(payload) FROM held_event ORDER BY id')
    this.#delete = sqlite.prepare(
      'DELETE FROM held_event WHERE did = ? AND id <= ? RETURNING length(payload)',
    )
    this.#readBytes = sqlite.prepare("SELECT value FROM storage_state WHERE key = 'held_bytes'")
    this.#writeBytes = sqlite.prepare("REPLACE INTO storage_state VALUES ('held_bytes', ?)")
    for (const statement of [this.#select, this.#oldest, this.#delete, this.#readBytes])
      statement.setReturnArrays(true)
    this.reset()
  }

  /** What all of them take. */
  get bytes(): number {
    return this.#bytes
  }

  list(did: Did, limit: number): readonly HeldEvent[] {
    const rows = this.#select.all(did, limit) as unknown as [number, Uint8Array][]
    return rows.map(([id, payload]) => ({ id, payload }))
  }

  /** Whose they are, and how long each is in bytes; those that have waited longest first. */
  oldest(): Iterable<readonly [did: Did, bytes: number]> {
    return this.#oldest.iterate() as Iterable<unknown> as Iterable<[Did, number]>
  }

  add(did: Did, payloads: readonly Uint8Array[]): void {
    for (const payload of payloads) {
      this.#insert.run(did, payload)
      this.#bytes += payload.length
    }
  }

  /** Removes those up to and including `last`. @returns how many there were. */
  release(did: Did, last: number): number {
    const released = this.#delete.all(did, last) as unknown as [number][]
    for (const [bytes] of released) this.#bytes -= bytes
    return released.length
  }

  flush(): void {
    if (this.#bytes === this.#savedBytes) return
    this.#writeBytes.run(this.#bytes)
    this.#savedBytes = this.#bytes
  }

  /** Drops what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    const [bytes = 0] = (this.#readBytes.get() ?? []) as unknown as [number?]
    this.#bytes = bytes
    this.#savedBytes = bytes
  }
}
