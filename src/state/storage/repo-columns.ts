import type { SQLInputValue } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import { type RepoStatus, repoStatuses } from '../../model/repo.ts'
import { cidToColumn, columnToCid } from './cid-column.ts'
import { type ContentStatus, hiddenStatuses, type RepoState } from './storage.ts'

export interface RepoRow {
  /** The number that its records carry. Another set of records brings another number. */
  readonly id: number
  readonly state: RepoState
}

/** The columns of `repo` that `rowFrom` reads. */
export const repoColumns =
  'id, did, status, content, rev, data, handle, position, updated_at, desync, run, confirmed_at, held, account_position'

export type RepoColumns = [
  id: number,
  did: Did,
  status: number,
  content: number,
  rev: string | null,
  data: Uint8Array | string | null,
  handle: string | null,
  position: number | null,
  updatedAt: number,
  desync: string | null,
  run: string | null,
  confirmedAt: number | null,
  held: number,
  accountPosition: number | null,
]

/** The columns that most changes of a repo touch, in the order of `changingValues`. */
export const changingColumns = [
  'rev',
  'data',
  'handle',
  'position',
  'account_position',
  'updated_at',
  'desync',
  'run',
  'confirmed_at',
] as const

export function changingValues(repo: RepoState): SQLInputValue[] {
  return [
    repo.rev ?? null,
    repo.data === undefined ? null : cidToColumn(repo.data),
    repo.handle ?? null,
    repo.position ?? null,
    repo.accountPosition ?? null,
    repo.updatedAtMs,
    repo.desync === undefined ? null : JSON.stringify(repo.desync),
    repo.run === undefined ? null : JSON.stringify(repo.run),
    repo.confirmedAtMs ?? null,
  ]
}

export function rowFrom(columns: RepoColumns): RepoRow {
  const [id, did, status, content, rev, data, handle, position, updatedAtMs] = columns
  const [, , , , , , , , , desync, run, confirmedAtMs, held, accountPosition] = columns
  return {
    id,
    state: {
      did,
      status: statusOf(status),
      content: statusOf(content) as ContentStatus,
      ...(rev !== null && { rev }),
      ...(data !== null && { data: columnToCid(data) }),
      ...(desync !== null && { desync: JSON.parse(desync) }),
      ...(run !== null && { run: JSON.parse(run) }),
      ...(held > 0 && { held }),
      ...(confirmedAtMs !== null && { confirmedAtMs }),
      ...(handle !== null && { handle }),
      ...(position !== null && { position }),
      ...(accountPosition !== null && { accountPosition }),
      updatedAtMs,
    },
  }
}

/** Repos with this number and above are hidden. */
export const firstHidden = repoStatuses.indexOf(hiddenStatuses[0])

/** The place in `repoStatuses`, which therefore must only ever grow at its end. */
export function statusNumber(status: RepoStatus): number {
  return repoStatuses.indexOf(status)
}

export function statusOf(number: number): RepoStatus {
  return repoStatuses[number] ?? 'pending'
}
