import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, steadyClock } from '../model/clock.ts'
import type { Fault } from '../model/fault.ts'
import { sqliteCode } from './sqlite-code.ts'

export interface DatabaseHealthOptions {
  readonly sqlite: DatabaseSync
  /** The data folder, and the file of the database in it. */
  readonly dir: string
  readonly path: string
  /** For how long, in ms, others may hold the database before that is a fault. @default 3000 */
  readonly patienceMs?: number
  /** @default steadyClock */
  readonly now?: Clock
}

/** Whether what is written to the database gets onto the disk, and is found there after a restart. */
export class DatabaseHealth {
  readonly #options: Required<DatabaseHealthOptions>
  readonly #write: StatementSync
  readonly #opened: Promise<FileId | undefined>
  #busySinceMs: number | undefined

  constructor(options: DatabaseHealthOptions) {
    this.#options = { patienceMs: 3000, now: steadyClock, ...options }
    // Changes one page, and nothing that anybody reads.
    this.#write = options.sqlite.prepare('PRAGMA user_version = 1')
    this.#opened = fileId(options.path)
  }

  async find(): Promise<Fault | undefined> {
    return (await this.#findFolderFault()) ?? (await this.#findWriteFault())
  }

  /** A file that was moved or deleted goes on being written, and nobody finds it after a restart. */
  async #findFolderFault(): Promise<Fault | undefined> {
    const { dir, path } = this.#options
    const [opened, found] = await Promise.all([this.#opened, fileId(path)])
    if (found === undefined)
      return {
        reason: `${path} is gone: it was moved or deleted while it is written to`,
        mend: `put ${dir} back where it was; if it is lost, restart, which begins an empty one`,
      }
    if (opened !== undefined && (found.ino !== opened.ino || found.dev !== opened.dev))
      return {
        reason: `${path} is another file than the one that is written to`,
        mend: 'restart to use the file that is there now, or put the one of before back',
      }
    try {
      await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
      await access(path, constants.R_OK | constants.W_OK)
      return undefined
    } catch (error) {
      return {
        reason: `${dir} cannot be written by this user (${(error as NodeJS.ErrnoException).code})`,
        mend: `give this user the rights to ${dir} and to what is in it, and mount it for writing`,
      }
    }
  }

  async #findWriteFault(): Promise<Fault | undefined> {
    const { patienceMs, now, path } = this.#options
    try {
      this.#write.run()
      this.#busySinceMs = undefined
      return undefined
    } catch (error) {
      if (sqliteCode(error) !== busy) return await this.#describe(error as Error)
      this.#busySinceMs ??= now()
      const heldMs = now() - this.#busySinceMs
      return heldMs < patienceMs
        ? undefined
        : {
            reason: `${path} is locked by another program`,
            mend: `end what else writes to it: fuser ${path}`,
            sinceMs: this.#busySinceMs,
          }
    }
  }

  async #describe(error: Error): Promise<Fault> {
    const { dir, path } = this.#options
    const free = await statfs(dir).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => undefined,
    )
    if (sqliteCode(error) === full || (free !== undefined && free < littleBytes))
      return {
        reason: `the disk of ${dir} is full (${error.message}${free === undefined ? '' : `, ${free} bytes are free`})`,
        mend: 'make room there, or raise the quota: what waits is written by itself then',
      }
    return {
      reason: `${path} cannot be written (${error.message})`,
      mend: 'look at the disk and its file system (dmesg, mount, quota); writing is tried again by itself',
    }
  }
}

interface FileId {
  readonly ino: bigint
  readonly dev: bigint
}

async function fileId(path: string): Promise<FileId | undefined> {
  return await stat(path, { bigint: true }).catch(() => undefined)
}

/** Result codes of SQLite. */
const busy = 5
const full = 13
/** Less than a transaction may need. */
const littleBytes = 65_536
