import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import { type RepoStatus, repoStatuses } from '../../model/repo.ts'
import type { Numbers } from './numbers.ts'
import {
  changingColumns,
  changingValues,
  type RepoColumns,
  type RepoRow,
  repoColumns,
  rowFrom,
  statusNumber,
  statusOf,
} from './repo-columns.ts'
import type { RepoState } from './storage.ts'

/** The repos, with those last used in memory. What writes must run inside a transaction. */
export class RepoTable {
  readonly #numbers: Numbers
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #updateStatus: StatementSync
  readonly #updateHeld: StatementSync
  readonly #updateId: StatementSync
  readonly #delete: StatementSync
  readonly #count: StatementSync
  readonly #countHeld: StatementSync
  readonly #recent = new Map<Did, RepoRow>()
  #byStatus: Record<RepoStatus, number>
  #heldEvents: number

  /** @param numbers those of the repos, which the caller flushes and resets. */
  constructor(sqlite: DatabaseSync, numbers: Numbers) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#numbers = numbers
    this.#select = prepare(`SELECT ${repoColumns} FROM repo WHERE did = ?`)
    this.#insert = prepare(
      `INSERT INTO repo (${changingColumns}, id, did, status, content, held)
       VALUES (${changingColumns.map(() => '?')}, ?, ?, ?, ?, 0)`,
    )
    // Naming the status, or how many events are held, would rewrite their indexes each time.
    this.#update = prepare(`UPDATE repo SET ${changingColumns.map((column) => `${column} = ?`)} WHERE id = ?`)
    this.#updateStatus = prepare('UPDATE repo SET status = ?, content = ? WHERE id = ?')
    this.#updateHeld = prepare('UPDATE repo SET held = ? WHERE id = ?')
    this.#updateId = prepare('UPDATE repo SET id = ? WHERE id = ?')
    this.#delete = prepare('DELETE FROM repo WHERE id = ?')
    this.#count = prepare('SELECT status, count(*) FROM repo GROUP BY status')
    this.#countHeld = prepare('SELECT coalesce(sum(held), 0) FROM repo WHERE held > 0')
    this.#byStatus = this.#countByStatus()
    this.#heldEvents = this.#countHeldEvents()
  }

  get byStatus(): Readonly<Record<RepoStatus, number>> {
    return { ...this.#byStatus }
  }

  get heldEvents(): number {
    return this.#heldEvents
  }

  find(did: Did): RepoRow | undefined {
    const recent = this.#recent.get(did)
    if (recent !== undefined) return recent
    const columns = this.#select.get(did) as RepoColumns | undefined
    return columns === undefined ? undefined : this.#remember(rowFrom(columns))
  }

  /**
   * Saves everything but how many of its events are held, which `addHeld` alone changes.
   *
   * @returns the number of the repo.
   */
  save(repo: RepoState): number {
    const known = this.find(repo.did)
    if (known === undefined) {
      const id = this.#numbers.take()
      const [status, content] = [statusNumber(repo.status), statusNumber(repo.content)]
      this.#insert.run(...changingValues(repo), id, repo.did, status, content)
      this.#byStatus[repo.status]++
      return this.#remember({ id, state: withHeld(repo, undefined) }).id
    }
    const { id, state } = known
    if (state === repo) return id
    this.#update.run(...changingValues(repo), id)
    if (state.status !== repo.status || state.content !== repo.content) {
      this.#updateStatus.run(statusNumber(repo.status), statusNumber(repo.content), id)
      this.#byStatus[state.status]--
      this.#byStatus[repo.status]++
    }
    this.#recent.set(repo.did, { id, state: withHeld(repo, state.held) })
    return id
  }

  /**
   * Gives a repo that is known another number, so that other records are its records: none if the number is new.
   *
   * @returns the number it had.
   */
  renumber(did: Did, id: number): number {
    const { id: before, state } = this.#get(did)
    this.#updateId.run(id, before)
    this.#recent.set(did, { id, state })
    return before
  }

  /** Counts events of a repo that is known: held from now on, or, with a minus, no longer. */
  addHeld(did: Did, events: number): void {
    const { id, state } = this.#get(did)
    const held = (state.held ?? 0) + events
    this.#updateHeld.run(held, id)
    this.#heldEvents += events
    this.#recent.set(did, { id, state: withHeld(state, held || undefined) })
  }

  /** @returns the number it had; undefined when there is no such repo. */
  remove(did: Did): number | undefined {
    const known = this.find(did)
    if (known === undefined) return undefined
    const { id, state } = known
    this.#delete.run(id)
    this.#recent.delete(did)
    this.#byStatus[state.status]--
    this.#heldEvents -= state.held ?? 0
    return id
  }

  /** Drops what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#recent.clear()
    this.#byStatus = this.#countByStatus()
    this.#heldEvents = this.#countHeldEvents()
  }

  #get(did: Did): RepoRow {
    const known = this.find(did)
    if (known === undefined) throw new Error(`the repo ${did} is not saved`)
    return known
  }

  #remember(row: RepoRow): RepoRow {
    if (this.#recent.size >= maxRecent) {
      for (const oldest of this.#recent.keys()) {
        this.#recent.delete(oldest)
        break
      }
    }
    this.#recent.set(row.state.did, row)
    return row
  }

  #countByStatus(): Record<RepoStatus, number> {
    const counts = Object.fromEntries(repoStatuses.map((status) => [status, 0])) as Record<RepoStatus, number>
    for (const [status, count] of this.#count.all() as unknown as [number, number][]) {
      counts[statusOf(status)] = count
    }
    return counts
  }

  #countHeldEvents(): number {
    const [events] = this.#countHeld.get() as unknown as [number]
    return events
  }
}

const maxRecent = 50_000

function withHeld(repo: RepoState, held: number | undefined): RepoState {
  if (repo.held === held) return repo
  const { held: _, ...rest } = repo
  return held === undefined ? rest : { ...rest, held }
}
