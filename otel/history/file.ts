import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { UsageError } from '../usage-error.ts'

/** Marks a file as ours: "hist" in ASCII. */
const applicationId = 0x68697374

/** What the tables are; a newer one is not read. */
const version = 1

const schema = `
  CREATE TABLE metrics (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL) STRICT;
  CREATE TABLE series (id INTEGER PRIMARY KEY, metric INTEGER NOT NULL, attributes TEXT NOT NULL, seen INTEGER NOT NULL) STRICT;
  CREATE TABLE recent (rank INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, at INTEGER NOT NULL, reset INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
  CREATE INDEX recent_by_time ON recent (node, at);
  CREATE TABLE blocks (
    id INTEGER PRIMARY KEY, rank INTEGER NOT NULL, node TEXT NOT NULL, level INTEGER NOT NULL, whole INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, times BLOB NOT NULL, resets TEXT NOT NULL
  ) STRICT;
  CREATE INDEX blocks_by_time ON blocks (node, last);
  CREATE TABLE columns (block INTEGER NOT NULL, metric INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (block, metric)) STRICT, WITHOUT ROWID;
  CREATE TABLE journal (node TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

/** The file of a history cannot be used. */
export class HistoryFileError extends UsageError {
  /** What is wrong, as the rest of a sentence that begins with the path. */
  readonly problem: string
  /** What to do, beginning with a verb. */
  readonly mend: string

  constructor(path: string, problem: string, mend: string, options?: ErrorOptions) {
    super(`the history ${path} ${problem}: ${mend}`, options)
    this.problem = problem
    this.mend = mend
  }
}

const another = 'name another file'

/** Above this size, in bytes, a file is not read through when it is opened. */
const wholeCheckBytes = 64 * 1024 * 1024

/** How long a writer waits for a reader of the same file, in ms. */
const busyTimeoutMs = 250

/**
 * Opens the file of a history, and makes it where it is to be written and there is none.
 *
 * @throws {HistoryFileError} for a file that cannot be opened, is damaged, is not a history, or is one of a newer version.
 */
export function openFile(
  path: string,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): DatabaseSync {
  if (readOnly && path !== ':memory:' && !existsSync(path))
    throw new HistoryFileError(path, 'does not exist', 'name the file that tidegauge.history.file names')
  let sqlite: DatabaseSync | undefined
  try {
    sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly })
    const owner = number(sqlite, 'application_id')
    const isEmpty = sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
    if (isEmpty ? readOnly : owner !== applicationId)
      throw new HistoryFileError(path, 'is not a history of metrics', another)
    if (isEmpty) create(sqlite)
    else checkSound(sqlite, path)
    if (!readOnly) sqlite.exec('PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304')
    return sqlite
  } catch (error) {
    sqlite?.close()
    if (error instanceof HistoryFileError) throw error
    const problem = `cannot be opened (${(error as Error).message})`
    throw new HistoryFileError(path, problem, `move it away to begin a new one, or ${another}`, {
      cause: error,
    })
  }
}

/**
 * Keeps other processes from writing the same history, until the lock is closed or the process ends.
 *
 * @throws {HistoryFileError} when another process has it.
 */
export function lockFile(path: string): DatabaseSync | undefined {
  if (path === ':memory:') return undefined
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(`${path}.lock`)
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    const isTaken = (error as { errcode?: number }).errcode === 5
    const problem = isTaken
      ? 'is written by another process'
      : `cannot be written (${(error as Error).message})`
    throw new HistoryFileError(path, problem, isTaken ? `end that, or ${another}` : another, { cause: error })
  }
}

function create(sqlite: DatabaseSync): void {
  sqlite.exec(`PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; ${schema} PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${version}; COMMIT`)
}

function checkSound(sqlite: DatabaseSync, path: string): void {
  const found = number(sqlite, 'user_version')
  if (found > version)
    throw new HistoryFileError(
      path,
      `was made by a newer version (${found}, this one knows ${version})`,
      `run that, or ${another}`,
    )
  const bytes = number(sqlite, 'page_count') * number(sqlite, 'page_size')
  if (bytes > wholeCheckBytes) return
  const { quick_check: finding } = sqlite.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (finding !== 'ok') throw new Error(finding.replace(/\s+/g, ' '))
}

function number(sqlite: DatabaseSync, pragma: string): number {
  return Number(sqlite.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
}
