import type { StatementSync } from 'node:sqlite'
import type { Database } from '../database.ts'
import type { HostCursor, StreamEntry, Streams } from './streams.ts'
import { Waiters } from './waiters.ts'

export interface SqliteStreamsOptions {
  readonly database: Database
}

/** Streams in the SQLite database of this process, which alone writes and reads them. */
export class SqliteStreams implements Streams {
  readonly #database: Database
  readonly #streams = new Map<string, StreamState>()
  readonly #insertStream: StatementSync
  readonly #updateLast: StatementSync
  readonly #updateTrimmed: StatementSync
  readonly #saveGroup: StatementSync
  readonly #insertEntry: StatementSync
  readonly #selectEntries: StatementSync
  readonly #deleteEntries: StatementSync
  readonly #selectCursor: StatementSync
  readonly #saveCursor: StatementSync

  constructor({ database }: SqliteStreamsOptions) {
    database.migrate('streams', schema)
    const { sqlite } = database
    this.#database = database
    this.#insertStream = sqlite.prepare('INSERT INTO stream (name, last, trimmed) VALUES (?, 0, 0)')
    this.#updateLast = sqlite.prepare('UPDATE stream SET last = ? WHERE id = ?')
    this.#updateTrimmed = sqlite.prepare('UPDATE stream SET trimmed = ? WHERE id = ?')
    this.#saveGroup = sqlite.prepare(
      'INSERT INTO stream_group VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET acknowledged = excluded.acknowledged',
    )
    this.#insertEntry = sqlite.prepare('INSERT INTO stream_entry (id, payload) VALUES (?, ?)')
    this.#selectEntries = sqlite.prepare(
      'SELECT id, payload FROM stream_entry WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
    )
    this.#selectEntries.setReturnArrays(true)
    this.#deleteEntries = sqlite.prepare('DELETE FROM stream_entry WHERE id > ? AND id <= ?')
    this.#selectCursor = sqlite.prepare('SELECT seq, time FROM host_cursor WHERE host = ?')
    this.#saveCursor = sqlite.prepare(
      'INSERT INTO host_cursor VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, time = excluded.time',
    )
    for (const row of sqlite.prepare('SELECT id, name, last, trimmed FROM stream').all()) {
      const { id, name, last, trimmed } = row as { id: number; name: string; last: number; trimmed: number }
      this.#streams.set(name, newState({ id, last, trimmed }))
    }
    const groups = sqlite.prepare(
      'SELECT s.name, g.name AS "group", acknowledged FROM stream_group g JOIN stream s ON s.id = g.stream',
    )
    for (const row of groups.all()) {
      const { name, group, acknowledged } = row as { name: string; group: string; acknowledged: number }
      this.#streams.get(name)?.groups.set(group, { acknowledged, delivered: acknowledged })
    }
  }

  async append(stream: string, entries: readonly Uint8Array[], cursor?: HostCursor): Promise<number> {
    return this.appendAtOnce(stream, entries, cursor)
  }

  /** Appends as `append` does, but at once, and as a part of the transaction under way if there is one. */
  appendAtOnce(stream: string, entries: readonly Uint8Array[], cursor?: HostCursor): number {
    const state = this.#stateOf(stream)
    const before = state.last
    const last = before + entries.length
    this.#database.transaction(
      () => {
        let id = rowOf(state, before)
        for (const entry of entries) this.#insertEntry.run(++id, entry)
        if (entries.length > 0) this.#updateLast.run(last, state.id)
        if (cursor !== undefined) this.#saveCursor.run(cursor.host, cursor.seq, cursor.timeMs ?? null)
        state.last = last
      },
      {
        settle: () => state.waiters.notify(),
        undo: () => {
          state.last = before
        },
      },
    )
    return last
  }

  async cursor(host: string): Promise<HostCursor | undefined> {
    const row = this.#selectCursor.get(host) as { seq: number; time: number | null } | undefined
    if (row === undefined) return undefined
    return { host, seq: row.seq, ...(row.time !== null && { timeMs: row.time }) }
  }

  async read(stream: string, group: string, limit: number): Promise<readonly StreamEntry[]> {
    const state = this.#stateOf(stream)
    const progress = this.#groupOf(state, group)
    if (progress.delivered >= state.last) return []
    const rows = this.#selectEntries.all(rowOf(state, progress.delivered), rowOf(state, state.last), limit)
    const entries = (rows as unknown as [number, Uint8Array][]).map(([row, payload]) => ({
      id: row - rowOf(state, 0),
      payload,
    }))
    progress.delivered = entries.at(-1)?.id ?? progress.delivered
    return entries
  }

  async readable(stream: string, group: string, signal?: AbortSignal): Promise<void> {
    const state = this.#stateOf(stream)
    const progress = this.#groupOf(state, group)
    await state.waiters.until(() => progress.delivered < state.last, signal)
  }

  async acknowledge(stream: string, group: string, id: number): Promise<void> {
    const state = this.#stateOf(stream)
    const progress = this.#groupOf(state, group)
    const acknowledged = Math.min(id, state.last)
    if (acknowledged <= progress.acknowledged) return
    const others = [...state.groups.values()].filter((one) => one !== progress).map((one) => one.acknowledged)
    // Trimming a long stream that a group has caught up with must not hold up everything else.
    const trimmed = Math.min(acknowledged, ...others, state.trimmed + trimmedAtOnce)
    this.#database.transaction(() => {
      this.#saveGroup.run(state.id, group, acknowledged)
      if (trimmed <= state.trimmed) return
      this.#deleteEntries.run(rowOf(state, state.trimmed), rowOf(state, trimmed))
      this.#updateTrimmed.run(trimmed, state.id)
    })
    progress.acknowledged = acknowledged
    progress.delivered = Math.max(progress.delivered, acknowledged)
    state.trimmed = Math.max(state.trimmed, trimmed)
    state.waiters.notify()
  }

  async acknowledged(stream: string, group: string, id: number, signal?: AbortSignal): Promise<void> {
    const state = this.#stateOf(stream)
    // Whoever only waits makes no group, which would keep entries from being trimmed.
    const isReached = () => (state.groups.get(group)?.acknowledged ?? state.trimmed) >= id
    await state.waiters.until(isReached, signal)
  }

  async drained(stream: string, length: number, signal?: AbortSignal): Promise<void> {
    const state = this.#stateOf(stream)
    await state.waiters.until(() => state.last - state.trimmed < length, signal)
  }

  async length(stream: string): Promise<number> {
    const { last, trimmed } = this.#stateOf(stream)
    return last - trimmed
  }

  async pending(stream: string, group: string): Promise<number> {
    const state = this.#stateOf(stream)
    return state.last - (state.groups.get(group)?.acknowledged ?? state.trimmed)
  }

  /** The database belongs to whoever opened it, and is closed there. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #stateOf(stream: string): StreamState {
    const known = this.#streams.get(stream)
    if (known !== undefined) return known
    return this.#database.transaction(
      () => {
        const id = Number(this.#insertStream.run(stream).lastInsertRowid)
        const state = newState({ id, last: 0, trimmed: 0 })
        this.#streams.set(stream, state)
        return state
      },
      { undo: () => void this.#streams.delete(stream) },
    )
  }

  #groupOf(state: StreamState, group: string): GroupState {
    const known = state.groups.get(group)
    if (known !== undefined) return known
    // Saved at once, so that what the group has not seen is not trimmed.
    this.#saveGroup.run(state.id, group, state.trimmed)
    const progress = { acknowledged: state.trimmed, delivered: state.trimmed }
    state.groups.set(group, progress)
    return progress
  }
}

const schema: readonly string[] = [
  `
  CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last INTEGER NOT NULL,
    trimmed INTEGER NOT NULL
  );
  CREATE TABLE stream_group (
    stream INTEGER NOT NULL,
    name TEXT NOT NULL,
    acknowledged INTEGER NOT NULL,
    PRIMARY KEY (stream, name)
  ) WITHOUT ROWID;
  CREATE TABLE stream_entry (id INTEGER PRIMARY KEY, payload BLOB NOT NULL);
  CREATE TABLE host_cursor (host TEXT PRIMARY KEY, seq INTEGER NOT NULL, time INTEGER) WITHOUT ROWID;
  `,
]

/** The most entries that one acknowledgement removes. The rest go with the next ones. */
const trimmedAtOnce = 5000

/** Entries of all streams share a table; each stream has a range of 2^47 rows in it. */
const rowsPerStream = 2 ** 47

function rowOf(state: StreamState, id: number): number {
  return state.id * rowsPerStream + id
}

interface GroupState {
  acknowledged: number
  delivered: number
}

interface StreamState {
  readonly id: number
  /** The entries kept are those above `trimmed`, up to and including `last`. */
  last: number
  trimmed: number
  readonly groups: Map<string, GroupState>
  readonly waiters: Waiters
}

function newState({ id, last, trimmed }: Pick<StreamState, 'id' | 'last' | 'trimmed'>): StreamState {
  return { id, last, trimmed, groups: new Map(), waiters: new Waiters() }
}
