import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { FolderInUseError, SetupError } from '../model/errors.ts'
import type { Fault } from '../model/fault.ts'
import { DatabaseHealth } from './database-health.ts'
import { sqliteCode } from './sqlite-code.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

export interface DatabaseOptions {
  /** Folder that holds `tidegauge.db`; made if it is missing. Without one, everything is in memory. */
  readonly dir?: string
  /** Pages that wait in the write-ahead log before they are moved into the database. @default 4000 */
  readonly checkpointPages?: number
}

/** What is in memory follows what is on the disk. Neither may throw, nor begin a transaction. */
export interface Ends {
  /** Called once the transaction is committed, in the order in which its parts began. */
  readonly settle?: () => void
  /** Called once it is rolled back, in the opposite order. */
  readonly undo?: () => void
}

/** The one SQLite database of this process. Each room keeps tables of its own in it, with versions of their own. */
export class Database implements Disposable {
  readonly sqlite: DatabaseSync
  readonly #lock: DatabaseSync | undefined
  readonly #path: string | undefined
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  readonly #pages: StatementSync
  readonly #log: WriteAheadLog | undefined
  readonly #health: DatabaseHealth | undefined
  /** What follows the end of the transaction under way; undefined where there is none. */
  #ends: Ends[] | undefined
  #hasFailed = false

  /**
   * @throws {FolderInUseError} when another process uses the folder.
   * @throws {SetupError} when the folder or the database in it cannot be used.
   *   Nothing has then been deleted or overwritten.
   */
  constructor({ dir, checkpointPages = 4000 }: DatabaseOptions = {}) {
    this.#path = dir === undefined ? undefined : join(dir, 'tidegauge.db')
    if (dir !== undefined) prepareFolder(dir)
    this.#lock = dir === undefined ? undefined : lockFolder(dir)
    try {
      this.sqlite = openSound(this.#path ?? ':memory:')
    } catch (error) {
      this.#lock?.close()
      throw error
    }
    this.sqlite.exec(`PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 67108864`)
    this.#log =
      this.#path === undefined
        ? undefined
        : new WriteAheadLog({ sqlite: this.sqlite, path: this.#path, pages: checkpointPages })
    this.#health =
      dir === undefined || this.#path === undefined
        ? undefined
        : new DatabaseHealth({ sqlite: this.sqlite, dir, path: this.#path })
    this.#begin = this.sqlite.prepare('BEGIN IMMEDIATE')
    this.#commit = this.sqlite.prepare('COMMIT')
    this.#rollback = this.sqlite.prepare('ROLLBACK')
    this.#pages = this.sqlite.prepare(
      'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size',
    )
    this.#pages.setReturnArrays(true)
  }

  /**
   * Runs `work`, which must be synchronous, and keeps all of its changes, or none if it throws. Inside of another
   * transaction it becomes a part of that, which then stands or falls as a whole.
   */
  transaction<Result>(work: () => Result, ends?: Ends): Result {
    if (this.#ends !== undefined) return this.#join(this.#ends, work, ends)
    const all = ends === undefined ? [] : [ends]
    this.#begin.run()
    this.#ends = all
    this.#hasFailed = false
    let result: Result
    try {
      result = work()
      if (this.#hasFailed) throw new Error('a part of the transaction has failed, and the rest went on')
      this.#commit.run()
    } catch (error) {
      this.#ends = undefined
      // Some failures, such as a full disk, have rolled back by themselves.
      if (this.sqlite.isTransaction) this.#rollback.run()
      for (const { undo } of all.reverse()) undo?.()
      throw error
    }
    this.#ends = undefined
    this.#log?.look()
    for (const { settle } of all) settle?.()
    return result
  }

  /**
   * As `transaction`, and on the disk itself when it returns: it outlives a loss of power too, not just the end of this
   * process. Waits for the disk, some ms; not within another transaction.
   */
  durably<Result>(work: () => Result, ends?: Ends): Result {
    if (this.#ends !== undefined) throw new Error('a part of a transaction cannot be on disk before the rest')
    this.sqlite.exec('PRAGMA synchronous = FULL')
    try {
      return this.transaction(work, ends)
    } finally {
      this.sqlite.exec('PRAGMA synchronous = NORMAL')
    }
  }

  /**
   * Brings the tables of a room up to date: runs the `steps` that this database has not seen.
   *
   * @throws {SetupError} when the database has seen more steps than there are: a newer program made it.
   */
  migrate(room: string, steps: readonly string[]): void {
    this.transaction(() => {
      const row = this.sqlite.prepare('SELECT version FROM schema_version WHERE room = ?').get(room)
      const version = Number(row?.version ?? 0)
      if (version > steps.length) {
        throw new SetupError(
          `the database ${this.#path ?? 'in memory'} was made by a newer version of Tidegauge (${room} ${version}, ` +
            `this one knows ${steps.length}): run that version, or name another folder with --data`,
        )
      }
      if (version === steps.length) return
      for (const step of steps.slice(version)) this.sqlite.exec(step)
      this.sqlite
        .prepare(
          'INSERT INTO schema_version VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
        )
        .run(room, steps.length)
    })
  }

  /** What keeps it from being written, by writing to it; undefined when nothing does. */
  async findFault(): Promise<Fault | undefined> {
    return await this.#health?.find()
  }

  /** That the thread is dead which moves what was written into place. */
  get threadFault(): Fault | undefined {
    return this.#log?.fault
  }

  /** What the database and its write-ahead log take, in bytes. */
  diskBytes(): number {
    const [bytes] = this.#pages.get() as unknown as [number]
    const log = this.#path && statSync(`${this.#path}-wal`, { throwIfNoEntry: false })
    return bytes + (log ? log.size : 0)
  }

  #join<Result>(all: Ends[], work: () => Result, ends: Ends | undefined): Result {
    if (ends !== undefined) all.push(ends)
    try {
      return work()
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#log?.[Symbol.dispose]()
    this.sqlite.close()
    this.#lock?.close()
  }
}

/** Above this size, in bytes, only the ends of each table are read at the start, not all of it. */
const wholeCheckBytes = 64 * 1024 * 1024

/** The longest that this process is blocked while another program writes to the database. */
const busyTimeoutMs = 250

/** Marks a file as ours: "tide" in ASCII. */
const applicationId = 0x74696465

function prepareFolder(dir: string): void {
  try {
    makeFolder(dir)
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const cause = ['EEXIST', 'ENOTDIR'].includes(code)
      ? 'there is a file in its place'
      : ['EACCES', 'EPERM', 'EROFS'].includes(code)
        ? 'it cannot be read and written by this user'
        : (error as Error).message
    throw new SetupError(`the data folder ${dir} cannot be used, ${cause}: name another with --data`, {
      cause: error,
    })
  }
}

/** Does without the `recursive` of Node, which never returns where a file system refuses with ENOENT, as /proc does. */
function makeFolder(dir: string): void {
  try {
    mkdirSync(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(dir).isDirectory()) return
    if (code !== 'ENOENT' || dirname(dir) === dir) throw error
    makeFolder(dirname(dir))
    mkdirSync(dir)
  }
}

/** Keeps other processes out of the folder. The lock is on an SQLite file of its own and ends with the process. */
function lockFolder(dir: string): DatabaseSync {
  const path = join(dir, 'tidegauge.lock')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path)
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (sqliteCode(error) === 5) {
      throw new FolderInUseError(
        `another Tidegauge runs on the data folder ${dir}: stop it, or name another folder with --data`,
        { cause: error },
      )
    }
    throw new SetupError(`the lock ${path} cannot be taken (${(error as Error).message}): delete that file`, {
      cause: error,
    })
  }
}

function openSound(path: string): DatabaseSync {
  let sqlite: DatabaseSync | undefined
  try {
    sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs })
    const tables = sqlite
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
      .all()
    const owner = sqlite.prepare('PRAGMA application_id').get()?.application_id
    if (tables.length > 0 && owner !== applicationId) {
      throw new SetupError(`the database ${path} belongs to another program: name another folder with --data`)
    }
    checkPages(
      sqlite,
      tables.map(({ name }) => String(name)),
    )
    sqlite.exec('PRAGMA journal_mode = WAL')
    if (tables.length === 0) sqlite.exec(`PRAGMA application_id = ${applicationId}`)
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS schema_version (room TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID',
    )
    return sqlite
  } catch (error) {
    sqlite?.close()
    if (error instanceof SetupError) throw error
    const code = sqliteCode(error)
    const fault =
      code === 11 || code === 26
        ? 'is damaged'
        : code === 5
          ? 'is locked by another program'
          : code === 13
            ? 'cannot be written, the disk is full'
            : 'cannot be opened for reading and writing'
    throw new SetupError(
      `the database ${path} ${fault} (${(error as Error).message}): ${fixes[fault] ?? fixes.other}`,
      { cause: error },
    )
  }
}

const fixes: Readonly<Record<string, string>> = {
  'is damaged': 'move it away to start from scratch, or put a backup in its place',
  'is locked by another program': 'end that program and start again',
  'cannot be written, the disk is full': 'make room, or name another folder with --data',
  other: 'give this user the rights to it, or name another folder with --data',
}

/** @throws when the file is not sound, as far as a tenth of a second of reading shows. */
function checkPages(sqlite: DatabaseSync, tables: readonly string[]): void {
  const { bytes } = sqlite
    .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
    .get() as { bytes: number }
  if (bytes <= wholeCheckBytes) {
    const { quick_check: finding } = sqlite.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    if (finding !== 'ok') throw Object.assign(new Error(finding.replace(/\s+/g, ' ')), { errcode: 11 })
    return
  }
  for (const table of tables) {
    for (const order of ['ASC', 'DESC']) {
      sqlite.prepare(`SELECT * FROM "${table}" ORDER BY 1 ${order} LIMIT 1`).get()
    }
  }
}
