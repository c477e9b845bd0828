import type { StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress } from '../../model/record.ts'
import type { Database } from '../database.ts'
import { fts5Bytes } from './fts5-bytes.ts'
import type { SearchHit } from './search.ts'
import { StateCounter } from './state-counter.ts'
import { splitSpaceless } from './words.ts'

/** Documents: addresses, with the number of a repo each, and the text that stands there. What writes must run inside a transaction. */
export class DocumentTable {
  readonly #insert: StatementSync
  readonly #insertText: StatementSync
  readonly #find: StatementSync
  readonly #findStaged: StatementSync
  readonly #mark: StatementSync
  readonly #replaceText: StatementSync
  readonly #delete: StatementSync
  readonly #deleteText: StatementSync
  readonly #slice: StatementSync
  readonly #collections: StatementSync
  readonly #newest: StatementSync
  readonly #match: StatementSync
  readonly #structure: StatementSync
  readonly #loadState: StatementSync
  readonly #saveFields: StatementSync
  readonly #generation: StateCounter
  readonly #count: StateCounter

  constructor({ sqlite }: Database) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#insert = prepare(
      `INSERT INTO search_document (repo, collection, rkey, generation, staged) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    )
    this.#insertText = prepare('INSERT INTO search_text (rowid, text, repo) VALUES (?, ?, ?)')
    const find = 'SELECT id FROM search_document WHERE rkey = ? AND repo = ? AND collection = ?'
    this.#find = prepare(`${find} AND staged = 0`)
    this.#findStaged = prepare(`${find} AND staged = 1`)
    this.#mark = prepare('UPDATE search_document SET generation = ? WHERE id = ?')
    this.#replaceText = prepare('INSERT OR REPLACE INTO search_text (rowid, text, repo) VALUES (?, ?, ?)')
    this.#delete = prepare('DELETE FROM search_document WHERE id = ?')
    this.#deleteText = prepare('DELETE FROM search_text WHERE rowid = ?')
    this.#slice = prepare('SELECT id, generation, repo FROM search_document WHERE id > ? ORDER BY id LIMIT ?')
    this.#collections = prepare('SELECT id, collection FROM search_document WHERE id > ? ORDER BY id LIMIT ?')
    this.#newest = prepare('SELECT max(id) FROM search_document')
    this.#match = prepare(
      `SELECT r.did, d.collection, d.rkey, -m.rank FROM (
         SELECT t.rowid AS id, bm25(search_text, 1.0, 0.0) AS rank
         FROM search_text t CROSS JOIN search_document d ON d.id = t.rowid
         WHERE t.search_text MATCH ?1 AND t.rowid <= CAST(?2 AS INTEGER) AND (?3 IS NULL OR d.collection = ?3)
           AND (EXISTS (SELECT 1 FROM search_repo WHERE number = d.repo AND shown <= ?4)
             OR EXISTS (SELECT 1 FROM search_leftover WHERE number = d.repo AND hidden > ?4))
         ORDER BY t.rowid DESC LIMIT ${maxRanked}
       ) m CROSS JOIN search_document d ON d.id = m.id LEFT JOIN search_repo r ON r.number = d.repo
       ORDER BY m.rank, m.id DESC LIMIT ?5 OFFSET ?6`,
    )
    this.#structure = prepare('SELECT block FROM search_text_data WHERE id = 10')
    this.#loadState = prepare('SELECT value FROM search_state WHERE key = ?')
    this.#saveFields = prepare("INSERT OR REPLACE INTO search_state VALUES ('fields', ?)")
    this.#generation = new StateCounter(sqlite, 'generation')
    this.#count = new StateCounter(sqlite, 'documents')
  }

  put(repo: number, address: RecordAddress, text: string): void {
    const known = repo < 0 ? this.#idOf(repo, address) : undefined
    if (known !== undefined || !this.#add(repo, address, text, 0)) this.#replace(known, repo, address, text)
  }

  /** Puts a document under a number that nothing is shown of yet. */
  stage(repo: number, address: RecordAddress, text: string): void {
    if (!this.#add(repo, address, text, 1)) this.#replace(undefined, repo, address, text)
  }

  remove(repo: number, address: RecordAddress): void {
    const known = this.#idOf(repo, address)
    if (known !== undefined) this.delete(known)
  }

  delete(id: number): void {
    this.#delete.run(id)
    this.#deleteText.run(id)
    this.#count.value--
  }

  /** @returns whether there was no such document. */
  #add(repo: number, { collection, rkey }: RecordAddress, text: string, staged: 0 | 1): boolean {
    const { changes, lastInsertRowid } = this.#insert.run(
      repo,
      collection,
      rkey,
      this.#generation.value,
      staged,
    )
    if (changes === 0) return false
    this.#count.value++
    this.#insertText.run(lastInsertRowid, splitSpaceless(text), repoWord(repo))
    return true
  }

  #replace(known: number | undefined, repo: number, address: RecordAddress, text: string): void {
    const id = known ?? (this.#idOf(repo, address) as number)
    this.#mark.run(this.#generation.value, id)
    this.#replaceText.run(id, splitSpaceless(text), repoWord(repo))
  }

  #idOf(repo: number, { collection, rkey }: RecordAddress): number | undefined {
    const find = (statement: StatementSync) =>
      (statement.get(rkey, repo, collection) as unknown as [number] | undefined)?.[0]
    return (repo < 0 ? find(this.#findStaged) : undefined) ?? find(this.#find)
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
    this.#generation.value++
  }

  /**
   * Deletes those of earlier generations among the `limit` documents that come after the number `after`.
   *
   * @param keeps the repos whose documents stay nevertheless.
   * @returns where to continue; undefined after the last.
   */
  sweep(after: number, limit: number, keeps: ReadonlySet<number>): number | undefined {
    const rows = this.#slice.all(after, limit) as unknown as [number, number, number][]
    for (const [id, generation, repo] of rows) {
      if (generation < this.#generation.value && !keeps.has(repo)) this.delete(id)
    }
    return rows.length < limit ? undefined : rows.at(-1)?.[0]
  }

  /**
   * Deletes up to `limit` documents of collections that are not kept, among those that come after the number `after`.
   *
   * @returns where to continue; undefined after the last.
   */
  prune(
    after: number,
    limit: number,
    keeps: (collection: Nsid) => boolean,
  ): { readonly removed: number; readonly after: number | undefined } {
    // Those that stay are only looked at.
    const looks = 10 * limit
    const rows = this.#collections.all(after, looks) as unknown as [number, Nsid][]
    let removed = 0
    for (const [id, collection] of rows) {
      if (keeps(collection)) continue
      this.delete(id)
      if (++removed === limit) return { removed, after: id }
    }
    return { removed, after: rows.length < looks ? undefined : rows.at(-1)?.[0] }
  }

  /** The number of the newest document; later ones are larger. */
  newest(): number {
    const [id] = this.#newest.get() as unknown as [number | null]
    return id ?? 0
  }

  /**
   * @param newest leaves out what came later, so that pages do not shift from one to the next.
   * @param switches leaves out what was shown since, and counts what was hidden since as places without a hit.
   */
  match(
    words: string,
    { newest, switches, offset }: Place,
    collection: Nsid | undefined,
    limit: number,
  ): Match {
    const rows = this.#match.all(`text : (${words})`, newest, collection ?? null, switches, limit + 1, offset)
    const found = (rows as unknown as [Did | null, Nsid, string, number][]).slice(0, limit)
    return {
      hits: found.flatMap(([did, collection, rkey, score]) =>
        did === null ? [] : [{ did, collection, rkey, score }],
      ),
      isMore: rows.length > limit,
    }
  }

  diskBytes(): number {
    const block = this.#structure.get() as unknown as [Uint8Array] | undefined
    return (block === undefined ? 0 : fts5Bytes(block[0])) + this.#count.value * bytesPerDocument
  }

  /** Saves how many there are, before the transaction is committed. */
  flush(): void {
    this.#generation.flush()
    this.#count.flush()
  }

  /** Reloads what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#generation.reset()
    this.#count.reset()
  }
}

/** Where a page begins. */
export interface Place {
  readonly offset: number
  /** The newest document there was when the first page was asked for. */
  readonly newest: number
  /** How often documents had been shown or hidden all at once by then. */
  readonly switches: number
}

export interface Match {
  readonly hits: readonly SearchHit[]
  readonly isMore: boolean
}

/** One word that stands for the number of a repo. */
export function repoWord(repo: number): string {
  return repo < 0 ? `s${-repo}` : `r${repo}`
}

/** Of more matches than this, the newest are ranked: ranking all of a frequent word would hold up everything else. */
const maxRanked = 10_000

/** What a document takes beside its text: its row, its place in the index of addresses, its length. */
const bytesPerDocument = 110
