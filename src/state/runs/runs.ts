import type { SyncRun, SyncTrigger } from '../../model/sync.ts'

/**
 * Sync runs that a command made on the data folder while no node ran there. The next node that starts counts them as
 * its own.
 */
export interface Runs {
  /** Once it resolves, the run outlives this process. */
  add(run: KeptRun): Promise<void>

  /** Hands over all that is kept, in the order in which it was added, and keeps it no longer: nobody gets it again. */
  take(): Promise<readonly KeptRun[]>
}

/** A run that has ended, or a call that joined one. */
export type KeptRun =
  | ({ readonly kind: 'run' } & SyncRun)
  | { readonly kind: 'join'; readonly trigger: SyncTrigger }
