import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { decodeTimes, encodeRow } from './block.ts'
import { Blocks } from './blocks.ts'
import { hasReset } from './condense.ts'
import type { Directory } from './directory.ts'
import { lockFile, openFile } from './file.ts'
import type { Journal } from './journal.ts'
import { levels } from './levels.ts'
import { ascending, joinRecent, type RecentRow } from './recent.ts'
import type { KeptMetric, Row } from './row.ts'
import { runsOf } from './runs.ts'
import { sealHours } from './sealing.ts'
import type { Segment, TimeRange } from './segments.ts'
import { Thinning } from './thinning.ts'

export interface StoreOptions {
  /** Path of the SQLite file, or ':memory:'. */
  readonly file: string
  /** Whose history it is; others in the same file stay as they are. */
  readonly node: string
  /** How far apart rows are written, in ms. */
  readonly resolutionMs: number
  /** What is older goes, in ms. */
  readonly retentionMs: number
  /** Takes in what is known of the file. */
  readonly directory: Directory
  readonly journal: Journal
  /** Looks and does not write; somebody else may. @default false */
  readonly readOnly?: boolean
}

/**
 * Rows in SQLite. Each is written by itself, in one transaction with the series that are new in it; those of an hour then
 * become a block, in which each metric has columns of its own.
 */
export class Store implements Disposable {
  readonly #options: StoreOptions
  readonly #lock: DatabaseSync | undefined
  readonly #sqlite: DatabaseSync
  readonly #blocks: Blocks
  readonly #thinning: Thinning
  readonly #statements = new Map<string, StatementSync>()
  #last: Row | undefined

  /** @throws {HistoryFileError} for a file that cannot be used. */
  constructor(options: StoreOptions) {
    this.#options = options
    const { file, readOnly = false } = options
    this.#lock = readOnly ? undefined : lockFile(file)
    try {
      this.#sqlite = openFile(file, { readOnly })
    } catch (error) {
      this.#lock?.close()
      throw error
    }
    this.#blocks = new Blocks(this.#sqlite)
    this.#thinning = new Thinning({ ...options, sqlite: this.#sqlite, blocks: this.#blocks })
    if (!readOnly) this.#blocks.dropUnfinished(options.node)
    this.#load()
  }

  /** Writes a row, and what has come to the journal; all of it or nothing. */
  append(row: Row): void {
    const { node, journal, directory } = this.#options
    // Where a process begins, all its counters may stand lower than before.
    const isReset = this.#last === undefined || hasReset(row, this.#last)
    this.#transaction(() => {
      this.#saveDirectory(row.at)
      this.#run('INSERT INTO recent (node, at, reset, data) VALUES (?, ?, ?, ?)', [
        node,
        row.at,
        isReset ? 1 : 0,
        encodeRow(runsOf([row])),
      ])
      const text = journal.changes()
      if (text !== undefined) this.#run('INSERT OR REPLACE INTO journal VALUES (?, ?)', [node, text])
    })
    directory.saved()
    journal.saved()
    this.#last = row
  }

  /** Puts the rows of an hour together, thins out what has come of age, deletes what is too old; a little at a time. */
  async tidy(nowMs: number, signal?: AbortSignal): Promise<void> {
    const { node } = this.#options
    // Something may have failed half-way the last time.
    this.#blocks.dropUnfinished(node)
    await sealHours({ sqlite: this.#sqlite, node, blocks: this.#blocks }, nowMs, signal)
    if (signal?.aborted) return
    await this.#thinning.run(nowMs, signal)
  }

  /** What it has of some metrics in a range. */
  segments(metrics: readonly number[], { after, until }: TimeRange): Segment[] {
    const { node } = this.#options
    const blocks = this.#all(
      'SELECT id, rank, level, times FROM blocks WHERE node = ? AND whole = 1 AND last > ? AND first <= ?',
      [node, after, until],
    ) as unknown as { id: number; rank: number; level: 0 | 1 | 2; times: Uint8Array }[]
    const sealed = blocks.map(({ id, rank, level, times }) => ({
      rank,
      resolutionMs: Math.max(levels[level].stepMs, this.#options.resolutionMs),
      times: decodeTimes(times),
      all: metrics.flatMap((metric) => this.#blocks.read(id, metric)),
    }))
    const recent = this.#all(
      'SELECT rank, at, data FROM recent WHERE node = ? AND at > ? AND at <= ? ORDER BY rank',
      [node, after, until],
    ) as unknown as RecentRow[]
    return [...sealed, ...this.#stretches(recent, new Set(metrics))]
  }

  /** What the file takes, in bytes. */
  diskBytes(): number {
    const row = this.#sqlite
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
      .get()
    return Number(row?.bytes)
  }

  [Symbol.dispose](): void {
    this.#sqlite.close()
    this.#lock?.close()
  }

  #load(): void {
    const { node, directory, journal } = this.#options
    const metrics = this.#all('SELECT id, scope, name, kind, unit FROM metrics') as unknown as KeptMetric[]
    const byId = new Map(metrics.map((metric) => [metric.id, { ...metric }]))
    const series = this.#all('SELECT id, metric, attributes FROM series').map(
      ({ id, metric, attributes }) => ({
        id: Number(id),
        metric: byId.get(Number(metric)) as KeptMetric,
        attributes: JSON.parse(String(attributes)),
      }),
    )
    directory.load([...byId.values()], series)
    const [kept] = this.#all('SELECT data FROM journal WHERE node = ?', [node])
    if (kept !== undefined) journal.load(String(kept.data))
  }

  #saveDirectory(at: number): void {
    const { metrics, series } = this.#options.directory.unsaved
    for (const { id, scope, name, kind, unit } of metrics)
      this.#run('INSERT INTO metrics VALUES (?, ?, ?, ?, ?)', [id, scope, name, kind, unit])
    for (const { id, metric, attributes } of series)
      this.#run('INSERT INTO series VALUES (?, ?, ?, ?)', [id, metric.id, JSON.stringify(attributes), at])
  }

  #stretches(recent: readonly RecentRow[], metrics: ReadonlySet<number>): Segment[] {
    return ascending(recent).map((stretch) => ({
      rank: (stretch.at(-1) as RecentRow).rank,
      resolutionMs: this.#options.resolutionMs,
      times: Float64Array.from(stretch, ({ at }) => at),
      all: joinRecent(stretch, metrics),
    }))
  }

  #transaction(work: () => void): void {
    this.#sqlite.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#sqlite.exec('COMMIT')
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw error
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#sqlite.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #run(sql: string, values: readonly SQLInputValue[]) {
    return this.#prepared(sql).run(...values)
  }

  #all(sql: string, values: readonly SQLInputValue[] = []) {
    return this.#prepared(sql).all(...values)
  }
}
