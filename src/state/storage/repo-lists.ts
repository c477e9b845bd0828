import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { RepoStatus } from '../../model/repo.ts'
import { type RepoColumns, repoColumns, rowFrom, statusNumber } from './repo-columns.ts'
import type { RepoState } from './storage.ts'

/** Reads repos in the order of their DIDs. */
export class RepoLists {
  readonly #all: StatementSync
  readonly #byStatus: StatementSync
  readonly #withHeld: StatementSync

  constructor(sqlite: DatabaseSync) {
    const prepare = (rest: string) => {
      const statement = sqlite.prepare(`SELECT ${repoColumns} FROM repo ${rest}`)
      statement.setReturnArrays(true)
      return statement
    }
    this.#all = prepare('WHERE did > ? ORDER BY did')
    this.#byStatus = prepare('WHERE status = ? AND did > ? ORDER BY did')
    this.#withHeld = prepare('WHERE held > 0 AND did > ? ORDER BY did LIMIT ?')
  }

  /**
   * At most `limit` repos after the DID `after`.
   *
   * @returns also where the next page begins; undefined where there is none.
   */
  page({ status, confirmedBeforeMs = Number.POSITIVE_INFINITY, after, limit }: RepoListQuery): RepoList {
    const rows =
      status === undefined ? this.#all.iterate(after) : this.#byStatus.iterate(statusNumber(status), after)
    const repos: RepoState[] = []
    let last = after
    let visited = 0
    for (const columns of rows as Iterable<unknown> as Iterable<RepoColumns>) {
      // Only a repo that follows proves that there is another page.
      if (repos.length >= limit || visited >= maxVisited) return { repos, next: last }
      visited++
      last = columns[1]
      if ((columns[11] ?? Number.NEGATIVE_INFINITY) < confirmedBeforeMs) repos.push(rowFrom(columns).state)
    }
    return { repos }
  }

  withHeld(after: string, limit: number): readonly RepoState[] {
    const rows = this.#withHeld.all(after, limit) as unknown as RepoColumns[]
    return rows.map((columns) => rowFrom(columns).state)
  }
}

export interface RepoListQuery {
  readonly status: RepoStatus | undefined
  readonly confirmedBeforeMs: number | undefined
  readonly after: string
  readonly limit: number
}

export interface RepoList {
  readonly repos: readonly RepoState[]
  readonly next?: string
}

/** How many repos one page may visit before it returns a cursor, so that none holds up everything else. */
const maxVisited = 2000
