import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type DocumentTable, repoWord } from './document-table.ts'

/** Documents that nobody finds any more. They are removed slice by slice. */
export class Leftovers {
  readonly #documents: DocumentTable
  readonly #first: StatementSync
  readonly #move: StatementSync
  readonly #delete: StatementSync
  readonly #slice: StatementSync

  constructor(sqlite: DatabaseSync, documents: DocumentTable) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#documents = documents
    this.#first = prepare('SELECT number, after FROM search_leftover ORDER BY number LIMIT 1')
    this.#move = prepare('UPDATE search_leftover SET after = ? WHERE number = ?')
    this.#delete = prepare('DELETE FROM search_leftover WHERE number = ?')
    this.#slice = prepare(
      `SELECT rowid FROM search_text WHERE search_text MATCH ? AND rowid > CAST(? AS INTEGER)
       ORDER BY rowid LIMIT ?`,
    )
  }

  /** Removes a slice, inside a transaction. @returns whether there is more. */
  sweep(): boolean {
    let room = documentsPerSlice
    for (let numbers = 0; numbers < numbersPerSlice && room > 0; numbers++) {
      const first = this.#first.get() as unknown as [number, number] | undefined
      if (first === undefined) return false
      const [number, after] = first
      const rows = this.#slice.all(`repo : ${repoWord(number)}`, after, room) as unknown as [number][]
      for (const [id] of rows) this.#documents.delete(id)
      // FTS5 goes through what it has deleted once more each time, unless it is told where to begin.
      if (rows.length === room) this.#move.run(rows.at(-1)?.[0] ?? after, number)
      else this.#delete.run(number)
      room -= rows.length
    }
    return this.#first.get() !== undefined
  }
}

/** The most documents that one sweep removes: a few milliseconds. */
const documentsPerSlice = 200

/** A number costs a look-up, even where it has no documents. */
const numbersPerSlice = 50
