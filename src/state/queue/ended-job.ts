import { cutError } from './checked-job.ts'
import type { JobRow } from './job-table.ts'
import type { Lanes } from './lanes.ts'
import { type Asked, fresh } from './merge.ts'
import type { Ending } from './queue.ts'

/** A job that ends, and what was asked for while it ran. */
export interface Ended {
  readonly row: JobRow
  readonly lanes: Lanes
  readonly again: Asked | undefined
  readonly nowMs: number
}

/** What becomes of a job, inside a transaction; undefined where it is removed. */
export function endedJob(ending: Ending, { row, lanes, again, nowMs }: Ended): JobRow | undefined {
  switch (ending.how) {
    case 'complete':
      return again && fresh(row, again)
    case 'retry': {
      const { dueMs, error, group, counts = true, isAside = false } = ending.options
      return {
        ...row,
        lane: group === undefined ? row.lane : lanes.of(lanes.byId(row.lane).priority, group).id,
        dueMs: Math.min(Math.ceil(dueMs ?? row.dueMs), again?.dueMs ?? Number.POSITIVE_INFINITY),
        attempts: row.attempts + Number(counts),
        ...(isAside && again === undefined && { addedMs: Math.ceil(dueMs ?? row.dueMs) }),
        ...(error !== undefined && { error: cutError(error) }),
      }
    }
    case 'bury':
      if (again !== undefined) return fresh(row, again)
      return {
        ...row,
        isDead: true,
        dueMs: nowMs,
        attempts: row.attempts + 1,
        error: cutError(ending.error),
      }
  }
}
