import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { decodeRow } from './block.ts'
import type { Blocks } from './blocks.ts'
import { sealMs } from './levels.ts'
import { ascending, joinDecoded, type RecentRow } from './recent.ts'

export interface SealingOptions {
  readonly sqlite: DatabaseSync
  readonly node: string
  readonly blocks: Blocks
}

/**
 * Makes blocks of rows that are in the file by themselves, those of an hour that is over together; a little at a time, as
 * an hour of many series takes a while.
 */
export async function sealHours(
  options: SealingOptions,
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { sqlite, node } = options
  const hourOf = (ms: number) => Math.ceil(ms / sealMs)
  const rows = sqlite
    .prepare('SELECT rank, at, reset, data FROM recent WHERE node = ? ORDER BY rank')
    .all(node) as unknown as RecentRow[]
  for (const stretch of ascending(rows)) {
    for (const [hour, part] of Map.groupBy(stretch, ({ at }) => hourOf(at))) {
      // A stretch that ended where the clock was set back goes on no more.
      if (hour === hourOf(nowMs) && stretch.at(-1) === rows.at(-1)) continue
      await seal(options, part, signal)
      if (signal?.aborted) return
    }
  }
}

async function seal(
  { sqlite, node, blocks }: SealingOptions,
  rows: readonly RecentRow[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const decoded: ReturnType<typeof decodeRow>[] = []
  for (const { data } of rows) {
    decoded.push(decodeRow(data))
    if (decoded.length % 8 === 0) await setImmediate()
  }
  const last = rows.at(-1) as RecentRow
  const block = blocks.begin({
    rank: last.rank,
    node,
    level: 0,
    times: Float64Array.from(rows, ({ at }) => at),
    resets: rows.flatMap(({ reset }, index) => (reset === 1 ? [index] : [])),
  })
  const seen = sqlite.prepare('UPDATE series SET seen = max(seen, ?) WHERE id = ?')
  for (const metric of new Set(decoded.flatMap((row) => [...row.keys()]))) {
    if (signal?.aborted) return
    const all = joinDecoded(decoded, metric)
    blocks.write(block, metric, all)
    for (const { series } of all) seen.run(last.at, series)
    await setImmediate()
  }
  blocks.finish(block, () => {
    const taken = sqlite.prepare('DELETE FROM recent WHERE rank = ?')
    for (const { rank } of rows) taken.run(rank)
  })
}
