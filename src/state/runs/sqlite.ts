import type { StatementSync } from 'node:sqlite'
import type { Database } from '../database.ts'
import type { KeptRun, Runs } from './runs.ts'

export interface SqliteRunsOptions {
  readonly database: Database
}

/** Sync runs kept in the SQLite database of this process. */
export class SqliteRuns implements Runs {
  readonly #database: Database
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #delete: StatementSync

  constructor({ database }: SqliteRunsOptions) {
    database.migrate('sync', schema)
    this.#database = database
    this.#insert = database.sqlite.prepare('INSERT INTO sync_run (run) VALUES (?)')
    this.#select = database.sqlite.prepare('SELECT run FROM sync_run ORDER BY id')
    this.#delete = database.sqlite.prepare('DELETE FROM sync_run')
  }

  async add(run: KeptRun): Promise<void> {
    this.#insert.run(JSON.stringify(run))
  }

  async take(): Promise<readonly KeptRun[]> {
    const rows = this.#database.transaction(() => {
      const kept = this.#select.all()
      if (kept.length > 0) this.#delete.run()
      return kept
    })
    return rows.map(({ run }) => JSON.parse(String(run)) as KeptRun)
  }
}

const schema: readonly string[] = ['CREATE TABLE sync_run (id INTEGER PRIMARY KEY, run TEXT NOT NULL)']
