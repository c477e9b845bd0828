import { hash } from 'node:crypto'
import type { StatementSync } from 'node:sqlite'
import { InvalidError } from '../../model/errors.ts'
import type { Database } from '../database.ts'
import type { Dedup, DedupTotals } from './dedup.ts'
import { RunningTime } from './running-time.ts'

export interface SqliteDedupOptions {
  readonly database: Database
  /** The most keys that are kept; beyond, those go first whose window ends soonest. @default 1_000_000, about 100 MB */
  readonly maxKeys?: number
  /**
   * Called with true once keys are forgotten early since there are too many, and with false once there is a tenth less
   * than may be. Must not throw.
   */
  readonly onFull?: (isFull: boolean) => void
  /** A clock that is never set, in ms. @default performance.now */
  readonly elapsed?: () => number
}

/** A key, and for how long it is claimed. */
export interface Claim {
  readonly scope: string
  readonly key: string
  readonly windowMs: number
}

/** Keys in the SQLite database of this process, which alone claims them. Of each its hash is kept. */
export class SqliteDedup implements Dedup {
  readonly #database: Database
  readonly #time: RunningTime
  readonly #maxKeys: number
  readonly #onFull: (isFull: boolean) => void
  readonly #select: StatementSync
  readonly #save: StatementSync
  readonly #delete: StatementSync
  readonly #expire: StatementSync
  readonly #drop: StatementSync
  readonly #saveCount: StatementSync
  #keys: number
  #dropped = 0
  #isFull = false

  constructor({
    database,
    maxKeys = 1_000_000,
    onFull = () => {},
    elapsed = () => performance.now(),
  }: SqliteDedupOptions) {
    database.migrate('dedup', schema)
    const { sqlite } = database
    this.#database = database
    this.#maxKeys = maxKeys
    this.#onFull = onFull
    this.#time = new RunningTime(sqlite, elapsed)
    this.#select = sqlite.prepare('SELECT ends FROM dedup_key WHERE hash = ?')
    this.#select.setReturnArrays(true)
    this.#save = sqlite.prepare(
      'INSERT INTO dedup_key VALUES (?, ?) ON CONFLICT DO UPDATE SET ends = excluded.ends',
    )
    this.#delete = sqlite.prepare('DELETE FROM dedup_key WHERE hash = ?')
    const first = 'SELECT hash FROM dedup_key'
    this.#expire = sqlite.prepare(
      `DELETE FROM dedup_key WHERE hash IN (${first} WHERE ends <= ? ORDER BY ends LIMIT ?)`,
    )
    this.#drop = sqlite.prepare(`DELETE FROM dedup_key WHERE hash IN (${first} ORDER BY ends LIMIT ?)`)
    this.#saveCount = sqlite.prepare("UPDATE dedup_state SET value = ? WHERE key = 'keys'")
    this.#keys = Number(sqlite.prepare("SELECT value FROM dedup_state WHERE key = 'keys'").get()?.value)
  }

  async claim(scope: string, keys: readonly string[], windowMs: number): Promise<readonly boolean[]> {
    return this.claimAtOnce(keys.map((key) => ({ scope, key, windowMs })))
  }

  /**
   * Claims keys as `claim` does, as a part of the transaction under way if there is one. Without any it still
   * notes how long the service has been running.
   */
  claimAtOnce(claims: readonly Claim[]): readonly boolean[] {
    for (const claim of claims) checkClaim(claim)
    let dropped = 0
    const change = () => {
      const nowMs = this.#time.save()
      const isNew = claims.map((claim) => this.#claim(claim, nowMs))
      // More than can have been added, so that what has ended does not pile up.
      if (claims.length > 0) this.#keys -= Number(this.#expire.run(nowMs, 2 * claims.length).changes)
      dropped = Math.max(0, this.#keys - this.#maxKeys)
      if (dropped > 0) this.#keys -= Number(this.#drop.run(dropped).changes)
      return isNew
    }
    return this.#write(change, () => {
      this.#dropped += dropped
      const isFull = dropped > 0 || (this.#isFull && this.#keys > 0.9 * this.#maxKeys)
      if (isFull === this.#isFull) return
      this.#isFull = isFull
      this.#onFull(isFull)
    })
  }

  async has(scope: string, keys: readonly string[]): Promise<readonly boolean[]> {
    const nowMs = this.#time.nowMs()
    return keys.map((key) => {
      const endsMs = this.#endOf(hashOf(scope, key))
      return endsMs !== undefined && endsMs > nowMs
    })
  }

  async release(scope: string, keys: readonly string[]): Promise<void> {
    this.#write(() => {
      for (const key of keys) this.#keys -= Number(this.#delete.run(hashOf(scope, key)).changes)
    })
  }

  async totals(): Promise<DedupTotals> {
    return { keys: this.#keys, dropped: this.#dropped }
  }

  /** The database belongs to whoever opened it, and is closed there. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #claim({ scope, key, windowMs }: Claim, nowMs: number): boolean {
    const hash = hashOf(scope, key)
    const endsMs = this.#endOf(hash)
    if (endsMs !== undefined && endsMs > nowMs) return false
    this.#save.run(hash, Math.ceil(nowMs + windowMs))
    if (endsMs === undefined) this.#keys++
    return true
  }

  #endOf(hash: Uint8Array): number | undefined {
    return (this.#select.get(hash) as unknown as [number] | undefined)?.[0]
  }

  /** Makes all changes, in memory too, or none. */
  #write<Result>(work: () => Result, settle?: () => void): Result {
    const before = this.#keys
    const change = () => {
      const result = work()
      if (this.#keys !== before) this.#saveCount.run(this.#keys)
      return result
    }
    return this.#database.transaction(change, {
      ...(settle && { settle }),
      undo: () => {
        this.#keys = before
      },
    })
  }
}

/** `ends` is in running time, as `RunningTime` counts it. */
const schema: readonly string[] = [
  `
  CREATE TABLE dedup_key (hash BLOB PRIMARY KEY, ends INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX dedup_key_ends ON dedup_key (ends);
  CREATE TABLE dedup_state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO dedup_state VALUES ('keys', 0), ('running_ms', 0);
  `,
]

/** 128 bits: that two keys share them will not happen. */
function hashOf(scope: string, key: string): Uint8Array {
  return hash('sha256', `${scope.length} ${scope}${key}`, 'buffer').subarray(0, 16)
}

function checkClaim({ scope, windowMs }: Claim): void {
  if (windowMs > 0 && windowMs <= longestWindowMs) return
  throw new InvalidError(
    `the window of keys in ${scope} must be more than 0 and at most ${longestWindowMs} ms, not ${windowMs}`,
  )
}

/** Ten years. */
const longestWindowMs = 10 * 365 * 86_400_000
