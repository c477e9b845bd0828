import type { Place } from './job-table.ts'

/** What waits in one queue with one priority in one group. */
export interface Lane {
  readonly id: number
  readonly priority: number
  readonly group: string
  /** What comes up to here is taken, or not due before it is offered again. */
  after: Place
  /** When its first job is due at the earliest, in ms since 1970; Infinity when it is empty. */
  nextDueMs: number
  /** When its first job may be taken at the earliest, as `LaneHeap` knows it: not before its group is held no longer. */
  wakeMs: number
}
