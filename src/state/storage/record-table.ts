import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import { cidToColumn, columnToCid } from './cid-column.ts'
import type { CollectionTable } from './collection-table.ts'
import { type RecordTerms, repoTerm } from './record-terms.ts'

/** Records with the terms they are found by. The methods must run inside a transaction. */
export class RecordTable {
  readonly #collections: CollectionTable
  readonly #terms: RecordTerms
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #delete: StatementSync
  readonly #insertTerms: StatementSync
  readonly #replaceTerms: StatementSync
  readonly #deleteTerms: StatementSync
  readonly #countRepo: StatementSync
  readonly #clearRecords: StatementSync
  readonly #clearTerms: StatementSync
  readonly #readLast: StatementSync
  readonly #writeLast: StatementSync
  #last: number

  constructor(sqlite: DatabaseSync, collections: CollectionTable, terms: RecordTerms) {
    this.#collections = collections
    this.#terms = terms
    this.#select = sqlite.prepare(
      'SELECT id, bytes FROM record WHERE rkey = ? AND repo = ? AND collection = ?',
    )
    this.#select.setReturnArrays(true)
    this.#insert = sqlite.prepare(
      `INSERT INTO record (id, repo, collection, rkey, cid, rev, indexed_at, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    )
    this.#update = sqlite.prepare(
      'UPDATE record SET cid = ?, rev = ?, indexed_at = ?, bytes = ? WHERE id = ?',
    )
    this.#delete = sqlite.prepare('DELETE FROM record WHERE id = ?')
    this.#insertTerms = sqlite.prepare('INSERT INTO record_term (rowid, terms) VALUES (?, ?)')
    this.#replaceTerms = sqlite.prepare('INSERT OR REPLACE INTO record_term (rowid, terms) VALUES (?, ?)')
    this.#deleteTerms = sqlite.prepare('DELETE FROM record_term WHERE rowid = ?')
    const ofRepo = 'SELECT rowid FROM record_term WHERE record_term MATCH ?'
    this.#countRepo = sqlite.prepare(
      `SELECT collection, count(*) FROM record WHERE id IN (${ofRepo}) GROUP BY collection`,
    )
    this.#countRepo.setReturnArrays(true)
    this.#clearRecords = sqlite.prepare(`DELETE FROM record WHERE id IN (${ofRepo})`)
    this.#clearTerms = sqlite.prepare(`DELETE FROM record_term WHERE rowid IN (${ofRepo})`)
    this.#readLast = sqlite.prepare("SELECT value FROM storage_state WHERE key = 'last_record'")
    this.#writeLast = sqlite.prepare("UPDATE storage_state SET value = ? WHERE key = 'last_record'")
    this.#last = this.#load()
  }

  put(repo: number, { collection, rkey, cid, rev, indexedAtMs, bytes }: StoredRecord): void {
    const collectionId = this.#collections.idOf(collection)
    const id = this.#last + 1
    const cidColumn = cidToColumn(cid)
    const { changes } = this.#insert.run(id, repo, collectionId, rkey, cidColumn, rev, indexedAtMs, bytes)
    const terms = this.#terms.of(repo, collectionId, collection, bytes)
    if (changes === 1) {
      this.#last = id
      this.#insertTerms.run(id, terms)
      this.#collections.count(collectionId, 1)
      return
    }
    const [known, before] = this.#select.get(rkey, repo, collectionId) as unknown as [number, Uint8Array]
    this.#update.run(cidColumn, rev, indexedAtMs, bytes, known)
    if (this.#terms.of(repo, collectionId, collection, before) !== terms) this.#replaceTerms.run(known, terms)
  }

  delete(repo: number, { collection, rkey }: RecordAddress): void {
    const collectionId = this.#collections.find(collection)
    if (collectionId === undefined) return
    const known = this.#select.get(rkey, repo, collectionId) as unknown as [number, Uint8Array] | undefined
    if (known === undefined) return
    this.#delete.run(known[0])
    this.#deleteTerms.run(known[0])
    this.#collections.count(collectionId, -1)
  }

  clear(repo: number): void {
    const term = repoTerm(repo)
    for (const [collection, records] of this.#countRepo.all(term) as unknown as [number, number][]) {
      this.#collections.count(collection, -records)
    }
    this.#clearRecords.run(term)
    this.#clearTerms.run(term)
  }

  /** Saves the last number in use, so that none is ever used twice, before the transaction is committed. */
  flush(): void {
    this.#writeLast.run(this.#last)
  }

  /** Reloads what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#last = this.#load()
  }

  #load(): number {
    return Number(this.#readLast.get()?.value)
  }
}

/** The columns of `record r JOIN repo p` that `recordFrom` reads. */
export const recordColumns =
  'r.id, p.did, r.collection, r.rkey, r.cid, r.rev, r.indexed_at, r.bytes, p.status'

export type RecordColumns = [
  id: number,
  did: Did,
  collection: number,
  rkey: string,
  cid: Uint8Array | string,
  rev: string,
  indexedAt: number,
  bytes: Uint8Array,
  status: number,
]

export function recordFrom(columns: RecordColumns, collections: CollectionTable): StoredRecord {
  const [, did, collection, rkey, cid, rev, indexedAtMs, bytes] = columns
  return {
    did,
    collection: collections.nsidOf(collection),
    rkey,
    cid: columnToCid(cid),
    rev,
    indexedAtMs,
    bytes,
  }
}
