import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import { type RepoStatus, repoStatuses } from '../../model/repo.ts'
import { cidToColumn, columnToCid } from './cid-column.ts'
import { type ContentStatus, hiddenStatuses, type RepoState } from './storage.ts'

export interface RepoRow {
  readonly id: number
  readonly state: RepoState
}

/** The repos, with those last used in memory. What writes must run inside a transaction. */
export class RepoTable {
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #updateStatus: StatementSync
  readonly #list: StatementSync
  readonly #listByStatus: StatementSync
  readonly #countByStatus: StatementSync
  readonly #recent = new Map<Did, RepoRow>()
  #byStatus: Record<RepoStatus, number>

  constructor(sqlite: DatabaseSync) {
    const columns = 'id, did, status, content, rev, data, handle, position, updated_at'
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#select = prepare(`SELECT ${columns} FROM repo WHERE did = ?`)
    this.#insert = prepare(
      `INSERT INTO repo (rev, data, handle, position, updated_at, did, status, content)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    // Naming the status would rewrite its index each time.
    this.#update = prepare(
      'UPDATE repo SET rev = ?, data = ?, handle = ?, position = ?, updated_at = ? WHERE id = ?',
    )
    this.#updateStatus = prepare('UPDATE repo SET status = ?, content = ? WHERE id = ?')
    this.#list = prepare(`SELECT ${columns} FROM repo WHERE did > ? ORDER BY did LIMIT ?`)
    this.#listByStatus = prepare(
      `SELECT ${columns} FROM repo WHERE status = ? AND did > ? ORDER BY did LIMIT ?`,
    )
    this.#countByStatus = prepare('SELECT status, count(*) FROM repo GROUP BY status')
    this.#byStatus = this.#countAll()
  }

  get byStatus(): Readonly<Record<RepoStatus, number>> {
    return { ...this.#byStatus }
  }

  find(did: Did): RepoRow | undefined {
    const recent = this.#recent.get(did)
    if (recent !== undefined) return recent
    const columns = this.#select.get(did) as Columns | undefined
    return columns === undefined ? undefined : this.#remember(rowFrom(columns))
  }

  /** @returns the number of the repo, which never changes. */
  save(repo: RepoState): number {
    const known = this.find(repo.did)
    const values: SQLInputValue[] = [
      repo.rev ?? null,
      repo.data === undefined ? null : cidToColumn(repo.data),
      repo.handle ?? null,
      repo.position ?? null,
      repo.updatedAtMs,
    ]
    if (known === undefined) {
      const { lastInsertRowid } = this.#insert.run(
        ...values,
        repo.did,
        statusNumber(repo.status),
        statusNumber(repo.content),
      )
      this.#byStatus[repo.status]++
      return this.#remember({ id: Number(lastInsertRowid), state: repo }).id
    }
    const { id, state } = known
    if (state === repo) return id
    this.#update.run(...values, id)
    if (state.status !== repo.status || state.content !== repo.content) {
      this.#updateStatus.run(statusNumber(repo.status), statusNumber(repo.content), id)
      this.#byStatus[state.status]--
      this.#byStatus[repo.status]++
    }
    this.#recent.set(repo.did, { id, state: repo })
    return id
  }

  list(status: RepoStatus | undefined, after: string, limit: number): readonly RepoState[] {
    const rows =
      status === undefined
        ? this.#list.all(after, limit)
        : this.#listByStatus.all(statusNumber(status), after, limit)
    return (rows as unknown as Columns[]).map((columns) => rowFrom(columns).state)
  }

  /** Drops what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#recent.clear()
    this.#byStatus = this.#countAll()
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

  #countAll(): Record<RepoStatus, number> {
    const counts = Object.fromEntries(repoStatuses.map((status) => [status, 0])) as Record<RepoStatus, number>
    for (const [status, count] of this.#countByStatus.all() as unknown as [number, number][]) {
      counts[statusOf(status)] = count
    }
    return counts
  }
}

/** Repos with this number and above are hidden. */
export const firstHidden = repoStatuses.indexOf(hiddenStatuses[0])

const maxRecent = 50_000

type Columns = [
  id: number,
  did: Did,
  status: number,
  content: number,
  rev: string | null,
  data: Uint8Array | string | null,
  handle: string | null,
  position: number | null,
  updatedAt: number,
]

function rowFrom([id, did, status, content, rev, data, handle, position, updatedAtMs]: Columns): RepoRow {
  return {
    id,
    state: {
      did,
      status: statusOf(status),
      content: statusOf(content) as ContentStatus,
      ...(rev !== null && { rev }),
      ...(data !== null && { data: columnToCid(data) }),
      ...(handle !== null && { handle }),
      ...(position !== null && { position }),
      updatedAtMs,
    },
  }
}

/** The place in `repoStatuses`, which therefore must only ever grow at its end. */
function statusNumber(status: RepoStatus): number {
  return repoStatuses.indexOf(status)
}

function statusOf(number: number): RepoStatus {
  return repoStatuses[number] ?? 'pending'
}
