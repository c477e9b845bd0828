import type { Did } from '../../model/did.ts'
import type { RunAction } from './run-action.ts'

/** What a cache can forget: one record, all of a repo, or who an account is. */
export type Forgettable = 'record' | 'repo' | 'identity'

export type Forget = (what: Forgettable, place: { readonly did: Did; readonly uri: string }) => Promise<void>

export interface CacheActionOptions {
  readonly forget: Forget
  readonly what: Forgettable
}

/** Drops what was looked up before about a record, a repo or an account, so that it is looked up anew. */
export function createCacheAction({ forget, what }: CacheActionOptions): RunAction {
  return async ({ event }) => {
    await forget(what, event)
    return { success: true }
  }
}
