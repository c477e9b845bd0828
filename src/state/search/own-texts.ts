import type { StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Database } from '../database.ts'

/**
 * Texts that single records are found by besides what the fields say. Each is of one version of its record, so that it
 * holds again whenever that is indexed anew, and never for another. What writes must run inside a transaction.
 */
export class OwnTexts {
  readonly #find: StatementSync
  readonly #save: StatementSync
  readonly #delete: StatementSync
  readonly #deleteRepo: StatementSync
  /** The collections that have some; none in most services, which then pay nothing. */
  readonly #collections: Set<Nsid>

  constructor({ sqlite }: Database) {
    const place = 'did = ? AND collection = ? AND rkey = ?'
    this.#find = sqlite.prepare(`SELECT text FROM search_own WHERE ${place} AND cid = ?`)
    this.#save = sqlite.prepare('INSERT OR REPLACE INTO search_own VALUES (?, ?, ?, ?, ?)')
    this.#delete = sqlite.prepare(`DELETE FROM search_own WHERE ${place}`)
    this.#deleteRepo = sqlite.prepare('DELETE FROM search_own WHERE did = ?')
    const rows = sqlite.prepare('SELECT DISTINCT collection FROM search_own').all()
    this.#collections = new Set(rows.map(({ collection }) => String(collection)))
  }

  mayHave(collection: Nsid): boolean {
    return this.#collections.has(collection)
  }

  of({ did, collection, rkey, cid }: StoredRecord): string | undefined {
    if (!this.mayHave(collection)) return undefined
    const row = this.#find.get(did, collection, rkey, cid) as { text: string } | undefined
    return row?.text
  }

  /** @param text undefined takes back what was there. */
  set({ did, collection, rkey, cid }: StoredRecord, text: string | undefined): void {
    if (text === undefined) {
      this.#delete.run(did, collection, rkey)
      return
    }
    this.#save.run(did, collection, rkey, cid, text)
    this.#collections.add(collection)
  }

  delete({ did, collection, rkey }: RecordAddress): void {
    if (this.mayHave(collection)) this.#delete.run(did, collection, rkey)
  }

  deleteRepo(did: Did): void {
    if (this.#collections.size > 0) this.#deleteRepo.run(did)
  }
}
