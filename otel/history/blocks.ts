import type { DatabaseSync } from 'node:sqlite'
import { decodeRuns, encodeRuns, encodeTimes } from './block.ts'
import type { SeriesRuns } from './runs.ts'

/** What is said of a block besides its columns. */
export interface BlockHead {
  /** That of its newest row. */
  readonly rank: number
  readonly node: string
  readonly level: number
  readonly times: Float64Array
  /** Indexes of rows in which a counter stands lower than in the row before. */
  readonly resets: readonly number[]
}

/** Blocks in the file. One that is being written is read by nobody until it is whole. */
export class Blocks {
  readonly #sqlite: DatabaseSync

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite
  }

  /** @returns the block, which has no columns and is not whole. */
  begin({ rank, node, level, times, resets }: BlockHead): number {
    const [first = 0] = times
    const { lastInsertRowid } = this.#sqlite
      .prepare(
        'INSERT INTO blocks (rank, node, level, whole, first, last, times, resets) VALUES (?, ?, ?, 0, ?, ?, ?, ?)',
      )
      .run(rank, node, level, first, times.at(-1) ?? first, encodeTimes(times), JSON.stringify(resets))
    return Number(lastInsertRowid)
  }

  write(block: number, metric: number, all: readonly SeriesRuns[]): void {
    this.#sqlite.prepare('INSERT INTO columns VALUES (?, ?, ?)').run(block, metric, encodeRuns(all))
  }

  read(block: number, metric: number): SeriesRuns[] {
    const row = this.#sqlite
      .prepare('SELECT data FROM columns WHERE block = ? AND metric = ?')
      .get(block, metric)
    return row === undefined ? [] : decodeRuns(row.data as Uint8Array)
  }

  /** Makes a block whole, and lets it take the place of what `replaced` deletes, in one transaction. */
  finish(block: number, replaced: () => void): void {
    this.#sqlite.exec('BEGIN IMMEDIATE')
    try {
      this.#sqlite.prepare('UPDATE blocks SET whole = 1 WHERE id = ?').run(block)
      replaced()
      this.#sqlite.exec('COMMIT')
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw error
    }
  }

  drop(blocks: readonly number[]): void {
    for (const id of blocks) {
      this.#sqlite.prepare('DELETE FROM columns WHERE block = ?').run(id)
      this.#sqlite.prepare('DELETE FROM blocks WHERE id = ?').run(id)
    }
  }

  /** What has not become whole: a process has ended, or something has failed. */
  dropUnfinished(node: string): void {
    const rows = this.#sqlite.prepare('SELECT id FROM blocks WHERE node = ? AND whole = 0').all(node)
    this.drop(rows.map(({ id }) => Number(id)))
  }
}
