import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { columnToCid } from './cid-column.ts'
import type { CollectionTable } from './collection-table.ts'
import { repoTerm } from './record-terms.ts'
import type { RepoTable } from './repo-table.ts'

/** Goes through the records of one repo without reading them. */
export class RepoContents {
  readonly #repos: RepoTable
  readonly #collections: CollectionTable
  readonly #entries: StatementSync
  readonly #count: StatementSync

  constructor(sqlite: DatabaseSync, repos: RepoTable, collections: CollectionTable) {
    this.#repos = repos
    this.#collections = collections
    const ofRepo = 't.record_term MATCH ? AND t.rowid > CAST(? AS INTEGER) ORDER BY t.rowid LIMIT ?'
    this.#entries = sqlite.prepare(
      `SELECT r.id, r.collection, r.rkey, r.cid FROM record_term t CROSS JOIN record r ON r.id = t.rowid
       WHERE ${ofRepo}`,
    )
    this.#entries.setReturnArrays(true)
    this.#count = sqlite.prepare(
      `SELECT count(*), max(id) FROM (SELECT t.rowid AS id FROM record_term t WHERE ${ofRepo})`,
    )
    this.#count.setReturnArrays(true)
  }

  async *entries(did: Did): AsyncIterable<{ readonly path: string; readonly cid: string }> {
    for (let after = 0; ; await setImmediate()) {
      const repo = this.#repos.find(did)
      if (repo === undefined) return
      const rows = this.#entries.all(repoTerm(repo.id), after, entriesPerSlice) as unknown as EntryColumns[]
      for (const [, collection, rkey, cid] of rows) {
        yield { path: `${this.#collections.nsidOf(collection)}/${rkey}`, cid: columnToCid(cid) }
      }
      if (rows.length < entriesPerSlice) return
      after = rows.at(-1)?.[0] ?? after
    }
  }

  async count(did: Did, most: number): Promise<number> {
    let count = 0
    for (let after = 0; ; await setImmediate()) {
      const repo = this.#repos.find(did)
      const room = Math.min(countedPerSlice, most - count)
      if (repo === undefined || room <= 0) return count
      const row = this.#count.get(repoTerm(repo.id), after, room) as unknown as [number, number | null]
      count += row[0]
      if (row[0] < room) return count
      after = row[1] ?? after
    }
  }
}

type EntryColumns = [id: number, collection: number, rkey: string, cid: Uint8Array | string]

const entriesPerSlice = 1000

const countedPerSlice = 20_000
