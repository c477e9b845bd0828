import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import { cidToColumn, columnToCid } from './cid-column.ts'

/** What is staged: for each repo at most the beginning of one tree, under a number of its own. */
export class StagingTable {
  readonly #select: StatementSync
  readonly #save: StatementSync
  readonly #delete: StatementSync

  constructor(sqlite: DatabaseSync) {
    this.#select = sqlite.prepare('SELECT number, data, last_path FROM staged WHERE did = ?')
    this.#select.setReturnArrays(true)
    this.#save = sqlite.prepare(
      'INSERT OR REPLACE INTO staged (did, number, data, last_path) VALUES (?, ?, ?, ?)',
    )
    this.#delete = sqlite.prepare('DELETE FROM staged WHERE did = ?')
  }

  find(did: Did): Staged | undefined {
    const columns = this.#select.get(did) as unknown as [number, Uint8Array | string, string] | undefined
    if (columns === undefined) return undefined
    const [number, data, lastPath] = columns
    return { number, data: columnToCid(data), lastPath }
  }

  /** Must run inside a transaction, like `delete`. */
  save(did: Did, { number, data, lastPath }: Staged): void {
    this.#save.run(did, number, cidToColumn(data), lastPath)
  }

  delete(did: Did): void {
    this.#delete.run(did)
  }
}

export interface Staged {
  /** The number that the records carry, in the place of that of the repo: a negative one. */
  readonly number: number
  readonly data: string
  /** Empty before the first record. */
  readonly lastPath: string
}
