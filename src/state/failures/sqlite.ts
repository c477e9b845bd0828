import type { StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import type { Database } from '../database.ts'
import type { Failure, Failures } from './failures.ts'

export interface SqliteFailuresOptions {
  readonly database: Database
  /** How many are kept of each repo. @default 20 */
  readonly perRepo?: number
  /** How many are kept in all. @default 100_000 */
  readonly most?: number
}

/** Failures in the SQLite database of this process. */
export class SqliteFailures implements Failures {
  readonly #database: Database
  readonly #insert: StatementSync
  readonly #trimRepo: StatementSync
  readonly #trimAll: StatementSync
  readonly #list: StatementSync
  readonly #clear: StatementSync

  constructor({ database, perRepo = 20, most = 100_000 }: SqliteFailuresOptions) {
    database.migrate('failures', schema)
    const { sqlite } = database
    this.#database = database
    this.#insert = sqlite.prepare(
      'INSERT INTO sync_failure (did, at, cause, reason, message) VALUES (?, ?, ?, ?, ?)',
    )
    this.#trimRepo = sqlite.prepare(
      `DELETE FROM sync_failure WHERE did = ?1
       AND id <= (SELECT id FROM sync_failure WHERE did = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${perRepo})`,
    )
    this.#trimAll = sqlite.prepare(
      `DELETE FROM sync_failure WHERE id <= (SELECT max(id) FROM sync_failure) - ${most}`,
    )
    this.#list = sqlite.prepare(
      'SELECT at AS atMs, cause AS "trigger", reason, message FROM sync_failure WHERE did = ? ORDER BY id DESC',
    )
    this.#clear = sqlite.prepare('DELETE FROM sync_failure WHERE did = ?')
  }

  async add(did: Did, { atMs, trigger, reason, message }: Failure): Promise<void> {
    this.#database.transaction(() => {
      this.#insert.run(did, atMs, trigger, reason, message.slice(0, maxMessageLength))
      this.#trimRepo.run(did)
      this.#trimAll.run()
    })
  }

  async list(did: Did): Promise<readonly Failure[]> {
    return this.#list.all(did) as unknown as readonly Failure[]
  }

  async clear(did: Did): Promise<void> {
    this.#clear.run(did)
  }
}

/** Strangers have a say in what a message says. */
const maxMessageLength = 1000

const schema: readonly string[] = [
  `
  CREATE TABLE sync_failure (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    did TEXT NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL
  );
  CREATE INDEX sync_failure_did ON sync_failure (did, id);
  `,
]
