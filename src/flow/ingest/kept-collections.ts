import type { Nsid } from '../../model/nsid.ts'
import { collectionMatcher } from './collections.ts'

/** The collections that are kept. Changes while the service runs; what follows from that is up to the caller. */
export class KeptCollections {
  #patterns: readonly string[]
  #matcher: ReturnType<typeof collectionMatcher>

  /**
   * @param patterns names, or prefixes such as `app.bsky.feed.*`; none mean all.
   * @throws {SetupError} when a pattern cannot match any collection.
   */
  constructor(patterns: readonly string[] = []) {
    this.#patterns = patterns
    this.#matcher = collectionMatcher(patterns)
  }

  get patterns(): readonly string[] {
    return this.#patterns
  }

  get keepsAll(): boolean {
    return this.#matcher === undefined
  }

  has(collection: Nsid): boolean {
    return this.#matcher?.(collection) ?? true
  }

  /** Keeps these from now on. @throws {SetupError} when a pattern cannot match any collection. */
  set(patterns: readonly string[]): void {
    this.#matcher = collectionMatcher(patterns)
    this.#patterns = patterns
  }
}
