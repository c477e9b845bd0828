import type { StatementSync } from 'node:sqlite'
import type { Nsid } from '../../model/nsid.ts'
import type { Database } from '../database.ts'
import { schema } from './schema.ts'
import type {
  EventLimits,
  EventRange,
  LocalChange,
  LocalEntry,
  LocalEvent,
  LocalHead,
  LocalQuery,
  LocalRow,
  LocalStore,
  LocalWrite,
} from './store.ts'

export interface SqliteLocalStoreOptions {
  readonly database: Database
  /** How many of the newest events are kept, at least; up to a tenth more are between two prunings. @default 100_000 */
  readonly keepEvents?: number
  /** How long the content is kept of what was replaced or deleted, in ms. @default 1 hour */
  readonly keepDroppedMs?: number
}

/** The node's own repo in the SQLite database of this process. */
export class SqliteLocalStore implements LocalStore {
  readonly #database: Database
  readonly #keepEvents: number
  readonly #keepDroppedMs: number
  readonly #sql: ReturnType<typeof prepare>

  constructor({ database, keepEvents = 100_000, keepDroppedMs = 3_600_000 }: SqliteLocalStoreOptions) {
    database.migrate('local', schema)
    this.#database = database
    this.#keepEvents = keepEvents
    this.#keepDroppedMs = keepDroppedMs
    this.#sql = prepare(database)
  }

  async head(): Promise<LocalHead | undefined> {
    return rowOf<LocalHead>(this.#sql.head.get())
  }

  async entries(): Promise<readonly LocalEntry[]> {
    return rowsOf<LocalEntry>(this.#sql.entries.all())
  }

  async get(path: string): Promise<LocalRow | undefined> {
    return rowOf<LocalRow>(this.#sql.get.get(path))
  }

  async list({
    collection,
    limit,
    maxBytes,
    after,
    isAscending = false,
  }: LocalQuery): Promise<readonly LocalRow[]> {
    const [first, end] = [`${collection}/`, `${collection}0`]
    const from = after === undefined ? undefined : `${first}${after}`
    const rows = isAscending
      ? this.#sql.listUp.iterate(from ?? first, end, limit)
      : this.#sql.listDown.iterate(first, from ?? end, limit)
    return upTo(rows as Iterable<unknown> as Iterable<LocalRow>, ({ bytes }) => bytes.length, maxBytes)
  }

  async collections(): Promise<readonly Nsid[]> {
    return this.#sql.collections.all().map(({ collection }) => String(collection))
  }

  async contents(cids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const rows = rowsOf<{ cid: string; bytes: Uint8Array }>(this.#sql.contents.all(JSON.stringify(cids)))
    return new Map(rows.map(({ cid, bytes }) => [cid, bytes]))
  }

  async changedSince(rev: string): Promise<readonly string[]> {
    return this.#sql.changes.all(rev).map(({ path }) => String(path))
  }

  async write({ head, records, events, nowMs }: LocalChange): Promise<void> {
    const { did, rev, commit, data, action } = head
    this.#database.durably(() => {
      for (const record of records) this.#writeRecord(record, nowMs)
      this.#sql.setHead.run(did, rev, commit, data, action)
      for (const { seq, frame } of events) this.#sql.addEvent.run(seq, frame)
      this.#sql.sweep.run(nowMs - this.#keepDroppedMs)
      this.#prune()
    })
  }

  async range(): Promise<EventRange> {
    return this.#range()
  }

  async events(after: number, { most, maxBytes }: EventLimits): Promise<readonly LocalEvent[]> {
    const events = this.#sql.events.iterate(after, most) as Iterable<unknown> as Iterable<LocalEvent>
    return upTo(events, ({ frame }) => frame.length, maxBytes)
  }

  #writeRecord({ path, rev, content }: LocalWrite, nowMs: number): void {
    const sql = this.#sql
    const before = sql.cidOf.get(path)?.cid
    if (content === undefined) sql.remove.run(path)
    else {
      sql.keep.run(content.cid, content.bytes)
      sql.put.run(path, content.cid, rev)
    }
    // Records of the same content share it.
    if (before !== undefined) sql.drop.run(nowMs, before, before)
    sql.change.run(path, rev)
  }

  #range(): EventRange {
    const { oldest, last } = this.#sql.range.get() as { oldest: number | null; last: number | null }
    return { oldest: oldest ?? 1, last: last ?? 0 }
  }

  #prune(): void {
    const { oldest, last } = this.#range()
    const excess = last - oldest + 1 - this.#keepEvents
    if (excess > this.#keepEvents / 10) this.#sql.prune.run(oldest + excess)
  }
}

function prepare({ sqlite }: Database) {
  const sql = (text: string): StatementSync => sqlite.prepare(text)
  return {
    head: sql('SELECT did, rev, commit_bytes AS "commit", data, action FROM local_repo'),
    setHead: sql(
      'REPLACE INTO local_repo (one, did, rev, commit_bytes, data, action) VALUES (1, ?, ?, ?, ?, ?)',
    ),
    entries: sql('SELECT path, cid FROM local_record ORDER BY path'),
    get: sql(`${row} WHERE path = ?`),
    listUp: sql(`${row} WHERE path > ? AND path < ? ORDER BY path LIMIT ?`),
    listDown: sql(`${row} WHERE path > ? AND path < ? ORDER BY path DESC LIMIT ?`),
    collections: sql(`SELECT DISTINCT substr(path, 1, instr(path, '/') - 1) AS collection
      FROM local_record ORDER BY collection`),
    contents: sql('SELECT cid, bytes FROM local_block WHERE cid IN (SELECT value FROM json_each(?))'),
    changes: sql('SELECT path FROM local_change WHERE rev > ? ORDER BY path'),
    cidOf: sql('SELECT cid FROM local_record WHERE path = ?'),
    put: sql('REPLACE INTO local_record (path, cid, rev) VALUES (?, ?, ?)'),
    remove: sql('DELETE FROM local_record WHERE path = ?'),
    keep: sql(`INSERT INTO local_block (cid, bytes) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET dropped_at = NULL`),
    drop: sql(`UPDATE local_block SET dropped_at = ? WHERE cid = ?
      AND NOT EXISTS (SELECT 1 FROM local_record WHERE cid = ?)`),
    sweep: sql('DELETE FROM local_block WHERE dropped_at <= ?'),
    change: sql('REPLACE INTO local_change (path, rev) VALUES (?, ?)'),
    addEvent: sql('INSERT INTO local_event (seq, frame) VALUES (?, ?)'),
    range: sql('SELECT min(seq) AS oldest, max(seq) AS last FROM local_event'),
    events: sql('SELECT seq, frame FROM local_event WHERE seq > ? ORDER BY seq LIMIT ?'),
    prune: sql('DELETE FROM local_event WHERE seq < ?'),
  }
}

const row = 'SELECT path, cid, rev, bytes FROM local_record JOIN local_block USING (cid)'

/** Reads rows one by one, so that no more of them is in memory than is handed over. */
function upTo<Row>(rows: Iterable<Row>, sizeOf: (row: Row) => number, maxBytes: number): readonly Row[] {
  const found: Row[] = []
  let sizeBytes = 0
  for (const row of rows) {
    found.push(row)
    sizeBytes += sizeOf(row)
    if (sizeBytes >= maxBytes) break
  }
  return found
}

function rowOf<Row>(found: unknown): Row | undefined {
  return found as Row | undefined
}

function rowsOf<Row>(found: unknown): readonly Row[] {
  return found as readonly Row[]
}
