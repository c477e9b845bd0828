import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Database } from '../database.ts'
import { CollectionTable } from './collection-table.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { FieldReindex, indexedFields } from './field-reindex.ts'
import { RecordReader } from './record-reader.ts'
import { RecordTable } from './record-table.ts'
import { type FieldIndex, RecordTerms } from './record-terms.ts'
import { RepoTable } from './repo-table.ts'
import { schema } from './schema.ts'
import type {
  RecordPage,
  RecordQuery,
  RepoChange,
  RepoPage,
  RepoQuery,
  RepoState,
  Storage,
  StorageTotals,
} from './storage.ts'

export interface SqliteStorageOptions {
  readonly database: Database
  /** Fields that queries may ask for with `where`. @default those that the database was last indexed by; none at first */
  readonly index?: readonly FieldIndex[]
}

/** Repos and records in the SQLite database of this process, whose only writer it is. */
export class SqliteStorage implements Storage {
  readonly #database: Database
  readonly #repos: RepoTable
  readonly #collections: CollectionTable
  readonly #records: RecordTable
  readonly #reader: RecordReader
  readonly #terms: RecordTerms
  readonly #reindex: FieldReindex

  constructor({ database, index: asked }: SqliteStorageOptions) {
    database.migrate('storage', schema)
    const { sqlite } = database
    const index = asked ?? indexedFields(sqlite)
    this.#database = database
    this.#terms = new RecordTerms(index)
    this.#repos = new RepoTable(sqlite)
    this.#collections = new CollectionTable(sqlite)
    this.#records = new RecordTable(sqlite, this.#collections, this.#terms)
    this.#reader = new RecordReader(sqlite, this.#repos, this.#collections)
    this.#reindex = new FieldReindex(database, index, this.#terms, this.#collections)
  }

  async get(address: RecordAddress): Promise<StoredRecord | undefined> {
    return this.#reader.get(address)
  }

  async query(query: RecordQuery): Promise<RecordPage> {
    for (const path of Object.keys(query.where ?? {})) {
      if (query.collection === undefined) break
      if (!this.#terms.hasField(query.collection, path)) {
        throw new InvalidError(
          `the field ${path} of ${query.collection} is not indexed: name it in --index ${query.collection}:${path}`,
        )
      }
      if (!this.#reindex.isDone) {
        throw new InvalidError('the index of fields is being built: try again later')
      }
    }
    return this.#reader.query(query)
  }

  async *scan(did?: Did): AsyncIterable<StoredRecord> {
    for (let after = 0; ; ) {
      const { records, last } = this.#reader.slice(did, after, recordsPerSlice)
      yield* records
      if (records.length < recordsPerSlice) return
      after = last
      await setImmediate()
    }
  }

  async getRepo(did: Did): Promise<RepoState | undefined> {
    return this.#repos.find(did)?.state
  }

  async repos(dids: readonly Did[]): Promise<ReadonlyMap<Did, RepoState>> {
    const repos = new Map<Did, RepoState>()
    for (const did of dids) {
      const row = this.#repos.find(did)
      if (row !== undefined) repos.set(did, row.state)
    }
    return repos
  }

  async listRepos(query: RepoQuery): Promise<RepoPage> {
    const { status, limit, cursor } = query
    const after = cursor === undefined ? '' : decodeCursor(cursor, query, 'string')
    const repos = this.#repos.list(status, after, limit + 1)
    const page = repos.slice(0, limit)
    const last = page.at(-1)
    if (repos.length <= limit || last === undefined) return { repos: page }
    return { repos: page, cursor: encodeCursor(last.did, query) }
  }

  async apply(changes: readonly RepoChange[]): Promise<void> {
    if (changes.length === 0) return
    try {
      this.#database.transaction(() => {
        for (const change of changes) this.#change(change)
        this.#collections.flush()
        this.#records.flush()
      })
    } catch (error) {
      for (const table of [this.#repos, this.#collections, this.#records]) table.reset()
      throw isInvalid(error) ? new InvalidError('the changes cannot be stored', { cause: error }) : error
    }
  }

  async reindex(signal?: AbortSignal): Promise<number> {
    return this.#reindex.run(signal)
  }

  async totals(): Promise<StorageTotals> {
    return {
      ...this.#collections.totals,
      reposByStatus: this.#repos.byStatus,
      diskBytes: this.#database.diskBytes(),
    }
  }

  /** The database belongs to whoever opened it, and is closed there. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #change({ repo, clear = false, puts = [], deletes = [] }: RepoChange): void {
    const id = this.#repos.save(repo)
    if (clear) this.#records.clear(id)
    for (const record of puts) this.#records.put(id, record)
    for (const address of deletes) this.#records.delete(id, address)
  }
}

const recordsPerSlice = 500

/** SQLite: too big, constraint, mismatch, range. Another try would end the same way. */
const invalidCodes: readonly unknown[] = [18, 19, 20, 25]

function isInvalid(error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  if (errcode !== undefined) return invalidCodes.includes(errcode & 0xff)
  return error instanceof TypeError || error instanceof RangeError
}
