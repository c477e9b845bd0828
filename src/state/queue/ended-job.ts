import { cutError } from './checked-job.ts'
import type { JobRow } from './job-table.ts'
import type { Lanes } from './lanes.ts'
import { type Asked, fresh, uncounted, woken } from './merge.ts'
import type { Ending } from './queue.ts'

/** A job that ends, and what was asked for while it ran. */
export interface Ended {
  readonly row: JobRow
  readonly lanes: Lanes
  readonly again: Asked | undefined
  /** Since when what it may be set aside for has happened. */
  readonly wokenMs: number | undefined
  readonly nowMs: number
}

/** What becomes of a job, inside a transaction; undefined where it is removed. */
export function endedJob(ending: Ending, { row, lanes, again, wokenMs, nowMs }: Ended): JobRow | undefined {
  switch (ending.how) {
    case 'complete':
      return again && fresh(row, again)
    case 'retry': {
      const { dueMs = row.dueMs, error, group, counts = true, failure, isAside = false } = ending.options
      const isSame = failure === undefined || failure === row.failure
      const next: JobRow = {
        ...row,
        lane: group === undefined ? row.lane : lanes.of(lanes.byId(row.lane).priority, group).id,
        dueMs: Math.min(Math.ceil(dueMs), again?.dueMs ?? Number.POSITIVE_INFINITY),
        attempts: (isSame ? row.attempts : 0) + Number(counts),
        // It has shown that it can end, unless it was cut short.
        deaths: counts ? 0 : row.deaths,
        ...(failure !== undefined && { failure }),
        ...(error !== undefined && { error: cutError(error) }),
      }
      if (!isAside) return next
      if (again !== undefined) return again.dueMs < dueMs ? uncounted(next) : next
      const aside = { ...next, addedMs: next.dueMs }
      return wokenMs === undefined ? aside : woken(aside, wokenMs)
    }
    case 'bury':
      if (again !== undefined) return fresh(row, again)
      return {
        ...row,
        isDead: true,
        dueMs: nowMs,
        attempts: row.attempts + Number(ending.counts ?? true),
        error: cutError(ending.error),
      }
  }
}
