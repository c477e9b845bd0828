import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import type { Database } from '../database.ts'
import { DocumentTable } from './document-table.ts'
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
  readonly #documents: DocumentTable
  readonly #fields: string
  #isStale: boolean
  /** What has been changed since a rebuild began: its next records may have been read before that. */
  #changed: { readonly uris: Set<string>; readonly repos: Set<Did> } | undefined

  constructor({ database, fields = defaultTextFields }: SqliteSearchOptions) {
    database.migrate('search', schema)
    this.#database = database
    this.#text = new RecordText(fields)
    this.#documents = new DocumentTable(database)
    this.#fields = JSON.stringify(fields.map(({ collection, path }) => `${collection} ${path}`).sort())
    this.#isStale = (this.#documents.fields() ?? this.#fields) !== this.#fields
    if (!this.#isStale) this.#documents.setFields(this.#fields)
  }

  get isStale(): boolean {
    return this.#isStale
  }

  async apply(changes: readonly SearchChange[]): Promise<void> {
    const relevant = changes.filter(
      ({ clear = false, puts = [], deletes = [] }) =>
        clear || [...puts, ...deletes].some(({ collection }) => this.#text.isSearched(collection)),
    )
    if (this.#changed !== undefined) this.#note(changes)
    if (relevant.length === 0) return
    this.#write(() => {
      for (const change of relevant) this.#change(change)
    })
  }

  async query(query: SearchQuery): Promise<SearchPage> {
    const { text, collection, limit, cursor } = query
    const words = matchExpression(text)
    const { offset, newest } =
      cursor === undefined ? { offset: 0, newest: this.#documents.newest() } : decodeCursor(cursor)
    if (words === undefined) return { hits: [] }
    const hits = this.#documents.match(words, newest, collection, limit + 1, offset)
    if (hits.length <= limit) return { hits }
    return { hits: hits.slice(0, limit), cursor: encodeCursor({ offset: offset + limit, newest }) }
  }

  async reindex(
    records: AsyncIterable<StoredRecord>,
    onProgress: (records: number) => void = () => {},
  ): Promise<number> {
    if (this.#changed !== undefined) throw new InvalidError('the search index is already being rebuilt')
    const changed = { uris: new Set<string>(), repos: new Set<Did>() }
    this.#changed = changed
    try {
      this.#write(() => this.#documents.beginGeneration())
      let read = 0
      for await (const slice of slices(records)) {
        const current = slice.filter(
          (record) => !changed.repos.has(record.did) && !changed.uris.has(recordUri(record)),
        )
        this.#write(() => {
          for (const record of current) this.#put(record)
        })
        read += slice.length
        onProgress(read)
        await setImmediate()
      }
      // What did not turn up again belonged to records that are gone, or to fields that are no longer searched.
      for (let after: number | undefined = 0; after !== undefined; await setImmediate()) {
        const from: number = after
        after = this.#write(() => this.#documents.sweep(from, sliceLength))
      }
      this.#documents.setFields(this.#fields)
      this.#isStale = false
      return read
    } finally {
      this.#changed = undefined
    }
  }

  async diskBytes(): Promise<number> {
    return this.#documents.diskBytes()
  }

  #write<Result>(work: () => Result): Result {
    try {
      return this.#database.transaction(() => {
        const result = work()
        this.#documents.flush()
        return result
      })
    } catch (error) {
      this.#documents.reset()
      throw error
    }
  }

  #change({ repo, clear = false, puts = [], deletes = [] }: SearchChange): void {
    if (clear) this.#documents.clear(repo.did)
    for (const record of puts) this.#put(record)
    for (const address of deletes) {
      if (this.#text.isSearched(address.collection)) this.#documents.remove(address)
    }
  }

  #put(record: StoredRecord): void {
    if (!this.#text.isSearched(record.collection)) return
    const text = this.#text.of(record.collection, record.bytes)
    if (text === undefined) this.#documents.remove(record)
    else this.#documents.put(record, text)
  }

  #note(changes: readonly SearchChange[]): void {
    for (const { repo, clear, puts = [], deletes = [] } of changes) {
      if (clear) this.#changed?.repos.add(repo.did)
      for (const address of [...puts, ...deletes]) this.#changed?.uris.add(recordUri(address))
    }
  }
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

interface Place {
  readonly offset: number
  /** The newest document there was when the first page was asked for. */
  readonly newest: number
}

function encodeCursor({ offset, newest }: Place): string {
  return Buffer.from(JSON.stringify([offset, newest])).toString('base64url')
}

function decodeCursor(cursor: string): Place {
  try {
    const [offset, newest, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (Number.isSafeInteger(offset) && Number.isSafeInteger(newest) && rest.length === 0) {
      return { offset: offset as number, newest: newest as number }
    }
  } catch {
    // Falls through to the one answer for everything that is not a cursor.
  }
  throw new InvalidError('the cursor is not one of this search: leave it out to begin at the first page')
}
