import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { decodeTimes } from './block.ts'
import type { Blocks } from './blocks.ts'
import type { Directory } from './directory.ts'
import { keptRows, levels, thinMs } from './levels.ts'
import { joinRuns, type RunsPart, takeRows } from './runs.ts'

export interface ThinningOptions {
  readonly sqlite: DatabaseSync
  readonly blocks: Blocks
  readonly node: string
  readonly retentionMs: number
  readonly directory: Directory
}

/**
 * Thins out blocks that have come of age: those of a day become one of the next level. It is written metric by metric,
 * with turns of the event loop in between, and takes the place of the others in one transaction at the end.
 */
export class Thinning {
  readonly #sqlite: DatabaseSync
  readonly #options: ThinningOptions

  constructor(options: ThinningOptions) {
    this.#sqlite = options.sqlite
    this.#options = options
  }

  async run(nowMs: number, signal?: AbortSignal): Promise<void> {
    await this.#prune(nowMs - this.#options.retentionMs, signal)
    for (const [level, { untilAgeMs }] of levels.slice(0, -1).entries()) {
      for (const group of this.#aged(level, nowMs - untilAgeMs)) {
        if (signal?.aborted) return
        await this.#thin(group, level + 1, signal)
      }
    }
  }

  async #prune(before: number, signal: AbortSignal | undefined): Promise<void> {
    for (const id of this.#ids(
      'SELECT id FROM blocks WHERE node = ? AND last < ?',
      this.#options.node,
      before,
    )) {
      if (signal?.aborted) return
      this.#options.blocks.drop([id])
      await setImmediate()
    }
    if (signal?.aborted) return
    const forgotten = this.#ids('SELECT id FROM series WHERE seen < ?', before)
    for (const id of forgotten) this.#sqlite.prepare('DELETE FROM series WHERE id = ?').run(id)
    this.#options.directory.forget(forgotten)
  }

  /** Blocks of a level whose day is over for long enough, day by day. */
  #aged(level: number, before: number): Block[][] {
    const sql = `SELECT id, rank, first, last, times, resets FROM blocks
      WHERE node = ? AND level = ? AND whole = 1 AND last < ? ORDER BY first`
    const rows = this.#sqlite.prepare(sql).all(this.#options.node, level, before) as unknown as Block[]
    const days = Map.groupBy(rows, ({ first }) => Math.floor(first / thinMs))
    const isOver = (day: number) => (day + 1) * thinMs < before
    return [...days].flatMap(([day, blocks]) => (isOver(day) ? disjoint(blocks) : []))
  }

  async #thin(blocks: readonly Block[], level: number, signal: AbortSignal | undefined): Promise<void> {
    const parts = blocks.map(({ id, times, resets }) => ({
      id,
      times: decodeTimes(times),
      resets: JSON.parse(resets) as number[],
    }))
    const times = Float64Array.from(parts.flatMap((part) => [...part.times]))
    const resets: number[] = []
    let before = 0
    for (const part of parts) {
      resets.push(...part.resets.map((row) => row + before))
      before += part.times.length
    }
    const kept = keptRows(times, resets, levels[level]?.stepMs ?? thinMs)
    const store = this.#options.blocks
    const block = store.begin({
      rank: Math.max(...blocks.map(({ rank }) => rank)),
      node: this.#options.node,
      level,
      times: Float64Array.from(kept, (row) => times[row] as number),
      resets: resets.map((row) => kept.indexOf(row)),
    })
    for (const metric of this.#metricsOf(blocks)) {
      const runs = parts.map(
        ({ id, times: { length: rows } }): RunsPart => ({ rows, all: store.read(id, metric) }),
      )
      const taken = joinRuns(runs).map((series) => takeRows(series, kept))
      store.write(
        block,
        metric,
        taken.filter((series) => series.runs.length > 0),
      )
      await setImmediate()
      if (signal?.aborted) return
    }
    store.finish(block, () => store.drop(blocks.map(({ id }) => id)))
  }

  #metricsOf(blocks: readonly Block[]): number[] {
    const sql = 'SELECT metric AS id FROM columns WHERE block = ?'
    return [...new Set(blocks.flatMap(({ id }) => this.#ids(sql, id)))]
  }

  #ids(sql: string, ...values: (string | number)[]): number[] {
    return this.#sqlite
      .prepare(sql)
      .all(...values)
      .map(({ id }) => Number(id))
  }
}

interface Block {
  readonly id: number
  readonly rank: number
  readonly first: number
  readonly last: number
  readonly times: Uint8Array
  readonly resets: string
}

/** Blocks that overlap, since the clock was set back, stay apart: which rows of them count is settled when they are read. */
function disjoint(blocks: readonly Block[]): Block[][] {
  const overlaps = blocks.some(({ first }, i) => i > 0 && (blocks[i - 1] as Block).last >= first)
  return overlaps ? blocks.map((block) => [block]) : [[...blocks]]
}
