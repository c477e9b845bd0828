import type { Holds } from './holds.ts'
import type { JobRow, JobTable } from './job-table.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import type { Leases } from './leases.ts'

/** Where the jobs of one queue stand. */
export interface Standing {
  readonly jobs: Pick<JobTable, 'next' | 'find'>
  readonly lanes: Lanes
  readonly leases: Leases
  readonly holds: Holds
}

/** What a worker asks for. */
export interface Wanted {
  readonly limit: number
  readonly nowMs: number
  /** Groups that are left out. */
  readonly without: ReadonlySet<string>
  readonly room: (group: string) => number
  readonly aloneAfter: number
}

export interface DueJob {
  readonly row: JobRow
  readonly lane: Lane
}

/** Picks jobs that are due and do not run. They are passed by from here on: whoever cannot lease them offers them again. */
export function pickDue(standing: Standing, wanted: Wanted): readonly DueJob[] {
  const { leases, lanes } = standing
  if (leases.isExclusive) return []
  const alone = nextAlone(standing, wanted)
  if (alone !== undefined) return [alone]
  const picked: DueJob[] = []
  const leftOut = new Set(wanted.without)
  const left = new Map<string, number>()
  lanes.serve(wanted.nowMs, leftOut, (lane, share) => {
    const most = left.get(lane.group) ?? wanted.room(lane.group)
    const limit = Math.min(most, Math.max(1, Math.ceil((wanted.limit - picked.length) * share)))
    const { rows, dangerous } = dueOf(standing, lane, { ...wanted, limit })
    left.set(lane.group, most - rows.length)
    if (rows.length === most) leftOut.add(lane.group)
    for (const row of rows) picked.push({ row, lane })
    if (dangerous !== undefined) {
      if (leases.size + picked.length === 0) picked.push({ row: dangerous, lane })
      else leases.nextAlone = dangerous.id
      return 'enough'
    }
    return picked.length < wanted.limit ? 'more' : 'enough'
  })
  return picked
}

/** The job that others have made way for, unless it is not to be taken any more. */
function nextAlone({ jobs, lanes, leases, holds }: Standing, { nowMs, without }: Wanted): DueJob | undefined {
  const row = leases.nextAlone === undefined ? undefined : jobs.find(leases.nextAlone)
  leases.nextAlone = undefined
  if (row === undefined || row.isDead || row.dueMs > nowMs) return undefined
  const lane = lanes.byId(row.lane)
  const isLeftOut = without.has(lane.group) || holds.untilMs(lane.group, nowMs) !== undefined
  return isLeftOut ? undefined : { row, lane }
}

/** What of a lane is due and does not run, up to `limit` jobs, or to one that is to run alone. */
function dueOf(
  { jobs, leases }: Standing,
  lane: Lane,
  { limit: wanted, nowMs, aloneAfter }: Wanted,
): { readonly rows: readonly JobRow[]; readonly dangerous?: JobRow } {
  const found: JobRow[] = []
  for (;;) {
    const limit = wanted - found.length + 1
    const rows = jobs.next(lane.id, lane.after, limit)
    for (const row of rows) {
      const { id, dueMs, deaths } = row
      if (!leases.has(id)) {
        if (dueMs > nowMs || found.length === wanted) {
          lane.nextDueMs = dueMs
          return { rows: found }
        }
        if (deaths >= aloneAfter) {
          lane.nextDueMs = dueMs
          return { rows: found, dangerous: row }
        }
        found.push(row)
      }
      lane.after = { dueMs, id }
    }
    if (rows.length < limit) {
      lane.nextDueMs = Number.POSITIVE_INFINITY
      return { rows: found }
    }
  }
}
