import type { JobRow } from './job-table.ts'
import type { Lanes } from './lanes.ts'
import type { NewJob } from './queue.ts'

/** What an added job asks for. */
export interface Asked {
  /** The lane of its priority and group. */
  readonly lane: number
  readonly dueMs: number
  readonly addedMs: number
}

/** @param group of the job as it is known, where it was not added with another. */
export function askedBy(
  { priority = 0, group: given, dueMs }: NewJob,
  group: string,
  lanes: Lanes,
  nowMs: number,
): Asked {
  return {
    lane: lanes.of(priority, given ?? group).id,
    dueMs: Math.ceil(dueMs ?? nowMs),
    addedMs: nowMs,
  }
}

/** What a job that is there becomes when it is added again at `nowMs`. One that is set aside waits no longer for that. */
export function addedAgain(row: JobRow, asked: Asked, lanes: Lanes, nowMs: number): JobRow {
  if (row.isDead) return fresh(row, asked)
  return better(row.addedMs > nowMs ? woken(row, asked.dueMs) : row, asked, lanes)
}

/** The better one of both, in the group that was asked for last; the first one itself where it was that already. */
export function better<Known extends Asked>(known: Known, asked: Asked, lanes: Lanes): Known {
  const [before, after] = [lanes.byId(known.lane), lanes.byId(asked.lane)]
  const lane = before.priority < after.priority ? lanes.of(before.priority, after.group).id : asked.lane
  const dueMs = Math.min(known.dueMs, asked.dueMs)
  const addedMs = Math.min(known.addedMs, asked.addedMs)
  const isSame = lane === known.lane && dueMs === known.dueMs && addedMs === known.addedMs
  return isSame ? known : { ...known, lane, dueMs, addedMs }
}

/** The job as if it had just been added. */
export function fresh({ failure: _, error: __, ...row }: JobRow, asked: Asked): JobRow {
  return { ...row, ...asked, attempts: 0, deaths: 0, isDead: false }
}

/** A job that is set aside once what it waits for has happened; itself where it is due by then. */
export function woken(row: JobRow, atMs: number): JobRow {
  const dueMs = Math.ceil(atMs)
  if (dueMs >= row.dueMs) return row
  return { ...uncounted(row), dueMs, addedMs: dueMs }
}

/** A job whose last attempt was none, since the next one does not have the pause that was to come. */
export function uncounted(row: JobRow): JobRow {
  return { ...row, attempts: Math.max(0, row.attempts - 1) }
}
