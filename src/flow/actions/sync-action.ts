import { isDid } from '../../model/did.ts'
import { NotKeptError, RateLimitedError } from '../../model/errors.ts'
import { type FieldPath, parsePath } from '../../model/field-path.ts'
import { valuesAt } from '../../model/record-values.ts'
import type { SyncOnce } from '../../model/sync.ts'
import type { RunAction } from './run-action.ts'

export interface SyncActionOptions {
  /** @throws {NotKeptError} for a repo that is not kept here, besides what a sync run throws. */
  readonly syncOnce: SyncOnce
  /** Where the record names the repo, by a DID. @default the repo of the record is synced */
  readonly field?: string
}

/** Brings a repo up to date with its host: the one that has changed, or one that the record names. */
export function createSyncAction({ syncOnce, field }: SyncActionOptions): RunAction {
  const path: FieldPath | undefined = field === undefined ? undefined : parsePath(field)
  return async ({ event }) => {
    const named = path === undefined ? [event.did] : valuesAt(event.record?.value, path)
    const did = named.find(isDid)
    if (did === undefined)
      return { success: false, error: `${event.uri} names no DID in ${field}`, isFinal: true }
    try {
      await syncOnce(did, 'observer')
      return { success: true }
    } catch (error) {
      const { message } = error as Error
      if (error instanceof NotKeptError) return { success: false, error: message, isFinal: true }
      if (error instanceof RateLimitedError && error.retryAfterMs !== undefined)
        return { success: false, error: message, retryAfterMs: error.retryAfterMs }
      throw error
    }
  }
}
