import { createHash } from 'node:crypto'
import type { Storage } from '../../state/storage/storage.ts'
import { type Novelty, newNovelty } from './novelty.ts'
import { newTrail, type Trail } from './trail.ts'

/** How far an enumeration has come. */
export interface EnumerationState {
  /** Stands for what is enumerated; of anything else the state says nothing. */
  readonly scope: string
  isComplete: boolean
  pages: number
  /** Repos that hosts have listed. */
  fetched: number
  /** Of these, the ones that are wanted. */
  written: number
  /** Hosts that were enumerated to their end, or given up. */
  hostsDone: number
  /** What is being walked through. */
  listings: Listing[]
  /** Asks for the next page of hosts; `''` for the first one; absent where no hosts follow. */
  hostsCursor?: string
  hostsTrail: Trail
  hostsNovelty: Novelty
  /** How often that was refused, and the hosts were begun again. */
  hostsRestarts: number
}

/** One host that is walked through. */
export interface Listing {
  readonly host: string
  /** Whether it is one of many, which is given up where it does not answer. */
  readonly isOneOfMany: boolean
  /** How many of the collections are done; absent where it is not enumerated by collection. */
  collectionsDone?: number
  cursor?: string
  trail: Trail
  novelty: Novelty
  /** How often its cursor was refused, and it was begun again. */
  restarts: number
  /** Repos and pages so far. */
  size: number
  isDone: boolean
}

export function newState(scope: string, listings: Listing[]): EnumerationState {
  return {
    scope,
    isComplete: false,
    pages: 0,
    fetched: 0,
    written: 0,
    hostsDone: 0,
    hostsRestarts: 0,
    hostsTrail: newTrail(),
    hostsNovelty: newNovelty(),
    listings,
  }
}

/** A short text that is the same for the same parts. */
export function scopeOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/** @returns undefined where nothing is kept, or something of another scope. */
export async function loadState(
  storage: Pick<Storage, 'note'>,
  key: string,
  scope: string,
): Promise<EnumerationState | undefined> {
  const text = await storage.note(key)
  if (text === undefined) return undefined
  const state: EnumerationState = JSON.parse(text)
  return state.scope === scope ? state : undefined
}
