import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hashOf, KeyIndex } from './key-index.ts'

/** A job as it is kept. What waits and what runs look the same here: leases are in memory, and what runs is noted apart. */
export interface JobRow {
  readonly id: number
  readonly queue: number
  readonly key: string
  readonly lane: number
  readonly dueMs: number
  readonly addedMs: number
  readonly attempts: number
  readonly deaths: number
  readonly isDead: boolean
  readonly payload: string
  readonly failure?: string
  readonly error?: string
}

/** A place in the order of a lane, or of the dead letters of a queue. */
export interface Place {
  readonly dueMs: number
  readonly id: number
}

/** Jobs by number, key and turn. What writes must run inside a transaction, then `settle` or `reset`. */
export class JobTable {
  readonly #keys: KeyIndex
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #delete: StatementSync
  readonly #begin: StatementSync
  readonly #end: StatementSync
  readonly #sameTime: StatementSync
  readonly #later: StatementSync
  readonly #oldest: StatementSync
  readonly #dead: StatementSync
  readonly #aside: StatementSync
  readonly #saveLast: StatementSync
  #last: number
  #saved: number

  /** @param keysInMemory see `KeyIndex`. */
  constructor(sqlite: DatabaseSync, keysInMemory?: number) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#keys = new KeyIndex(sqlite, keysInMemory)
    this.#select = prepare(`SELECT ${columns} FROM queue_job WHERE id = ?`)
    this.#insert = prepare(
      `INSERT INTO queue_job (${columns}) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, NULL, NULL, 0)`,
    )
    this.#update = prepare(
      `UPDATE queue_job SET lane = ?, due = ?, added = ?, attempts = ?, dead = ?, payload = ?, failure = ?, error = ?,
       deaths = ? WHERE id = ?`,
    )
    this.#delete = prepare('DELETE FROM queue_job WHERE id = ?')
    this.#begin = prepare('INSERT OR IGNORE INTO queue_running VALUES (?)')
    this.#end = prepare('DELETE FROM queue_running WHERE job = ?')
    const ofLane = `SELECT ${columns} FROM queue_job WHERE lane = ? AND dead = 0`
    this.#sameTime = prepare(`${ofLane} AND due = ? AND id > ? ORDER BY id LIMIT ?`)
    this.#later = prepare(`${ofLane} AND due > ? ORDER BY due, id LIMIT ?`)
    this.#oldest = prepare('SELECT min(added) FROM queue_job WHERE queue = ? AND dead = 0')
    this.#dead = prepare(
      `SELECT ${columns} FROM queue_job WHERE queue = ?1 AND dead = 1 AND due <= ?2 AND (due < ?2 OR id < ?3)
       ORDER BY due DESC, id DESC LIMIT ?4`,
    )
    this.#aside = prepare(
      `SELECT l.name, count(*) AS jobs FROM queue_job j JOIN queue_lane l ON l.id = j.lane
       WHERE j.queue = ? AND j.dead = 0 AND j.added > ? GROUP BY l.name ORDER BY jobs DESC, l.name`,
    )
    this.#saveLast = prepare("UPDATE queue_state SET value = ? WHERE key = 'last_job'")
    const [last] = prepare("SELECT value FROM queue_state WHERE key = 'last_job'").get() as unknown as [
      number,
    ]
    this.#last = last
    this.#saved = last
  }

  find(id: number): JobRow | undefined {
    const row = this.#select.get(id) as unknown as Columns | undefined
    return row && rowFrom(row)
  }

  findByKey(queue: number, key: string): JobRow | undefined {
    for (const id of this.#keys.candidates(hashOf(queue, key))) {
      const row = this.find(id)
      if (row?.key === key && row.queue === queue) return row
    }
    return undefined
  }

  /** Gives the job a number that no other has had before. */
  insert(job: Omit<JobRow, 'id' | 'attempts' | 'deaths' | 'isDead'>): JobRow {
    const { queue, key, lane, dueMs, addedMs, payload } = job
    const id = ++this.#last
    this.#insert.run(id, queue, key, lane, dueMs, addedMs, payload)
    this.#keys.add(hashOf(queue, key), id)
    return { ...job, id, attempts: 0, deaths: 0, isDead: false }
  }

  update({ id, lane, dueMs, addedMs, attempts, isDead, payload, failure, error, deaths }: JobRow): void {
    this.#update.run(
      lane,
      dueMs,
      addedMs,
      attempts,
      Number(isDead),
      payload,
      failure ?? null,
      error ?? null,
      deaths,
      id,
    )
  }

  delete({ id, queue, key }: Pick<JobRow, 'id' | 'queue' | 'key'>): void {
    this.#delete.run(id)
    this.#keys.delete(hashOf(queue, key), id)
  }

  /** Notes that a job is worked on, until `ended`. */
  begun(id: number): void {
    this.#begin.run(id)
  }

  ended(id: number): void {
    this.#end.run(id)
  }

  /** Up to `limit` jobs of a lane that come after a place, due or not. */
  next(lane: number, { dueMs, id }: Place, limit: number): readonly JobRow[] {
    // Very many may be due at the same time: a comparison of pairs would visit them all again each time.
    const rows = this.#sameTime.all(lane, dueMs, id, limit) as unknown as Columns[]
    if (rows.length < limit) {
      rows.push(...(this.#later.all(lane, dueMs, limit - rows.length) as unknown as Columns[]))
    }
    return rows.map(rowFrom)
  }

  /** When the oldest job of a queue that is not a dead letter was added. */
  oldestMs(queue: number): number | undefined {
    const [added] = this.#oldest.get(queue) as unknown as [number | null]
    return added ?? undefined
  }

  /** Up to `limit` dead letters of a queue that come before a place, the latest first. */
  dead(queue: number, before: Place, limit: number): readonly JobRow[] {
    return (this.#dead.all(queue, before.dueMs, before.id, limit) as unknown as Columns[]).map(rowFrom)
  }

  /** How many jobs of a queue have a wait that begins after `nowMs`, by group, the largest first. */
  aside(queue: number, nowMs: number): readonly { readonly group: string; readonly jobs: number }[] {
    const rows = this.#aside.all(queue, nowMs) as unknown as [string, number][]
    return rows.map(([group, jobs]) => ({ group, jobs }))
  }

  /** Makes up for what a change of `jobs` jobs leaves to do; only the first one in a transaction does. */
  begin(jobs: number): void {
    this.#keys.move(2 * jobs + 10)
  }

  /** Saves what a transaction leaves, before it is committed. */
  flush(): void {
    if (this.#last !== this.#saved) this.#saveLast.run(this.#last)
  }

  settle(): void {
    this.#saved = this.#last
    this.#keys.settle()
  }

  reset(): void {
    this.#last = this.#saved
    this.#keys.reset()
  }
}

const columns = 'id, queue, key, lane, due, added, attempts, dead, payload, failure, error, deaths'

type Columns = [
  id: number,
  queue: number,
  key: string,
  lane: number,
  due: number,
  added: number,
  attempts: number,
  dead: number,
  payload: string,
  failure: string | null,
  error: string | null,
  deaths: number,
]

function rowFrom([
  id,
  queue,
  key,
  lane,
  dueMs,
  addedMs,
  attempts,
  dead,
  payload,
  failure,
  error,
  deaths,
]: Columns): JobRow {
  return {
    id,
    queue,
    key,
    lane,
    dueMs,
    addedMs,
    attempts,
    deaths,
    isDead: dead === 1,
    payload,
    ...(failure !== null && { failure }),
    ...(error !== null && { error }),
  }
}

/** Counts for each job that was worked on when the process died that it did. */
export function countDeaths(sqlite: DatabaseSync): void {
  sqlite.exec(`UPDATE queue_job SET deaths = deaths + 1 WHERE id IN (SELECT job FROM queue_running);
    DELETE FROM queue_running`)
}
