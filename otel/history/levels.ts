const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** One way to keep rows: how far apart, and until what age. */
export interface Level {
  /** Ms between rows; the first level has them as they were written. */
  readonly stepMs: number
  /** Blocks that are older are thinned out to the next level. */
  readonly untilAgeMs: number
}

/** As written for two days, every ten minutes for eight, and every hour from then on. */
export const levels: readonly [Level, Level, Level] = [
  { stepMs: 0, untilAgeMs: 2 * day },
  { stepMs: 10 * minute, untilAgeMs: 8 * day },
  { stepMs: hour, untilAgeMs: Infinity },
]

/** Rows of an hour become a block of the first level; blocks of a day, one of the next. */
export const sealMs = hour
export const thinMs = day

/**
 * The rows that stay when some are thinned out: the last one of each step, and those before and after a reset, so that
 * what counters have grown by stays what it was.
 *
 * @param resets indexes of rows in which a counter stands lower than in the row before.
 */
export function keptRows(times: Float64Array, resets: readonly number[], stepMs: number): number[] {
  const isKept = new Set(resets.flatMap((row) => [row - 1, row]))
  const kept: number[] = []
  for (const [row, time] of times.entries()) {
    const next = times[row + 1]
    const endsStep = next === undefined || Math.ceil(next / stepMs) > Math.ceil(time / stepMs)
    if (endsStep || isKept.has(row)) kept.push(row)
  }
  return kept
}
