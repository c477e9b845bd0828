import type { StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { Database } from '../database.ts'
import type { Identities, KeptIdentity } from './identities.ts'

export interface SqliteIdentitiesOptions {
  readonly database: Database
  /** How many are kept at most; each takes about 250 bytes. @default 1_000_000 */
  readonly most?: number
}

/** Identities in the SQLite database of this process. */
export class SqliteIdentities implements Identities {
  readonly #database: Database
  readonly #most: number
  readonly #select: StatementSync
  readonly #replace: StatementSync
  readonly #trim: StatementSync
  readonly #delete: StatementSync

  constructor({ database, most = 1_000_000 }: SqliteIdentitiesOptions) {
    database.migrate('identities', schema)
    const { sqlite } = database
    this.#database = database
    this.#most = most
    this.#select = sqlite.prepare(
      'SELECT signing_key, pds, handle, directory, answered_at FROM identity WHERE did = ?',
    )
    this.#select.setReturnArrays(true)
    // A row that is replaced gets the next number, so that numbers tell what was kept longest ago.
    this.#replace = sqlite.prepare(
      'REPLACE INTO identity (did, signing_key, pds, handle, directory, answered_at) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#trim = sqlite.prepare('DELETE FROM identity WHERE id <= (SELECT max(id) FROM identity) - ?')
    this.#delete = sqlite.prepare('DELETE FROM identity WHERE did = ?')
  }

  async find(did: Did): Promise<KeptIdentity | undefined> {
    const row = this.#select.get(did) as unknown as Row | undefined
    if (row === undefined) return undefined
    const [signingKey, pds, handle, directory, answeredMs] = row
    return { did, signingKey, ...(pds && { pds }), ...(handle && { handle }), directory, answeredMs }
  }

  async keep(identities: readonly KeptIdentity[]): Promise<void> {
    this.#database.transaction(() => {
      for (const { did, signingKey, pds = null, handle = null, directory, answeredMs } of identities)
        this.#replace.run(did, signingKey, pds, handle, directory, answeredMs)
      this.#trim.run(this.#most)
    })
  }

  async forget(dids: readonly Did[]): Promise<void> {
    this.#database.transaction(() => {
      for (const did of dids) this.#delete.run(did)
    })
  }
}

type Row = readonly [
  signingKey: string,
  pds: string | null,
  handle: string | null,
  directory: string,
  answeredMs: number,
]

const schema: readonly string[] = [
  `
  CREATE TABLE identity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    did TEXT NOT NULL UNIQUE,
    signing_key TEXT NOT NULL,
    pds TEXT,
    handle TEXT,
    directory TEXT NOT NULL,
    answered_at INTEGER NOT NULL
  )
  `,
]
