import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Database } from '../database.ts'
import { sqliteCode } from '../sqlite-code.ts'
import type { SqliteStreams } from '../streams/sqlite.ts'
import { observed as observedStream } from '../streams/streams.ts'
import { ChangeWriter } from './change-writer.ts'
import { CollectionTable } from './collection-table.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { FieldReindex, indexedFields } from './field-reindex.ts'
import { HeldTable } from './held-table.ts'
import { Leftovers } from './leftovers.ts'
import { Notes } from './notes.ts'
import { Numbers } from './numbers.ts'
import { Pruning } from './pruning.ts'
import { RecordReader } from './record-reader.ts'
import { RecordTable } from './record-table.ts'
import { type FieldIndex, RecordTerms } from './record-terms.ts'
import { RepoContents } from './repo-contents.ts'
import { RepoLists } from './repo-lists.ts'
import { RepoTable } from './repo-table.ts'
import { schema } from './schema.ts'
import { StagingTable } from './staging-table.ts'
import type {
  HeldEvent,
  HeldLimits,
  RecordPage,
  RecordQuery,
  RepoChange,
  RepoPage,
  RepoQuery,
  RepoState,
  Storage,
  StorageTotals,
  Tracking,
} from './storage.ts'

export interface SqliteStorageOptions {
  readonly database: Database
  /** Fields that queries may ask for with `where`. @default those that the database was last indexed by; none at first */
  readonly index?: readonly FieldIndex[]
  /** Where what is observed is told, in the same database. @default nobody observes */
  readonly streams?: Pick<SqliteStreams, 'appendAtOnce'>
}

/** Repos and records in the SQLite database of this process, whose only writer it is. */
export class SqliteStorage implements Storage {
  readonly #database: Database
  readonly #streams: SqliteStorageOptions['streams']
  readonly #repos: RepoTable
  readonly #collections: CollectionTable
  readonly #reader: RecordReader
  readonly #contents: RepoContents
  readonly #lists: RepoLists
  readonly #staging: StagingTable
  readonly #leftovers: Leftovers
  readonly #held: HeldTable
  readonly #notes: Notes
  readonly #pruning: Pruning
  readonly #changes: ChangeWriter
  /** What is to be saved before a transaction is committed, and reloaded after one that was rolled back. */
  readonly #inMemory: readonly (Numbers | CollectionTable | HeldTable)[]
  readonly #terms: RecordTerms
  readonly #reindex: FieldReindex

  constructor({ database, index: asked, streams }: SqliteStorageOptions) {
    this.#streams = streams
    database.migrate('storage', schema)
    const { sqlite } = database
    const index = asked ?? indexedFields(sqlite)
    this.#database = database
    this.#terms = new RecordTerms(index)
    const recordNumbers = new Numbers(sqlite, 'last_record')
    const repoNumbers = new Numbers(sqlite, 'last_repo')
    const repos = new RepoTable(sqlite, repoNumbers)
    const collections = new CollectionTable(sqlite)
    const records = new RecordTable(sqlite, collections, this.#terms, recordNumbers)
    this.#repos = repos
    this.#collections = collections
    this.#reader = new RecordReader(sqlite, repos, collections)
    this.#contents = new RepoContents(sqlite, repos, collections)
    this.#lists = new RepoLists(sqlite)
    this.#staging = new StagingTable(sqlite)
    this.#leftovers = new Leftovers(database, records, collections)
    this.#held = new HeldTable(sqlite)
    this.#inMemory = [recordNumbers, repoNumbers, collections, this.#held]
    this.#notes = new Notes(sqlite)
    this.#pruning = new Pruning(database, records, collections)
    const [staging, leftovers, held] = [this.#staging, this.#leftovers, this.#held]
    this.#changes = new ChangeWriter({ numbers: repoNumbers, repos, records, staging, leftovers, held })
    this.#reindex = new FieldReindex(database, index, this.#terms, collections)
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
      const { records, next } = this.#reader.slice(did, after, recordsPerSlice)
      yield* records
      if (next === undefined) return
      after = next
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

  async held(did: Did, limit: number): Promise<readonly HeldEvent[]> {
    return this.#held.list(did, limit)
  }

  async withHeld(after: Did | undefined, limit: number): Promise<readonly RepoState[]> {
    return this.#lists.withHeld(after ?? '', limit)
  }

  async heldBeyond({ events, bytes }: HeldLimits): Promise<readonly Did[]> {
    let [tooMany, tooLong] = [this.#repos.heldEvents - events, this.#held.bytes - bytes]
    const dids = new Set<Did>()
    if (tooMany <= 0 && tooLong <= 0) return []
    for (const [did, length] of this.#held.oldest()) {
      if (dids.size >= reposPerSlice || (tooMany <= 0 && tooLong <= 0)) break
      if (this.#repos.find(did)?.state.content === 'syncing') continue
      dids.add(did)
      tooMany -= 1
      tooLong -= length
    }
    return [...dids]
  }

  async staged(did: Did): Promise<{ readonly data: string; readonly lastPath: string } | undefined> {
    const staged = this.#staging.find(did)
    return staged && { data: staged.data, lastPath: staged.lastPath }
  }

  entries(did: Did): AsyncIterable<{ readonly path: string; readonly cid: string }> {
    return this.#contents.entries(did)
  }

  async countRecords(did: Did, most: number): Promise<number> {
    return this.#contents.count(did, most)
  }

  async sweep(): Promise<boolean> {
    return this.#leftovers.sweep()
  }

  async prune(keeps: (collection: Nsid) => boolean, signal?: AbortSignal): Promise<number> {
    return this.#pruning.run(keeps, signal)
  }

  async setTracking(did: Did, tracking: Tracking | undefined): Promise<void> {
    this.#notes.setTracking(did, tracking)
  }

  async tracking(): Promise<ReadonlyMap<Did, Tracking>> {
    return this.#notes.tracking()
  }

  async note(key: string): Promise<string | undefined> {
    return this.#notes.get(key)
  }

  async setNote(key: string, value: string | undefined): Promise<void> {
    this.#notes.set(key, value)
  }

  async listRepos(query: RepoQuery): Promise<RepoPage> {
    const { status, confirmedBeforeMs, limit, cursor } = query
    const after = cursor === undefined ? '' : decodeCursor(cursor, query, 'string')
    const { repos, next } = this.#lists.page({ status, confirmedBeforeMs, after, limit })
    return { repos, ...(next !== undefined && { cursor: encodeCursor(next, query) }) }
  }

  async apply(changes: readonly RepoChange[], observed: readonly Uint8Array[] = []): Promise<void> {
    if (changes.length === 0) return
    try {
      this.#database.transaction(() => {
        for (const change of changes) this.#changes.write(change)
        for (const part of this.#inMemory) part.flush()
        if (observed.length > 0) this.#streams?.appendAtOnce(observedStream, observed)
      })
    } catch (error) {
      for (const part of [...this.#inMemory, this.#repos]) part.reset()
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
      heldEvents: this.#repos.heldEvents,
      diskBytes: this.#database.diskBytes(),
    }
  }

  /** The database belongs to whoever opened it, and is closed there. */
  async [Symbol.asyncDispose](): Promise<void> {}
}

const recordsPerSlice = 500
const reposPerSlice = 100

/** SQLite: too big, constraint, mismatch, range. Another try would end the same way. */
const invalidCodes: readonly number[] = [18, 19, 20, 25]

function isInvalid(error: unknown): boolean {
  const code = sqliteCode(error)
  if (code !== undefined) return invalidCodes.includes(code)
  return error instanceof TypeError || error instanceof RangeError
}
