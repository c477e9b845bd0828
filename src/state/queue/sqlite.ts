import type { StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Database } from '../database.ts'
import { Alarms } from './alarms.ts'
import { checkJob, cutError } from './checked-job.ts'
import { decodePlace, encodePlace, newest } from './dead-letters.ts'
import { type DueJob, pickDue } from './due-jobs.ts'
import { endedJob } from './ended-job.ts'
import { Holds } from './holds.ts'
import { countDeaths, type JobRow, JobTable, type Place } from './job-table.ts'
import { Lanes } from './lanes.ts'
import { LastChange } from './last-change.ts'
import { type Lease, Leases } from './leases.ts'
import { type Asked, addedAgain, askedBy, better, fresh, woken } from './merge.ts'
import type { Ending, Job, JobState, NewJob, Queue, QueueTotals, RetryOptions } from './queue.ts'
import { schema } from './schema.ts'
import { SharedCommit } from './shared-commit.ts'

export interface SqliteQueueOptions {
  readonly database: Database
  /** @default steadyClock */
  readonly now?: Clock
  /** How many of the newest keys are kept in memory before they are written together. @default 100_000 */
  readonly keysInMemory?: number
}

/** Queues in the SQLite database of this process, which alone adds and takes jobs. */
export class SqliteQueue implements Queue {
  readonly #database: Database
  readonly #now: Clock
  readonly #lastChange: LastChange
  readonly #jobs: JobTable
  readonly #saveCounts: StatementSync
  readonly #queues = new Map<string, QueueState>()
  readonly #ending = new SharedCommit((endings) => this.#endAll(endings))

  constructor({ database, now = steadyClock, keysInMemory }: SqliteQueueOptions) {
    database.migrate('queue', schema)
    this.#database = database
    this.#now = now
    this.#lastChange = new LastChange(database, now())
    database.transaction(() => countDeaths(database.sqlite))
    this.#saveCounts = database.sqlite.prepare('UPDATE queue SET live = ?, dead = ? WHERE id = ?')
    this.#jobs = new JobTable(database.sqlite, keysInMemory)
    for (const row of database.sqlite.prepare('SELECT id, name, live, dead FROM queue').all()) {
      const { id, name, live, dead } = row as { id: number; name: string; live: number; dead: number }
      this.#queues.set(name, this.#newState(id, name, { live, dead }))
    }
  }

  async add(queue: string, jobs: readonly NewJob[]): Promise<number> {
    for (const job of jobs) checkJob(queue, job)
    const state = this.#stateOf(queue)
    let added = 0
    for (let at = 0; at < jobs.length; at += jobsPerSlice) {
      if (at > 0) await setImmediate()
      const outcomes = this.#addSlice(state, jobs.slice(at, at + jobsPerSlice))
      added += outcomes.filter((outcome) => outcome === 'added').length
    }
    return added
  }

  /**
   * Adds jobs as `add` does, but all at once, and as a part of the transaction under way if there is one.
   *
   * @returns of each, in order, whether it was there before.
   */
  addAtOnce(queue: string, jobs: readonly NewJob[]): readonly ('added' | 'known')[] {
    for (const job of jobs) checkJob(queue, job)
    return this.#addSlice(this.#stateOf(queue), jobs)
  }

  async take(
    queue: string,
    limit: number,
    {
      leaseMs = defaultLeaseMs,
      without = nobody,
      room = endless,
      aloneAfter = endless(),
    }: Parameters<Queue['take']>[2] = {},
  ): Promise<readonly Job[]> {
    const state = this.#stateOf(queue)
    const { lanes, leases, holds } = state
    const nowMs = this.#expire(state)
    if (limit <= 0) return []
    const wanted = { limit, nowMs, without, room, aloneAfter }
    const picked = pickDue({ jobs: this.#jobs, lanes, leases, holds }, wanted)
    this.#begin(state, picked)
    return picked.map(
      ({ row: { id, key, payload, attempts, deaths, failure }, lane: { priority, group } }) => {
        const lease = leases.begin(id, nowMs + leaseMs, { isAlone: deaths >= aloneAfter })
        const failed = failure !== undefined && { failure }
        return { id, queue, key, priority, group, payload, attempts, deaths, ...failed, lease }
      },
    )
  }

  async ready(queue: string, signal?: AbortSignal, without: ReadonlySet<string> = nobody): Promise<void> {
    const state = this.#stateOf(queue)
    const { lanes, leases } = state
    const nextMs = () => {
      if (leases.isExclusive) return leases.nextMs()
      return Math.min(lanes.nextDueMs(without), leases.nextMs())
    }
    await state.alarms.until(nextMs, signal)
  }

  async hold(queue: string, group: string, untilMs: number): Promise<void> {
    const state = this.#stateOf(queue)
    const nowMs = this.#now()
    const heldMs = state.holds.untilMs(group, nowMs) ?? nowMs
    const endMs = Math.ceil(untilMs)
    if (endMs <= heldMs) return
    const work = () => state.holds.save(group, endMs, nowMs)
    this.#write(state, 0, work, () => {
      state.holds.note(group, endMs, nowMs)
      state.lanes.hold(group)
    })
  }

  async heldUntilMs(queue: string, group: string): Promise<number | undefined> {
    return this.#stateOf(queue).holds.untilMs(group, this.#now())
  }

  async renew(jobs: readonly Job[], leaseMs = defaultLeaseMs): Promise<void> {
    const expiresMs = this.#now() + leaseMs
    for (const job of jobs) {
      const { leases } = this.#stateOf(job.queue)
      const lease = leases.of(job)
      if (lease !== undefined) leases.renew(lease, expiresMs)
    }
  }

  async complete(job: Job): Promise<boolean> {
    return this.#ending.add({ how: 'complete', job })
  }

  async retry(job: Job, options: RetryOptions): Promise<boolean> {
    return this.#ending.add({ how: 'retry', job, options })
  }

  async wake(queue: string, key: string, dueMs: number): Promise<void> {
    const state = this.#stateOf(queue)
    const row = this.#jobs.findByKey(state.id, key)
    if (row === undefined || row.isDead) return
    const lease = state.leases.get(row.id)
    if (lease !== undefined) {
      lease.wokenMs = Math.min(dueMs, lease.wokenMs ?? Number.POSITIVE_INFINITY)
      return
    }
    const next = row.addedMs > this.#now() ? woken(row, dueMs) : row
    if (next === row) return
    const work = () => this.#jobs.update(next)
    this.#write(state, 1, work, () => this.#offer(state, [next]))
  }

  async bury(job: Job, error: string, options: Parameters<Queue['bury']>[2] = {}): Promise<boolean> {
    return this.#ending.add({ how: 'bury', job, error, ...options })
  }

  async end(endings: readonly Ending[]): Promise<readonly boolean[]> {
    return this.#endAll(endings)
  }

  async find(queue: string, key: string): Promise<JobState | undefined> {
    const state = this.#stateOf(queue)
    const row = this.#jobs.findByKey(state.id, key)
    return row && this.#stateFrom(state, row)
  }

  later(queue: string): AsyncIterable<readonly JobState[]> {
    return this.#dueAfter(queue, this.#now())
  }

  async *waiting(queue: string): AsyncIterable<readonly JobState[]> {
    for await (const jobs of this.#dueAfter(queue, Number.MIN_SAFE_INTEGER)) {
      const waiting = jobs.filter(({ state }) => state === 'waiting')
      if (waiting.length > 0) yield waiting
    }
  }

  async buryWaiting(queue: string, keys: readonly string[], error: string): Promise<number> {
    const state = this.#stateOf(queue)
    const nowMs = this.#now()
    let buried = 0
    const bury = (key: string) => {
      const row = this.#jobs.findByKey(state.id, key)
      if (row === undefined || row.isDead || state.leases.has(row.id)) return
      this.#jobs.update({ ...row, isDead: true, dueMs: nowMs, error: cutError(error) })
      // Where its lease has run out, that it was worked on is still noted.
      this.#jobs.ended(row.id)
      buried++
    }
    const work = (counts: Counts) => {
      for (const key of keys) bury(key)
      counts.live -= buried
      counts.dead += buried
    }
    this.#write(state, keys.length, work, () => {})
    return buried
  }

  async aside(queue: string): ReturnType<Queue['aside']> {
    return this.#jobs.aside(this.#stateOf(queue).id, this.#now())
  }

  async remove(queue: string, key: string): Promise<boolean> {
    const state = this.#stateOf(queue)
    const row = this.#jobs.findByKey(state.id, key)
    if (row === undefined) return false
    const work = (counts: Counts) => {
      this.#jobs.delete(row)
      this.#jobs.ended(row.id)
      counts[row.isDead ? 'dead' : 'live']--
    }
    this.#write(state, 1, work, () => this.#endLease(state, row))
    return true
  }

  async deadLetters({
    queues,
    limit,
    cursor,
  }: Parameters<Queue['deadLetters']>[0]): ReturnType<Queue['deadLetters']> {
    const before = cursor === undefined ? newest : decodePlace(cursor)
    const states = [...this.#queues.values()].filter(({ name }) => queues?.includes(name) ?? true)
    const found = states
      .flatMap((state) => this.#jobs.dead(state.id, before, limit + 1).map((row) => ({ state, row })))
      .sort((a, b) => b.row.dueMs - a.row.dueMs || b.row.id - a.row.id)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const jobs = page.map(({ state, row }) => this.#stateFrom(state, row))
    return found.length <= limit || last === undefined ? { jobs } : { jobs, cursor: encodePlace(last.row) }
  }

  async revive(id: number): Promise<boolean> {
    const row = this.#jobs.find(id)
    const state = [...this.#queues.values()].find((one) => one.id === row?.queue)
    if (row?.isDead !== true || state === undefined) return false
    const nowMs = this.#now()
    const revived = fresh(row, { lane: row.lane, dueMs: nowMs, addedMs: nowMs })
    const work = (counts: Counts) => {
      this.#jobs.update(revived)
      counts.dead--
      counts.live++
    }
    this.#write(state, 1, work, () => this.#offer(state, [revived]))
    return true
  }

  async totals(queue: string): Promise<QueueTotals> {
    const state = this.#stateOf(queue)
    const { live, dead } = state.counts
    const running = state.leases.size
    const oldestAddedMs = this.#jobs.oldestMs(state.id)
    return { waiting: live - running, running, dead, ...(oldestAddedMs !== undefined && { oldestAddedMs }) }
  }

  /** The database belongs to whoever opened it, and is closed there. */
  async [Symbol.asyncDispose](): Promise<void> {}

  /** Jobs that are due after a time, and no dead letters. */
  async *#dueAfter(queue: string, afterMs: number): AsyncGenerator<readonly JobState[]> {
    const state = this.#stateOf(queue)
    for (const { id: lane } of state.lanes.all) {
      for (
        let place: Place | undefined = { dueMs: afterMs, id: Number.MAX_SAFE_INTEGER };
        place !== undefined;
      ) {
        const rows: readonly JobRow[] = this.#jobs.next(lane, place, jobsPerSlice)
        if (rows.length > 0) yield rows.map((row) => this.#stateFrom(state, row))
        place = rows.length < jobsPerSlice ? undefined : rows.at(-1)
      }
    }
  }

  #addSlice(state: QueueState, jobs: readonly NewJob[]): readonly ('added' | 'known')[] {
    const nowMs = this.#now()
    const changed: JobRow[] = []
    const again = new Map<Lease, Asked>()
    const left: number[] = []
    const outcomes: ('added' | 'known')[] = []
    const { lanes } = state
    const add = (job: NewJob, counts: Counts): 'added' | 'known' => {
      const known = this.#jobs.findByKey(state.id, job.key)
      if (known !== undefined && job.onlyNew) return 'known'
      const group = known === undefined ? '' : lanes.byId(known.lane).group
      const asked = askedBy(job, group, lanes, nowMs)
      if (known === undefined) {
        const { key, payload = '' } = job
        changed.push(this.#jobs.insert({ queue: state.id, key, payload, ...asked }))
        counts.live++
        return 'added'
      }
      if (known.isDead) {
        counts.dead--
        counts.live++
      }
      const row = addedAgain(known, asked, lanes, nowMs)
      const { payload = known.payload } = job
      const isNew = row !== known || payload !== known.payload
      if (isNew) this.#jobs.update({ ...row, payload })
      left.push(known.lane, asked.lane)
      const lease = state.leases.get(known.id)
      if (lease !== undefined) {
        const before = again.get(lease) ?? lease.again
        again.set(lease, before === undefined ? asked : better(before, asked, lanes))
      } else if (isNew) changed.push(row)
      return 'known'
    }
    const work = (counts: Counts) => {
      for (const job of jobs) outcomes.push(add(job, counts))
    }
    this.#write(state, jobs.length, work, () => {
      for (const [lease, asked] of again) lease.again = asked
      for (const lane of left) lanes.leave(lane)
      this.#offer(state, changed)
    })
    return outcomes
  }

  /** Notes that jobs are worked on, so that the death of the process counts for them, or offers them again. */
  #begin({ lanes }: QueueState, picked: readonly DueJob[]): void {
    if (picked.length === 0) return
    try {
      this.#database.transaction(() => {
        for (const { row } of picked) this.#jobs.begun(row.id)
      })
    } catch (error) {
      for (const { row, lane } of picked) lanes.offer(lane, row)
      throw error
    }
  }

  #endAll(endings: readonly Ending[]): readonly boolean[] {
    const ended = new Set<string>()
    const states = [...new Set(endings.map(({ job }) => this.#stateOf(job.queue)))]
    const isOwn = !this.#database.sqlite.isTransaction
    const work = () => {
      this.#jobs.begin(endings.length)
      if (isOwn) for (const state of states) sweepLanes(state, endings.length)
      return endings.map((ending) => {
        const { lease } = ending.job
        if (ended.has(lease)) return false
        ended.add(lease)
        return this.#end(ending)
      })
    }
    return this.#database.transaction(work, {
      settle: () => {
        for (const { lanes } of states) lanes.settle()
      },
      undo: () => {
        for (const { lanes } of states) lanes.reset()
      },
    })
  }

  /** Ends what a worker has begun. @returns whether it could, and for `bury` whether the job is dead. */
  #end(ending: Ending): boolean {
    const { job } = ending
    const state = this.#stateOf(job.queue)
    const nowMs = this.#now()
    const lease = state.leases.of(job)
    const row = lease && this.#jobs.find(job.id)
    if (lease === undefined || row === undefined) return false
    let after: JobRow | undefined
    const work = (counts: Counts) => {
      const { again, wokenMs } = lease
      this.#jobs.ended(job.id)
      after = endedJob(ending, { row, lanes: state.lanes, again, wokenMs, nowMs })
      if (after === undefined) this.#jobs.delete(row)
      else this.#jobs.update(after)
      if (after === undefined || after.isDead) counts.live--
      if (after?.isDead) counts.dead++
    }
    this.#write(state, 1, work, () => {
      this.#endLease(state, row)
      if (after !== undefined && !after.isDead) this.#offer(state, [after])
    })
    return ending.how !== 'bury' || after?.isDead === true
  }

  /** Makes jobs whose lease has run out due again. @returns the time. */
  #expire(state: QueueState): number {
    const nowMs = this.#now()
    for (const { id, again } of state.leases.expire(nowMs)) {
      if (again !== undefined) state.lanes.leave(again.lane)
      const row = this.#jobs.find(id)
      if (row !== undefined) state.lanes.offer(state.lanes.byId(row.lane), row)
    }
    return nowMs
  }

  /** A job runs no longer, and is no longer where it was. */
  #endLease({ lanes, leases, alarms }: QueueState, { id, lane }: JobRow): void {
    const { isExclusive } = leases
    const again = leases.get(id)?.again
    leases.end(id)
    for (const one of [lane, again?.lane]) if (one !== undefined) lanes.leave(one)
    if (isExclusive) alarms.notify()
  }

  #offer(state: QueueState, rows: readonly JobRow[]): void {
    for (const row of rows) state.lanes.offer(state.lanes.byId(row.lane), row)
    state.alarms.notify()
  }

  /** Makes all changes, in memory too, or none. @param settle what follows in memory once they are made. */
  #write(state: QueueState, jobs: number, work: (counts: Counts) => void, settle: () => void): void {
    const before = state.counts
    const isOwn = !this.#database.sqlite.isTransaction
    const change = () => {
      this.#jobs.begin(jobs)
      if (isOwn) sweepLanes(state, jobs)
      state.counts = { ...before }
      work(state.counts)
      this.#jobs.flush()
      this.#lastChange.note(this.#now())
      this.#saveCounts.run(state.counts.live, state.counts.dead, state.id)
    }
    this.#database.transaction(change, {
      settle: () => {
        this.#jobs.settle()
        state.lanes.settle()
        settle()
      },
      undo: () => {
        this.#jobs.reset()
        state.lanes.reset()
        state.counts = before
      },
    })
  }

  #stateFrom({ name, lanes, leases }: QueueState, { lane, isDead, ...row }: JobRow): JobState {
    const { priority, group } = lanes.byId(lane)
    const state = isDead ? 'dead' : leases.has(row.id) ? 'running' : 'waiting'
    return { ...row, queue: name, state, priority, group }
  }

  #stateOf(queue: string): QueueState {
    const known = this.#queues.get(queue)
    if (known !== undefined) return known
    const make = () => {
      const { lastInsertRowid } = this.#database.sqlite
        .prepare('INSERT INTO queue (name, live, dead) VALUES (?, 0, 0)')
        .run(queue)
      const state = this.#newState(Number(lastInsertRowid), queue, { live: 0, dead: 0 })
      this.#queues.set(queue, state)
      return state
    }
    return this.#database.transaction(make, { undo: () => this.#queues.delete(queue) })
  }

  #newState(id: number, name: string, counts: Counts): QueueState {
    const holds = new Holds(this.#database.sqlite, id)
    const lanes = new Lanes(this.#database.sqlite, id, (group) => holds.lastMs(group))
    return { id, name, counts, lanes, leases: new Leases(), holds, alarms: new Alarms(this.#now) }
  }
}

/** Makes up for what a change of `jobs` jobs leaves to do. Only where no other change waits to be committed. */
function sweepLanes({ lanes, leases }: QueueState, jobs: number): void {
  lanes.sweep(2 * jobs + 10, (id) => leases.awaits(id))
}

const defaultLeaseMs = 60_000

/** How many jobs one transaction adds: about 10 ms, after which others have their turn. */
const jobsPerSlice = 1000

const nobody: ReadonlySet<string> = new Set()
const endless = () => Number.POSITIVE_INFINITY

interface Counts {
  /** Those that wait or run. */
  live: number
  dead: number
}

interface QueueState {
  readonly id: number
  readonly name: string
  counts: Counts
  readonly lanes: Lanes
  readonly leases: Leases
  readonly holds: Holds
  readonly alarms: Alarms
}
