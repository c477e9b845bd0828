import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Nsid } from '../../model/nsid.ts'
import type { Database } from '../database.ts'
import type { CollectionTable } from './collection-table.ts'
import type { FieldIndex, RecordTerms } from './record-terms.ts'

/** Gives records that were stored under another configuration the terms of this one. */
export class FieldReindex {
  readonly #database: Database
  readonly #terms: RecordTerms
  readonly #collections: CollectionTable
  readonly #wanted: readonly string[]
  readonly #read: StatementSync
  readonly #write: StatementSync
  readonly #select: StatementSync
  readonly #replace: StatementSync
  #state: ReindexState

  constructor(
    database: Database,
    index: readonly FieldIndex[],
    terms: RecordTerms,
    collections: CollectionTable,
  ) {
    const { sqlite } = database
    this.#database = database
    this.#terms = terms
    this.#collections = collections
    this.#wanted = [...new Set(index.map(({ collection }) => collection))].sort()
    this.#read = sqlite.prepare('SELECT value FROM storage_state WHERE key = ?')
    this.#write = sqlite.prepare(
      'INSERT INTO storage_state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    )
    this.#select = sqlite.prepare(
      `SELECT id, repo, bytes FROM record WHERE collection = ? AND id > ? AND id <= ? ORDER BY id LIMIT ${slice}`,
    )
    this.#select.setReturnArrays(true)
    this.#replace = sqlite.prepare('INSERT OR REPLACE INTO record_term (rowid, terms) VALUES (?, ?)')
    this.#state = this.#begin(
      JSON.stringify(index.map(({ collection, path }) => `${collection} ${path}`).sort()),
    )
  }

  get isDone(): boolean {
    return this.#state.done >= this.#wanted.length
  }

  /** @returns how many records were given new terms. */
  async run(signal?: AbortSignal): Promise<number> {
    let records = 0
    while (!this.isDone && !signal?.aborted) {
      const { state, changed } = this.#database.transaction(() => this.#slice())
      this.#state = state
      records += changed
      await setImmediate()
    }
    return records
  }

  #slice(): { state: ReindexState; changed: number } {
    const { done, after, until } = this.#state
    const collection = this.#wanted[done] ?? ''
    const id = this.#collections.find(collection)
    const rows = (id === undefined ? [] : this.#select.all(id, after, until)) as unknown as Columns[]
    for (const [record, repo, bytes] of rows) {
      this.#replace.run(record, this.#terms.of(repo, id as number, collection, bytes))
    }
    const last = rows.at(-1)?.[0]
    const isDone = rows.length < slice || last === undefined
    const state = this.#save(
      isDone ? { ...this.#state, done: done + 1, after: 0 } : { ...this.#state, after: last },
    )
    return { state, changed: rows.length }
  }

  /** Resumes what the last start left unfinished, unless that was for other fields. */
  #begin(fields: string): ReindexState {
    const stored = this.#read.get('field_index')?.value
    const last: ReindexState = stored
      ? JSON.parse(String(stored))
      : { fields: '[]', done: 0, after: 0, until: 0 }
    if (last.fields === fields) return last
    const until = Number(this.#read.get('last_record')?.value)
    // Saved at once: from here on records get the terms of these fields and of no others.
    return this.#save({ fields, done: until === 0 ? this.#wanted.length : 0, after: 0, until })
  }

  #save(state: ReindexState): ReindexState {
    this.#write.run('field_index', JSON.stringify(state))
    return state
  }
}

const slice = 500

type Columns = [id: number, repo: number, bytes: Uint8Array]

/** The fields that a database was last indexed by; none at first. */
export function indexedFields(sqlite: DatabaseSync): readonly FieldIndex[] {
  const stored = sqlite.prepare("SELECT value FROM storage_state WHERE key = 'field_index'").get()?.value
  const { fields } = stored === undefined ? { fields: '[]' } : (JSON.parse(String(stored)) as ReindexState)
  return (JSON.parse(fields) as readonly string[]).map((field) => {
    const [collection = '', ...path] = field.split(' ')
    return { collection: collection as Nsid, path: path.join(' ') }
  })
}

interface ReindexState {
  /** The fields by which records that were stored since then are found. */
  readonly fields: string
  /** How many of their collections are done. */
  readonly done: number
  /** In the current collection, records up to this number are done. */
  readonly after: number
  /** Records above this number were stored with the terms of these fields. */
  readonly until: number
}
