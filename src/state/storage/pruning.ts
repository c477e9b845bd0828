import type { StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Nsid } from '../../model/nsid.ts'
import type { Database } from '../database.ts'
import type { CollectionTable } from './collection-table.ts'
import { recordsPerSlice } from './leftovers.ts'
import type { RecordTable } from './record-table.ts'

/** Removes the records of whole collections, whoever's they are, slice by slice. */
export class Pruning {
  readonly #database: Database
  readonly #records: RecordTable
  readonly #collections: CollectionTable
  readonly #slice: StatementSync

  constructor(database: Database, records: RecordTable, collections: CollectionTable) {
    this.#database = database
    this.#records = records
    this.#collections = collections
    this.#slice = database.sqlite.prepare(
      `SELECT id FROM record WHERE collection = ? LIMIT ${recordsPerSlice}`,
    )
    this.#slice.setReturnArrays(true)
  }

  /** @returns how many records were removed. */
  async run(keeps: (collection: Nsid) => boolean, signal?: AbortSignal): Promise<number> {
    let removed = 0
    for (const { id, nsid } of this.#collections.list()) {
      if (keeps(nsid)) continue
      for (let isMore = true; isMore && !signal?.aborted; await setImmediate()) {
        const records = this.#removeSlice(id)
        removed += records
        isMore = records === recordsPerSlice
      }
    }
    return removed
  }

  #removeSlice(collection: number): number {
    try {
      return this.#database.transaction(() => {
        const rows = this.#slice.all(collection) as unknown as [number][]
        for (const [id] of rows) this.#records.deleteRow(id, collection)
        this.#collections.flush()
        return rows.length
      })
    } catch (error) {
      this.#collections.reset()
      throw error
    }
  }
}
