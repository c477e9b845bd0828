import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import { cidToColumn, columnToCid } from './cid-column.ts'
import type { CollectionTable } from './collection-table.ts'
import type { Numbers } from './numbers.ts'
import type { RecordTerms } from './record-terms.ts'

/** Records with the terms they are found by. The methods must run inside a transaction. */
export class RecordTable {
  readonly #collections: CollectionTable
  readonly #terms: RecordTerms
  readonly #numbers: Numbers
  readonly #select: StatementSync
  readonly #selectStaged: StatementSync
  readonly #insert: StatementSync
  readonly #insertStaged: StatementSync
  readonly #update: StatementSync
  readonly #delete: StatementSync
  readonly #insertTerms: StatementSync
  readonly #replaceTerms: StatementSync
  readonly #deleteTerms: StatementSync

  /** @param numbers those of the records, which the caller flushes and resets. */
  constructor(sqlite: DatabaseSync, collections: CollectionTable, terms: RecordTerms, numbers: Numbers) {
    this.#collections = collections
    this.#terms = terms
    this.#numbers = numbers
    const select = 'SELECT id, bytes FROM record WHERE rkey = ? AND repo = ? AND collection = ?'
    this.#select = sqlite.prepare(`${select} AND staged = 0`)
    this.#select.setReturnArrays(true)
    this.#selectStaged = sqlite.prepare(`${select} AND staged = 1`)
    this.#selectStaged.setReturnArrays(true)
    const insert = 'INSERT INTO record (id, repo, collection, rkey, cid, rev, indexed_at, bytes, staged)'
    this.#insert = sqlite.prepare(`${insert} VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`)
    this.#insertStaged = sqlite.prepare(`${insert} VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`)
    this.#update = sqlite.prepare(
      'UPDATE record SET cid = ?, rev = ?, indexed_at = ?, bytes = ? WHERE id = ?',
    )
    this.#delete = sqlite.prepare('DELETE FROM record WHERE id = ?')
    this.#insertTerms = sqlite.prepare('INSERT INTO record_term (rowid, terms) VALUES (?, ?)')
    this.#replaceTerms = sqlite.prepare('INSERT OR REPLACE INTO record_term (rowid, terms) VALUES (?, ?)')
    this.#deleteTerms = sqlite.prepare('DELETE FROM record_term WHERE rowid = ?')
  }

  /** Stages a record, under a negative number. @throws where it is staged already. */
  stage(number: number, record: StoredRecord): void {
    const { collection, rkey, cid, rev, indexedAtMs, bytes } = record
    const collectionId = this.#collections.idOf(collection)
    const id = this.#numbers.take()
    this.#insertStaged.run(id, number, collectionId, rkey, cidToColumn(cid), rev, indexedAtMs, bytes)
    this.#insertTerms.run(id, this.#terms.of(number, collectionId, collection, bytes))
    this.#collections.count(collectionId, 1)
  }

  put(repo: number, { collection, rkey, cid, rev, indexedAtMs, bytes }: StoredRecord): void {
    const collectionId = this.#collections.idOf(collection)
    const cidColumn = cidToColumn(cid)
    const terms = this.#terms.of(repo, collectionId, collection, bytes)
    let known = this.#findStaged(repo, collectionId, rkey)
    if (known === undefined) {
      const id = this.#numbers.next
      const { changes } = this.#insert.run(id, repo, collectionId, rkey, cidColumn, rev, indexedAtMs, bytes)
      if (changes === 1) {
        this.#numbers.take()
        this.#insertTerms.run(id, terms)
        this.#collections.count(collectionId, 1)
        return
      }
      known = this.#select.get(rkey, repo, collectionId) as unknown as KnownColumns
    }
    const [id, before] = known
    this.#update.run(cidColumn, rev, indexedAtMs, bytes, id)
    if (this.#terms.of(repo, collectionId, collection, before) !== terms) this.#replaceTerms.run(id, terms)
  }

  delete(repo: number, { collection, rkey }: RecordAddress): void {
    const collectionId = this.#collections.find(collection)
    if (collectionId === undefined) return
    const known =
      this.#findStaged(repo, collectionId, rkey) ??
      (this.#select.get(rkey, repo, collectionId) as KnownColumns | undefined)
    if (known !== undefined) this.deleteRow(known[0], collectionId)
  }

  /** Deletes the record with this number, which must be of this collection. */
  deleteRow(id: number, collectionId: number): void {
    this.#delete.run(id)
    this.#deleteTerms.run(id)
    this.#collections.count(collectionId, -1)
  }

  #findStaged(repo: number, collection: number, rkey: string): KnownColumns | undefined {
    if (repo > 0) return undefined
    return this.#selectStaged.get(rkey, repo, collection) as KnownColumns | undefined
  }
}

type KnownColumns = [id: number, bytes: Uint8Array]

/** The columns of `record r LEFT JOIN repo p` that `recordFrom` reads. */
export const recordColumns =
  'r.id, p.did, r.collection, r.rkey, r.cid, r.rev, r.indexed_at, r.bytes, p.status'

export type RecordColumns = [id: number, did: Did, ...rest: Rest]

/** The same of a record that is staged, or that waits to be swept: no repo has its number. */
export type UnownedColumns = [id: number, did: null, ...rest: Rest]

type Rest = [
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
