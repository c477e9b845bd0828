import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Place } from './job-table.ts'
import type { Lane } from './lane.ts'
import { LaneHeap } from './lane-heap.ts'

/**
 * The lanes of one queue, and whose turn it is. Those that wait for a time are ordered by it, so that what is added and
 * taken costs the same however many there are; those without jobs are swept.
 */
export class Lanes {
  readonly #queue: number
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #isUsed: StatementSync
  readonly #byName = new Map<string, Lane>()
  readonly #byId = new Map<number, Lane>()
  /** Those that had something due when it was last asked, by priority; within one, the lane served last is the last. */
  readonly #due = new Map<number, Set<Lane>>()
  /** Those that may have something due later. */
  readonly #later = new LaneHeap()
  /** Those that jobs have left. */
  readonly #left = new Set<Lane>()
  readonly #priorities = new Set<number>()
  readonly #heldUntilMs: (group: string) => number
  /** Made and removed by a transaction that is not committed yet. */
  #made: Lane[] = []
  #swept = new Set<Lane>()

  /** @param heldUntilMs until when a group is held, or was. */
  constructor(sqlite: DatabaseSync, queue: number, heldUntilMs: (group: string) => number) {
    this.#queue = queue
    this.#heldUntilMs = heldUntilMs
    this.#insert = sqlite.prepare('INSERT INTO queue_lane (queue, priority, name) VALUES (?, ?, ?)')
    this.#delete = sqlite.prepare('DELETE FROM queue_lane WHERE id = ?')
    const isUsed = (lane: string) => `(EXISTS (SELECT 1 FROM queue_job WHERE lane = ${lane} AND dead = 0)
      OR EXISTS (SELECT 1 FROM queue_job WHERE lane = ${lane} AND dead = 1))`
    this.#isUsed = sqlite.prepare(`SELECT ${isUsed('?1')} AS used`)
    sqlite.prepare(`DELETE FROM queue_lane AS l WHERE queue = ? AND NOT ${isUsed('l.id')}`).run(queue)
    const first = 'SELECT due FROM queue_job j WHERE j.lane = l.id AND j.dead = 0 ORDER BY due LIMIT 1'
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
    if (known !== undefined && !this.#swept.has(known)) return known
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
    if (!this.#due.get(lane.priority)?.has(lane)) this.#putOff(lane)
  }

  /** Tells that a group is held for longer than it was. */
  hold(group: string): void {
    for (const priority of this.#priorities) {
      const lane = this.#byName.get(nameOf({ priority, group }))
      if (lane === undefined || lane.nextDueMs === Number.POSITIVE_INFINITY) continue
      this.#due.get(priority)?.delete(lane)
      this.#putOff(lane)
    }
  }

  /** Tells that a job is no longer in a lane, which may have been its last. */
  leave(id: number): void {
    const lane = this.#byId.get(id)
    if (lane !== undefined) this.#left.add(lane)
  }

  /**
   * Removes up to `limit` lanes that no job is in. Comes first in a transaction, before any lane is looked at.
   *
   * @param isAwaited whether a job is to come into a lane that has left another one.
   */
  sweep(limit: number, isAwaited: (id: number) => boolean): void {
    let rest = limit
    for (const lane of this.#left) {
      if (rest-- === 0) return
      const isUsed = isAwaited(lane.id) || this.#isUsed.get(lane.id)?.used === 1
      if (isUsed) this.#left.delete(lane)
      else {
        this.#delete.run(lane.id)
        this.#swept.add(lane)
      }
    }
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
    this.#becomeDue(nowMs)
    for (const priority of [...this.#due.keys()].sort((a, b) => a - b)) {
      const lanes = this.#due.get(priority) as Set<Lane>
      for (const lane of lanes) {
        if (without.has(lane.group)) continue
        const answer = serve(lane, 1 / lanes.size)
        // A set is visited in the order of insertion, what is inserted meanwhile included: its next turn in this round.
        lanes.delete(lane)
        if (lane.nextDueMs <= nowMs) lanes.add(lane)
        else this.#putOff(lane)
        if (answer === 'enough') return
      }
      if (lanes.size === 0) this.#due.delete(priority)
    }
  }

  /** When the first job may be taken; Infinity when none waits. */
  nextDueMs(without: ReadonlySet<string>): number {
    for (const lanes of this.#due.values()) {
      for (const { nextDueMs, group } of lanes) if (!without.has(group)) return nextDueMs
    }
    return this.#later.wakeMs(({ group }) => without.has(group))
  }

  settle(): void {
    for (const lane of this.#swept) {
      const name = nameOf(lane)
      if (this.#byName.get(name) === lane) this.#byName.delete(name)
      if (this.#byId.get(lane.id) === lane) this.#byId.delete(lane.id)
      this.#left.delete(lane)
      this.#later.delete(lane)
      this.#due.get(lane.priority)?.delete(lane)
    }
    this.#forget()
  }

  reset(): void {
    for (const lane of this.#made) {
      this.#byId.delete(lane.id)
      this.#byName.delete(nameOf(lane))
    }
    for (const lane of this.#swept) {
      this.#byId.set(lane.id, lane)
      this.#byName.set(nameOf(lane), lane)
    }
    this.#forget()
  }

  #forget(): void {
    this.#made = []
    this.#swept = new Set()
  }

  #putOff(lane: Lane): void {
    this.#later.delete(lane)
    if (lane.nextDueMs === Number.POSITIVE_INFINITY) return
    lane.wakeMs = Math.max(lane.nextDueMs, this.#heldUntilMs(lane.group))
    this.#later.put(lane)
  }

  #becomeDue(nowMs: number): void {
    for (;;) {
      const lane = this.#later.first
      if (lane === undefined || lane.wakeMs > nowMs) return
      this.#later.delete(lane)
      const lanes = this.#due.get(lane.priority)
      if (lanes === undefined) this.#due.set(lane.priority, new Set([lane]))
      else lanes.add(lane)
    }
  }

  #remember(id: number, priority: number, group: string): Lane {
    const after = { dueMs: Number.MIN_SAFE_INTEGER, id: 0 }
    const never = Number.POSITIVE_INFINITY
    const lane: Lane = { id, priority, group, after, nextDueMs: never, wakeMs: never }
    this.#priorities.add(priority)
    this.#byId.set(id, lane)
    this.#byName.set(nameOf(lane), lane)
    return lane
  }
}

function nameOf({ priority, group }: Pick<Lane, 'priority' | 'group'>): string {
  return `${priority} ${group}`
}
