import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { Nsid } from '../../model/nsid.ts'
import { type RecordAddress, recordUri, type StoredRecord } from '../../model/record.ts'
import type { Database } from '../database.ts'
import { DocumentTable, type Place } from './document-table.ts'
import { Leftovers } from './leftovers.ts'
import { OwnTexts } from './own-texts.ts'
import { RepoNumbers } from './repo-numbers.ts'
import { schema } from './schema.ts'
import type { Search, SearchChange, SearchPage, SearchQuery } from './search.ts'
import { defaultTextFields, RecordText, type TextField } from './text-fields.ts'
import { matchExpression } from './words.ts'

export interface SqliteSearchOptions {
  readonly database: Database
  /** What can be searched. @default the text of posts, the name and description of profiles */
  readonly fields?: readonly TextField[]
}

/** Full-text search by FTS5 in the SQLite database of this process, whose only writer it is. */
export class SqliteSearch implements Search {
  readonly #database: Database
  readonly #text: RecordText
  readonly #own: OwnTexts
  readonly #documents: DocumentTable
  readonly #numbers: RepoNumbers
  readonly #leftovers: Leftovers
  readonly #fields: string
  #isStale: boolean
  /** What has been changed since a rebuild began: its next records may have been read before that. */
  #changed: Changed | undefined

  constructor({ database, fields = defaultTextFields }: SqliteSearchOptions) {
    database.migrate('search', schema)
    this.#database = database
    this.#text = new RecordText(fields)
    this.#own = new OwnTexts(database)
    this.#documents = new DocumentTable(database)
    this.#numbers = new RepoNumbers(database.sqlite)
    this.#leftovers = new Leftovers(database.sqlite, this.#documents)
    this.#fields = JSON.stringify(fields.map(({ collection, path }) => `${collection} ${path}`).sort())
    this.#isStale = (this.#documents.fields() ?? this.#fields) !== this.#fields
    if (!this.#isStale) this.#documents.setFields(this.#fields)
  }

  get isStale(): boolean {
    return this.#isStale
  }

  async apply(changes: readonly SearchChange[]): Promise<void> {
    const relevant = changes.filter(
      ({ puts = [], deletes = [], ...rest }) =>
        rest.clear ||
        rest.stage !== undefined ||
        rest.unveil !== undefined ||
        rest.unstage ||
        rest.remove ||
        [...puts, ...deletes].some(({ collection }) => this.#isSearched(collection)),
    )
    if (this.#changed !== undefined) this.#note(changes)
    if (relevant.length === 0) return
    const isStale = this.#write(() => {
      const unveiled = relevant.map((change) => this.#change(change))
      if (!unveiled.includes('other fields')) return false
      this.#documents.setFields('')
      return true
    })
    if (!isStale) return
    this.#isStale = true
    if (this.#changed !== undefined) this.#changed.isStale = true
  }

  async index(record: StoredRecord, text: string | undefined): Promise<void> {
    this.#write(() => {
      this.#own.set(record, text)
      this.#putShown(record)
    })
    // A rebuild has perhaps read the record before this.
    this.#changed?.uris.add(recordUri(record))
  }

  async query(query: SearchQuery): Promise<SearchPage> {
    const { text, collection, limit, cursor } = query
    const words = matchExpression(text)
    const place =
      cursor === undefined
        ? { offset: 0, newest: this.#documents.newest(), switches: this.#numbers.switches }
        : decodeCursor(cursor)
    if (words === undefined) return { hits: [] }
    const { hits, isMore } = this.#documents.match(words, place, collection, limit)
    return { hits, ...(isMore && { cursor: encodeCursor({ ...place, offset: place.offset + limit }) }) }
  }

  async reindex(
    records: AsyncIterable<StoredRecord>,
    onProgress: (records: number) => void = () => {},
  ): Promise<number> {
    if (this.#changed !== undefined) throw new InvalidError('the search index is already being rebuilt')
    const changed: Changed = { uris: new Set(), repos: new Set(), prunings: [], isStale: false }
    this.#changed = changed
    // Nobody but the storage knows the records that are staged, and it does not list them.
    const staged = this.#numbers.allStaged()
    try {
      this.#write(() => this.#documents.beginGeneration())
      let read = 0
      for await (const slice of slices(records)) {
        const current = slice.filter(
          (record) =>
            !changed.repos.has(record.did) &&
            !changed.uris.has(recordUri(record)) &&
            changed.prunings.every((keeps) => keeps(record.collection)),
        )
        this.#write(() => {
          for (const record of current) this.#putShown(record)
        })
        read += slice.length
        onProgress(read)
        await setImmediate()
      }
      // What did not turn up again belonged to records that are gone, or to fields that are no longer searched.
      for (let after: number | undefined = 0; after !== undefined; await setImmediate()) {
        const from: number = after
        after = this.#write(() => this.#documents.sweep(from, sliceLength, staged))
      }
      if (!changed.isStale) this.#documents.setFields(this.#fields)
      this.#isStale = changed.isStale
      return read
    } finally {
      this.#changed = undefined
    }
  }

  async diskBytes(): Promise<number> {
    return this.#documents.diskBytes()
  }

  async sweep(): Promise<boolean> {
    return this.#write(() => this.#leftovers.sweep())
  }

  async prune(keeps: (collection: Nsid) => boolean, signal?: AbortSignal): Promise<number> {
    this.#changed?.prunings.push(keeps)
    let removed = 0
    for (let after: number | undefined = 0; after !== undefined && !signal?.aborted; await setImmediate()) {
      const from: number = after
      const slice = this.#write(() => this.#documents.prune(from, sliceLength, keeps))
      removed += slice.removed
      after = slice.after
    }
    return removed
  }

  #write<Result>(work: () => Result): Result {
    try {
      return this.#database.transaction(() => {
        const result = work()
        this.#documents.flush()
        this.#numbers.flush()
        return result
      })
    } catch (error) {
      this.#documents.reset()
      this.#numbers.reset()
      throw error
    }
  }

  /** @returns whether it unveils documents that were taken from other fields than are searched now. */
  #change(change: SearchChange): 'other fields' | undefined {
    const { repo, clear = false, puts = [], deletes = [], stage, unveil, unstage = false } = change
    const { did } = repo
    if (unstage || change.remove) this.#numbers.unstage(did)
    if (clear || change.remove) this.#numbers.clear(did)
    if (change.remove) {
      this.#own.deleteRepo(did)
      return undefined
    }
    if (stage !== undefined) {
      const [first] = stage.puts
      const firstPath = first === undefined ? '' : `${first.collection}/${first.rkey}`
      const number = this.#numbers.stage(did, { data: stage.data, firstPath, fields: this.#fields })
      const isShown = number === this.#numbers.find(did)
      for (const record of stage.puts) this.#put(number, record, !isShown)
    }
    const staged = unveil && this.#numbers.staged(did)
    const isUnveiled = staged !== undefined && staged.data === unveil?.data
    if (isUnveiled) this.#numbers.unveil(did, staged)
    for (const record of puts) this.#putShown(record)
    for (const address of deletes) {
      this.#remove(this.#numbers.find(did), address)
      this.#own.delete(address)
    }
    return isUnveiled && staged.fields !== this.#fields ? 'other fields' : undefined
  }

  #putShown(record: StoredRecord): void {
    if (this.#isSearched(record.collection)) this.#put(this.#numbers.of(record.did), record)
  }

  #put(repo: number, record: StoredRecord, isStaged = false): void {
    if (!this.#isSearched(record.collection)) return
    const texts = [this.#text.of(record.collection, record.bytes), this.#own.of(record)]
    const text = texts.filter((one) => one !== undefined).join('\n') || undefined
    if (text !== undefined) this.#documents[isStaged ? 'stage' : 'put'](repo, record, text)
    // What is staged is new, apart from what comes once more after a crash, and that has no text either.
    else if (!isStaged) this.#documents.remove(repo, record)
  }

  #remove(repo: number | undefined, address: RecordAddress): void {
    if (repo !== undefined && this.#isSearched(address.collection)) this.#documents.remove(repo, address)
  }

  #isSearched(collection: Nsid): boolean {
    return this.#text.isSearched(collection) || this.#own.mayHave(collection)
  }

  #note(changes: readonly SearchChange[]): void {
    for (const { repo, clear, remove, unveil, puts = [], deletes = [] } of changes) {
      if (clear || remove || unveil !== undefined) this.#changed?.repos.add(repo.did)
      for (const address of [...puts, ...deletes]) this.#changed?.uris.add(recordUri(address))
    }
  }
}

interface Changed {
  readonly uris: Set<string>
  readonly repos: Set<Did>
  /** Which collections are kept, each time that others were pruned. */
  readonly prunings: ((collection: Nsid) => boolean)[]
  /** Whether something was unveiled that has to be rebuilt once more. */
  isStale: boolean
}

const sliceLength = 200

async function* slices(records: AsyncIterable<StoredRecord>): AsyncIterable<readonly StoredRecord[]> {
  let slice: StoredRecord[] = []
  for await (const record of records) {
    slice.push(record)
    if (slice.length < sliceLength) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}

function encodeCursor({ offset, newest, switches }: Place): string {
  return Buffer.from(JSON.stringify([offset, newest, switches])).toString('base64url')
}

function decodeCursor(cursor: string): Place {
  try {
    const numbers: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(numbers) && numbers.length === 3 && numbers.every(Number.isSafeInteger)) {
      const [offset, newest, switches] = numbers
      return { offset, newest, switches }
    }
  } catch {
    // Falls through to the one answer for everything that is not a cursor.
  }
  throw new InvalidError('the cursor is not one of this search: leave it out to begin at the first page')
}
