/**
 * Keeps what was looked up, for a time and up to a size; what was used longest ago goes first. Each entry belongs to
 * an owner, such as an account, and goes when that changes: nobody is given what was true before a change once the
 * change can be seen elsewhere.
 */
export interface Cache<Value> extends AsyncDisposable {
  /**
   * Finds what is kept, and loads the rest together.
   *
   * What `load` returns is kept unless it is undefined, or its owner has changed since `get` was called: that may be
   * the state before.
   *
   * @param load finds the values of these look-ups, in their order. Not called when there are none.
   * @returns the values, in the order of `lookups`; each was true at some moment while this went on.
   */
  get(lookups: readonly Lookup[], load: Load<Value>): Promise<readonly (Value | undefined)[]>

  /**
   * Runs work that changes what is looked up. What the changes concern is dropped before, and nothing of their owners is
   * kept until it ends, well or not.
   */
  change<Result>(changes: readonly Change[] | 'everything', work: () => Promise<Result>): Promise<Result>

  /** Drops entries whose values were changed elsewhere; look-ups under way keep nothing of their owners. */
  drop(changes: readonly Change[] | 'everything'): Promise<void>

  /** How much there is, kept up to date, so that asking is cheap. */
  totals(): Promise<CacheTotals>
}

export interface Lookup {
  readonly key: string
  /** Whose it is, such as a DID. */
  readonly owner: string
}

export type Load<Value> = (missing: readonly Lookup[]) => Promise<readonly (Value | undefined)[]>

export interface Change {
  readonly owner: string
  /** Which entries of the owner. @default all of them */
  readonly keys?: readonly string[]
}

export interface CacheTotals {
  readonly entries: number
  /** What keys and values take, estimated, in bytes. */
  readonly sizeBytes: number
  /** Entries that made room for others, since the start. */
  readonly evictions: number
}
