import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UsageError } from '../model/errors.ts'

/**
 * Opens the file that keeps the demo network, for this process alone.
 *
 * @param dir is made when missing; `:memory:` keeps nothing.
 * @throws {UsageError} when the folder or the file cannot be used.
 */
export function openDatabase(dir: string): DatabaseSync {
  const path = dir === ':memory:' ? dir : join(dir, 'network.db')
  let database: DatabaseSync | undefined
  try {
    if (path !== ':memory:') mkdirSync(dir, { recursive: true })
    database = new DatabaseSync(path, { timeout: 1000 })
    database.exec(schema)
    return database
  } catch (cause) {
    database?.close()
    throw new UsageError(`the demo network cannot be kept in ${dir}: ${mend(cause)}`, { cause })
  }
}

/** Does the work in one transaction, which is on disk when this returns. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

// An exclusive lock ends with its process, however that ends. `synchronous = FULL` is what makes
// an event durable before a subscriber sees it.
const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 16000000;
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    did TEXT NOT NULL UNIQUE,
    handle TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    secret BLOB NOT NULL,
    rev TEXT NOT NULL,
    commit_bytes BLOB NOT NULL,
    data TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS records (
    account INTEGER NOT NULL REFERENCES accounts (id),
    collection TEXT NOT NULL,
    rkey TEXT NOT NULL,
    cid TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, collection, rkey)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, frame BLOB NOT NULL);
  COMMIT;
`

function mend(cause: unknown): string {
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined
  if (code === 5) return 'another process uses it. Stop that one, or name another folder with --data'
  if (code === 11 || code === 26) return 'network.db is damaged. Delete the folder to begin a new network'
  return `${cause instanceof Error ? cause.message : cause}. Name a folder that can be written with --data`
}
