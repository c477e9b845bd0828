import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Database } from '../database.ts'
import type { CollectionTable } from './collection-table.ts'
import type { RecordTable } from './record-table.ts'
import { repoTerm } from './record-terms.ts'

/** Records whose number no repo has any more, and which nobody sees. They are removed slice by slice. */
export class Leftovers {
  readonly #database: Database
  readonly #records: RecordTable
  readonly #collections: CollectionTable
  readonly #insert: StatementSync
  readonly #first: StatementSync
  readonly #move: StatementSync
  readonly #delete: StatementSync
  readonly #slice: StatementSync

  constructor(database: Database, records: RecordTable, collections: CollectionTable) {
    const { sqlite } = database
    this.#database = database
    this.#records = records
    this.#collections = collections
    this.#insert = sqlite.prepare('INSERT INTO leftover (number, after) VALUES (?, 0)')
    this.#first = prepareArrays(sqlite, 'SELECT number, after FROM leftover ORDER BY number LIMIT 1')
    this.#move = sqlite.prepare('UPDATE leftover SET after = ? WHERE number = ?')
    this.#delete = sqlite.prepare('DELETE FROM leftover WHERE number = ?')
    this.#slice = prepareArrays(
      sqlite,
      `SELECT r.id, r.collection FROM record_term t CROSS JOIN record r ON r.id = t.rowid
       WHERE t.record_term MATCH ? AND t.rowid > CAST(? AS INTEGER) ORDER BY t.rowid LIMIT ?`,
    )
  }

  /** Gives the records with this number up. Must run inside a transaction. */
  add(number: number): void {
    this.#insert.run(number)
  }

  /** Removes a slice. @returns whether there is more. */
  sweep(): boolean {
    try {
      return this.#database.transaction(() => {
        const isMore = this.#sweepSlice()
        this.#collections.flush()
        return isMore
      })
    } catch (error) {
      this.#collections.reset()
      throw error
    }
  }

  #sweepSlice(): boolean {
    let room = recordsPerSlice
    for (let numbers = 0; numbers < numbersPerSlice && room > 0; numbers++) {
      const first = this.#first.get() as unknown as [number, number] | undefined
      if (first === undefined) return false
      const [number, after] = first
      const rows = this.#slice.all(repoTerm(number), after, room) as unknown as [number, number][]
      for (const [id, collection] of rows) this.#records.deleteRow(id, collection)
      // The index goes through what it has deleted once more each time, unless it is told where to begin.
      if (rows.length === room) this.#move.run(rows.at(-1)?.[0] ?? after, number)
      else this.#delete.run(number)
      room -= rows.length
    }
    return this.#first.get() !== undefined
  }
}

/** The most records that one sweep removes. */
export const recordsPerSlice = 200

/** A number costs a look-up, even where it has no records. */
const numbersPerSlice = 50

function prepareArrays(sqlite: DatabaseSync, sql: string): StatementSync {
  const statement = sqlite.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}
