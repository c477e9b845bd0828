import type { DatabaseSync, StatementSync } from 'node:sqlite'
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
}

/** The lanes of one queue, and whose turn it is. */
export class Lanes {
  readonly #queue: number
  readonly #insert: StatementSync
  readonly #byName = new Map<string, Lane>()
  readonly #byId = new Map<number, Lane>()
  /** Those that may have jobs, by priority; within one, the lane served last is the last. */
  readonly #waiting = new Map<number, Set<Lane>>()
  /** Made by a transaction that is not committed yet. */
  #made: Lane[] = []

  constructor(sqlite: DatabaseSync, queue: number, hasDead: boolean) {
    this.#queue = queue
    this.#insert = sqlite.prepare('INSERT INTO queue_lane (queue, priority, name) VALUES (?, ?, ?)')
    const first = 'SELECT due FROM queue_job j WHERE j.lane = l.id AND j.dead = 0 ORDER BY due LIMIT 1'
    if (!hasDead) {
      sqlite.prepare(`DELETE FROM queue_lane AS l WHERE queue = ? AND NOT EXISTS (${first})`).run(queue)
    }
    const lanes = sqlite.prepare(
      `SELECT id, priority, name, (${first}) AS due FROM queue_lane l WHERE queue = ? ORDER BY id`,
    )
    for (const row of lanes.all(queue)) {
      const { id, priority, name, due } = row as {
        id: number
        priority: number
        name: string
        due: number | null
      }
      const lane = this.#remember(id, priority, name)
      if (due !== null) this.offer(lane, { dueMs: due, id: 0 })
    }
  }

  get all(): readonly Lane[] {
    return [...this.#byId.values()]
  }

  byId(id: number): Lane {
    const lane = this.#byId.get(id)
    if (lane === undefined) throw new Error(`the database has no lane ${id} of queue ${this.#queue}`)
    return lane
  }

  /** The lane of a priority and a group, made inside a transaction if it is new. */
  of(priority: number, group: string): Lane {
    const known = this.#byName.get(`${priority} ${group}`)
    if (known !== undefined) return known
    const { lastInsertRowid } = this.#insert.run(this.#queue, priority, group)
    const lane = this.#remember(Number(lastInsertRowid), priority, group)
    this.#made.push(lane)
    return lane
  }

  /** Tells that a job waits at a place of a lane. */
  offer(lane: Lane, { dueMs, id }: Place): void {
    const { after } = lane
    if (dueMs < after.dueMs || (dueMs === after.dueMs && id <= after.id)) lane.after = { dueMs, id: id - 1 }
    lane.nextDueMs = Math.min(lane.nextDueMs, dueMs)
    const waiting = this.#waiting.get(lane.priority)
    if (waiting === undefined) this.#waiting.set(lane.priority, new Set([lane]))
    else waiting.add(lane)
  }

  /**
   * Goes around the lanes that have something due: the smallest priority first, and those of the same one in turn,
   * again and again, until `serve` has had enough or nothing is due.
   *
   * @param serve takes from a lane; `share` of what it wants is the part of this lane in a round.
   * @returns when nothing is wanted any more, or left.
   */
  serve(
    nowMs: number,
    without: ReadonlySet<string>,
    serve: (lane: Lane, share: number) => 'more' | 'enough',
  ): void {
    for (const priority of [...this.#waiting.keys()].sort((a, b) => a - b)) {
      const lanes = this.#waiting.get(priority) as Set<Lane>
      for (const lane of lanes) {
        if (lane.nextDueMs > nowMs || without.has(lane.group)) continue
        const answer = serve(lane, 1 / lanes.size)
        // A set is visited in the order of insertion, what is inserted meanwhile included: its next turn in this round.
        lanes.delete(lane)
        if (lane.nextDueMs !== Number.POSITIVE_INFINITY) lanes.add(lane)
        if (answer === 'enough') return
      }
      if (lanes.size === 0) this.#waiting.delete(priority)
    }
  }

  /** When the first job may be taken; Infinity when none waits. @param held until when groups are held. */
  nextDueMs(without: ReadonlySet<string>, held: ReadonlyMap<string, number>): number {
    let next = Number.POSITIVE_INFINITY
    for (const lanes of this.#waiting.values()) {
      for (const { nextDueMs, group } of lanes) {
        if (nextDueMs < next && !without.has(group))
          next = Math.min(next, Math.max(nextDueMs, held.get(group) ?? 0))
      }
    }
    return next
  }

  settle(): void {
    this.#made = []
  }

  reset(): void {
    for (const { id, priority, group } of this.#made) {
      this.#byId.delete(id)
      this.#byName.delete(`${priority} ${group}`)
    }
    this.#made = []
  }

  #remember(id: number, priority: number, group: string): Lane {
    const after = { dueMs: Number.MIN_SAFE_INTEGER, id: 0 }
    const lane: Lane = { id, priority, group, after, nextDueMs: Number.POSITIVE_INFINITY }
    this.#byId.set(id, lane)
    this.#byName.set(`${priority} ${group}`, lane)
    return lane
  }
}
