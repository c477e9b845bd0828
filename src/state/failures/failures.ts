import type { Did } from '../../model/did.ts'
import type { SyncFailure, SyncTrigger } from '../../model/sync.ts'

/** Remembers why sync runs have failed, the latest few of each repo. */
export interface Failures {
  add(did: Did, failure: Failure): Promise<void>
  /** The latest first. */
  list(did: Did): Promise<readonly Failure[]>
  /** Forgets those of a repo that is not kept any more. */
  clear(did: Did): Promise<void>
}

/** One failed run. */
export interface Failure {
  /** In ms since 1970. */
  readonly atMs: number
  readonly trigger: SyncTrigger
  readonly reason: SyncFailure
  readonly message: string
}
