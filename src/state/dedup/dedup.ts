/**
 * Remembers keys for a window, so that what is asked for twice is done once.
 *
 * A window is measured in time that the service runs. A clock that is set, and a time in which the service does not
 * run, make it neither shorter nor endless: what is read again after an outage is still known.
 */
export interface Dedup extends AsyncDisposable {
  /**
   * Claims keys, all or, when it rejects, none of them. A key can be claimed again once the window that it was claimed
   * for has passed; asking for it meanwhile does not prolong that. Once it resolves, it outlives the death of this
   * process.
   *
   * @param scope keeps the keys of different uses apart.
   * @param windowMs how long they are remembered, in ms.
   * @returns for each key, in order, whether it was claimed now; false for a duplicate, also of one before it in `keys`.
   * @throws {InvalidError} when the window is none, or longer than ten years.
   */
  claim(scope: string, keys: readonly string[], windowMs: number): Promise<readonly boolean[]>

  /** For each key, in order, whether it is claimed now. Changes nothing, and does not count as a check. */
  has(scope: string, keys: readonly string[]): Promise<readonly boolean[]>

  /** Gives keys back before their window has passed, since what they were claimed for was not done. */
  release(scope: string, keys: readonly string[]): Promise<void>

  /** How many there are, kept up to date with each change, so that asking is cheap. */
  totals(): Promise<DedupTotals>
}

export interface DedupTotals {
  /** Keys on the disk, those whose window has passed and that are not removed yet included. */
  readonly keys: number
  /** Keys that were forgotten before their window had passed, since there were too many; since the start. */
  readonly dropped: number
}
