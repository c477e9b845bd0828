import { decodeRow } from './block.ts'
import { joinRuns, type SeriesRuns } from './runs.ts'

/** A row that is in the file by itself. */
export interface RecentRow {
  readonly rank: number
  readonly at: number
  readonly reset: 0 | 1
  readonly data: Uint8Array
}

/** Takes rows apart where the clock was set back. */
export function ascending(rows: readonly RecentRow[]): RecentRow[][] {
  const stretches: RecentRow[][] = []
  for (const row of rows) {
    const stretch = stretches.at(-1)
    const last = stretch?.at(-1)
    if (stretch && last && last.at < row.at) stretch.push(row)
    else stretches.push([row])
  }
  return stretches
}

/** The runs of some metrics over rows. */
export function joinRecent(rows: readonly RecentRow[], metrics: ReadonlySet<number>): SeriesRuns[] {
  const decoded = rows.map(({ data }) => decodeRow(data, metrics))
  return [...metrics].flatMap((metric) => joinDecoded(decoded, metric))
}

/** The runs of one metric over rows that are decoded. */
export function joinDecoded(
  decoded: readonly ReadonlyMap<number, readonly SeriesRuns[]>[],
  metric: number,
): SeriesRuns[] {
  return joinRuns(decoded.map((row) => ({ rows: 1, all: row.get(metric) ?? [] })))
}
