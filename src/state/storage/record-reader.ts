import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { type FieldPath, parsePath } from '../../model/field-path.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import { decodeRecord, linksIn, type Scalar, valuesAt } from '../../model/record-values.ts'
import type { CollectionTable } from './collection-table.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { type RecordColumns, recordColumns, recordFrom, type UnownedColumns } from './record-table.ts'
import { fieldTerm, linkTerm, repoCollectionTerm, repoTerm } from './record-terms.ts'
import { firstHidden } from './repo-columns.ts'
import type { RepoTable } from './repo-table.ts'
import type { RecordPage, RecordQuery } from './storage.ts'

/** Reads records, by address or by the page. */
export class RecordReader {
  readonly #repos: RepoTable
  readonly #collections: CollectionTable
  readonly #byAddress: StatementSync
  readonly #byStagedAddress: StatementSync
  readonly #byTerms: StatementSync
  readonly #byCollection: StatementSync
  readonly #all: StatementSync

  constructor(sqlite: DatabaseSync, repos: RepoTable, collections: CollectionTable) {
    this.#repos = repos
    this.#collections = collections
    const prepare = (rest: string) => {
      const statement = sqlite.prepare(`SELECT ${recordColumns} FROM ${rest}`)
      statement.setReturnArrays(true)
      return statement
    }
    // Records that no repo has are found as well, so that skipping many of them can be bounded.
    const joinRepo = 'LEFT JOIN repo p ON p.id = r.repo'
    const byAddress = `record r ${joinRepo} WHERE r.rkey = ? AND r.repo = ? AND r.collection = ?`
    this.#byAddress = prepare(`${byAddress} AND r.staged = 0`)
    this.#byStagedAddress = prepare(`${byAddress} AND r.staged = 1`)
    this.#byTerms = prepare(
      `record_term t CROSS JOIN record r ON r.id = t.rowid ${joinRepo}
       WHERE t.record_term MATCH ? AND t.rowid > CAST(? AS INTEGER) ORDER BY t.rowid`,
    )
    this.#byCollection = prepare(`record r ${joinRepo} WHERE r.collection = ? AND r.id > ? ORDER BY r.id`)
    this.#all = prepare(`record r ${joinRepo} WHERE r.id > ? ORDER BY r.id`)
  }

  get({ did, collection, rkey }: RecordAddress): StoredRecord | undefined {
    const repo = this.#repos.find(did)
    const collectionId = this.#collections.find(collection)
    if (repo === undefined || collectionId === undefined) return undefined
    const address = [rkey, repo.id, collectionId]
    const columns = (this.#byAddress.get(...address) ??
      (repo.id < 0 ? this.#byStagedAddress.get(...address) : undefined)) as RecordColumns | undefined
    return columns === undefined || isHidden(columns) ? undefined : recordFrom(columns, this.#collections)
  }

  query(query: RecordQuery): RecordPage {
    const { limit, maxBytes = Number.POSITIVE_INFINITY, cursor } = query
    const after = cursor === undefined ? 0 : decodeCursor(cursor, query, 'number')
    const matches = matcher(query)
    const records: StoredRecord[] = []
    let last = after
    let visited = 0
    let bytes = 0
    for (const columns of this.#candidates(query, after)) {
      // Only a record that follows proves that there is another page.
      if (records.length >= limit || visited >= maxVisited) {
        return { records, cursor: encodeCursor(last, query) }
      }
      visited++
      const before = last
      last = columns[0]
      if (!isOwned(columns) || isHidden(columns)) continue
      const record = recordFrom(columns, this.#collections)
      if (!matches(record)) continue
      bytes += record.bytes.length
      if (bytes > maxBytes && records.length > 0) return { records, cursor: encodeCursor(before, query) }
      records.push(record)
    }
    return { records }
  }

  /**
   * Records, hidden ones included, that come after the one with the number `after`. Visits at most `limit`.
   *
   * @returns also where the next slice begins; undefined where there is none.
   */
  slice(did: Did | undefined, after: number, limit: number): { records: StoredRecord[]; next?: number } {
    const records: StoredRecord[] = []
    let visited = 0
    for (const columns of this.#candidates({ ...(did && { did }), limit }, after)) {
      if (isOwned(columns)) records.push(recordFrom(columns, this.#collections))
      if (++visited >= limit) return { records, next: columns[0] }
    }
    return { records }
  }

  /** What the indexes find: all records that match, and possibly some more. */
  #candidates({ did, collection, linksTo, where = {} }: RecordQuery, after: number): Iterable<AnyColumns> {
    const collectionId = collection === undefined ? undefined : this.#collections.find(collection)
    if (collection !== undefined && collectionId === undefined) return []
    const terms: string[] = []
    if (did !== undefined) {
      const repo = this.#repos.find(did)
      if (repo === undefined) return []
      terms.push(collectionId === undefined ? repoTerm(repo.id) : repoCollectionTerm(repo.id, collectionId))
    }
    if (linksTo !== undefined) terms.push(linkTerm(linksTo))
    for (const [path, value] of Object.entries(where)) terms.push(fieldTerm(collection ?? '', path, value))
    if (terms.length > 0) return iterate(this.#byTerms, terms.join(' '), after)
    if (collectionId !== undefined) return iterate(this.#byCollection, collectionId, after)
    return iterate(this.#all, after)
  }
}

/** How many records one page may visit before it returns a cursor, so that no query holds up everything else. */
const maxVisited = 5000

/** @throws {InvalidError} for fields without a collection. */
function matcher({ collection, linksTo, where }: RecordQuery): (record: StoredRecord) => boolean {
  const wanted = Object.entries(where ?? {}).map(([path, value]) => [parsePath(path) ?? [], value] as const)
  if (wanted.length > 0 && collection === undefined) {
    throw new InvalidError('fields belong to a collection: name it with "collection"')
  }
  return (record) =>
    (collection === undefined || record.collection === collection) &&
    (linksTo === undefined || linksIn(record.bytes).has(linksTo)) &&
    (wanted.length === 0 || hasFields(record, wanted))
}

function hasFields({ bytes }: StoredRecord, wanted: readonly (readonly [FieldPath, Scalar])[]): boolean {
  const record = decodeRecord(bytes)
  return wanted.every(([path, value]) => valuesAt(record, path).includes(value))
}

type AnyColumns = RecordColumns | UnownedColumns

function isOwned(columns: AnyColumns): columns is RecordColumns {
  return columns[1] !== null
}

function isHidden(columns: RecordColumns): boolean {
  return columns[8] >= firstHidden
}

function iterate(statement: StatementSync, ...values: SQLInputValue[]): Iterable<AnyColumns> {
  return statement.iterate(...values) as Iterable<unknown> as Iterable<AnyColumns>
}
