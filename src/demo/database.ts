import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SetupError } from '../model/errors.ts'

/**
 * Opens the file that keeps the demo network, for this process alone.
 *
 * @param dir is made when missing; `:memory:` keeps nothing.
 * @throws {SetupError} when the folder or the file cannot be used.
 */
export function openDatabase(dir: string): DatabaseSync {
  const path = dir === ':memory:' ? dir : join(dir, 'network.db')
  let database: DatabaseSync | undefined
  try {
    if (path !== ':memory:') mkdirSync(dir, { recursive: true })
    database = new DatabaseSync(path, { timeout: lockTimeoutMs })
    database.exec(durability)
    // An empty file is of version 0 as well.
    const found = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (found !== 0 && found !== version) throw new SetupError(`${path} is of another version. ${startOver}`)
    database.exec(schema)
    return database
  } catch (cause) {
    database?.close()
    throw new SetupError(`the demo network cannot be kept in ${dir}: ${explain(cause)}`, { cause })
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

/** Has to be raised with every change of the schema. */
const version = 2

const lockTimeoutMs = 1000

// An exclusive lock ends with its process, however that ends. `FULL` makes an event durable before a
// subscriber sees it, also when the machine loses its power.
const durability = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 16000000;
`

const schema = `
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    did TEXT NOT NULL UNIQUE,
    handle TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    secret BLOB NOT NULL,
    multikey TEXT NOT NULL,
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
  CREATE TABLE IF NOT EXISTS changes (
    account INTEGER NOT NULL REFERENCES accounts (id),
    path TEXT NOT NULL,
    rev TEXT NOT NULL,
    PRIMARY KEY (account, path)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, frame BLOB NOT NULL);
  PRAGMA user_version = ${version};
  COMMIT;
`

const startOver = 'Delete the folder to begin a new network'

function explain(cause: unknown): string {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined
  if (code === 5) return 'another process uses it. Stop that one, or name another folder with --data'
  if (code === 11 || code === 26) return `network.db is damaged. ${startOver}`
  const reason = cause instanceof Error ? cause.message : String(cause)
  return cause instanceof SetupError ? reason : `${reason}. Name a folder that can be written with --data`
}
