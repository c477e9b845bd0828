import type { StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress } from '../../model/record.ts'
import type { Database } from '../database.ts'
import { fts5Bytes } from './fts5-bytes.ts'
import type { SearchHit } from './search.ts'
import { splitSpaceless } from './words.ts'

/** Addresses with the text that stands there. What writes must run inside a transaction. */
export class DocumentTable {
  readonly #insert: StatementSync
  readonly #insertText: StatementSync
  readonly #find: StatementSync
  readonly #mark: StatementSync
  readonly #replaceText: StatementSync
  readonly #delete: StatementSync
  readonly #deleteText: StatementSync
  readonly #ofRepo: StatementSync
  readonly #slice: StatementSync
  readonly #newest: StatementSync
  readonly #match: StatementSync
  readonly #structure: StatementSync
  readonly #saveState: StatementSync
  readonly #loadState: StatementSync
  readonly #saveFields: StatementSync
  #generation: number
  #count: number

  constructor({ sqlite }: Database) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#insert = prepare(
      'INSERT INTO search_document (did, collection, rkey, generation) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#insertText = prepare('INSERT INTO search_text (rowid, text, repo) VALUES (?, ?, ?)')
    this.#find = prepare('SELECT id FROM search_document WHERE rkey = ? AND did = ? AND collection = ?')
    this.#mark = prepare('UPDATE search_document SET generation = ? WHERE id = ?')
    this.#replaceText = prepare('INSERT OR REPLACE INTO search_text (rowid, text, repo) VALUES (?, ?, ?)')
    this.#delete = prepare('DELETE FROM search_document WHERE id = ?')
    this.#deleteText = prepare('DELETE FROM search_text WHERE rowid = ?')
    this.#ofRepo = prepare(
      `SELECT d.id FROM search_text t CROSS JOIN search_document d ON d.id = t.rowid
       WHERE t.search_text MATCH ? AND d.did = ?`,
    )
    this.#slice = prepare('SELECT id, generation FROM search_document WHERE id > ? ORDER BY id LIMIT ?')
    this.#newest = prepare('SELECT max(id) FROM search_document')
    this.#match = prepare(
      `SELECT d.did, d.collection, d.rkey, -m.rank FROM (
         SELECT t.rowid AS id, bm25(search_text, 1.0, 0.0) AS rank
         FROM search_text t CROSS JOIN search_document d ON d.id = t.rowid
         WHERE t.search_text MATCH ?1 AND t.rowid <= CAST(?2 AS INTEGER) AND (?3 IS NULL OR d.collection = ?3)
         ORDER BY t.rowid DESC LIMIT ${maxRanked}
       ) m CROSS JOIN search_document d ON d.id = m.id
       ORDER BY m.rank, m.id DESC LIMIT ?4 OFFSET ?5`,
    )
    this.#structure = prepare('SELECT block FROM search_text_data WHERE id = 10')
    this.#saveState = prepare('UPDATE search_state SET value = ? WHERE key = ?')
    this.#loadState = prepare('SELECT value FROM search_state WHERE key = ?')
    this.#saveFields = prepare("INSERT OR REPLACE INTO search_state VALUES ('fields', ?)")
    this.#generation = this.#load('generation')
    this.#count = this.#load('documents')
  }

  put({ did, collection, rkey }: RecordAddress, text: string): void {
    const { changes, lastInsertRowid } = this.#insert.run(did, collection, rkey, this.#generation)
    if (changes === 1) {
      this.#count++
      this.#insertText.run(lastInsertRowid, splitSpaceless(text), repoWord(did))
      return
    }
    const [id] = this.#find.get(rkey, did, collection) as unknown as [number]
    this.#mark.run(this.#generation, id)
    this.#replaceText.run(id, splitSpaceless(text), repoWord(did))
  }

  remove({ did, collection, rkey }: RecordAddress): void {
    const known = this.#find.get(rkey, did, collection) as unknown as [number] | undefined
    if (known !== undefined) this.#deleteOne(known[0])
  }

  clear(did: Did): void {
    const ids = this.#ofRepo.all(`repo : ${repoWord(did)}`, did) as unknown as [number][]
    for (const [id] of ids) this.#deleteOne(id)
  }

  /** The fields that the documents were taken from, as `setFields` saved them; undefined before that. */
  fields(): string | undefined {
    const [fields] = (this.#loadState.get('fields') ?? []) as unknown as [string?]
    return fields
  }

  setFields(fields: string): void {
    this.#saveFields.run(fields)
  }

  /** Begins a generation: what is put from now on belongs to it. */
  beginGeneration(): void {
    this.#generation++
    this.#saveState.run(this.#generation, 'generation')
  }

  /**
   * Deletes those of earlier generations among the `limit` documents that come after the number `after`.
   *
   * @returns where to continue; undefined after the last.
   */
  sweep(after: number, limit: number): number | undefined {
    const rows = this.#slice.all(after, limit) as unknown as [number, number][]
    for (const [id, generation] of rows) if (generation < this.#generation) this.#deleteOne(id)
    return rows.length < limit ? undefined : rows.at(-1)?.[0]
  }

  /** The number of the newest document; later ones are larger. */
  newest(): number {
    const [id] = this.#newest.get() as unknown as [number | null]
    return id ?? 0
  }

  /** @param newest leaves out what came later, so that pages do not shift from one to the next. */
  match(
    words: string,
    newest: number,
    collection: Nsid | undefined,
    limit: number,
    offset: number,
  ): SearchHit[] {
    const rows = this.#match.all(`text : (${words})`, newest, collection ?? null, limit, offset)
    return (rows as unknown as [Did, Nsid, string, number][]).map(([did, collection, rkey, score]) => ({
      did,
      collection,
      rkey,
      score,
    }))
  }

  diskBytes(): number {
    const block = this.#structure.get() as unknown as [Uint8Array] | undefined
    return (block === undefined ? 0 : fts5Bytes(block[0])) + this.#count * bytesPerDocument
  }

  /** Saves how many there are, before the transaction is committed. */
  flush(): void {
    this.#saveState.run(this.#count, 'documents')
  }

  /** Reloads what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#generation = this.#load('generation')
    this.#count = this.#load('documents')
  }

  #deleteOne(id: number): void {
    this.#delete.run(id)
    this.#deleteText.run(id)
    this.#count--
  }

  #load(key: string): number {
    const [value] = this.#loadState.get(key) as unknown as [number]
    return value
  }
}

/** Of more matches than this, the newest are ranked: ranking all of a frequent word would hold up everything else. */
const maxRanked = 10_000

/** What a document takes beside its text: its row, its place in the index of addresses, its length. */
const bytesPerDocument = 200

/** One word that stands for a repo. Another may have the same, so that addresses have to be compared. */
function repoWord(did: Did): string {
  return did.replaceAll(/[^a-zA-Z0-9]/g, 'x')
}
