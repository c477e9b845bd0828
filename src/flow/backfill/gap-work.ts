import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { Did } from '../../model/did.ts'
import { UpstreamError } from '../../model/errors.ts'
import type { ListedRepo } from '../../net/host/host.ts'
import { patiently } from '../../net/host/patience.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import { firehoseBackfill, firehoseLive } from '../../state/streams/streams.ts'
import { hasCaughtUp, isAccountUnlike } from './compare.ts'
import type { GapState } from './gap-state.ts'
import type { ReconcilerSettings } from './reconciler-options.ts'

/** What a host said of a repo, and the last entry of the stream of live events before it was asked. */
export type Answer = ListedRepo & { readonly after: number }

export interface GapWorkOptions {
  readonly settings: ReconcilerSettings
  /** Keeps how far the work has come. @throws when another gap has taken the place of this one. */
  readonly save: (gap: GapState) => Promise<void>
  /** Called after each step. */
  readonly told: () => void
}

/** What the steps of one run have in common: what they are done with, and how they tell it. */
export class GapWork {
  readonly settings: ReconcilerSettings
  readonly save: GapWorkOptions['save']
  readonly told: GapWorkOptions['told']
  /** Repos that this run is done with, though they are out of sync: handed on, or hidden. */
  readonly settled: Set<Did> = new Set()
  /** How many repos are to be compared, as far as is known. */
  total = 0
  /** How long the rest takes at the pace so far, in ms; undefined where that is not known. */
  leftMs: number | undefined

  constructor({ settings, save, told }: GapWorkOptions) {
    this.settings = settings
    this.save = save
    this.told = told
  }

  /** Hands on what is still unlike once everything that is in the stream now was applied. */
  async settle(gap: GapState, unlike: ReadonlyMap<Did, Answer>, signal: AbortSignal): Promise<void> {
    const { streams, storage, group, pageSize } = this.settings
    if (unlike.size === 0) return
    const last = await streams.append(firehoseLive, [])
    await streams.acknowledged(firehoseLive, group, last, signal)
    signal.throwIfAborted()
    const all = [...unlike.values()]
    let told = 0
    for (let at = 0; at < all.length; at += pageSize) {
      const some = all.slice(at, at + pageSize)
      const stored = await storage.repos(some.map(({ did }) => did))
      for (const one of some) {
        const repo = stored.get(one.did)
        if (hasCaughtUp(one, repo)) gap.confirmed += 1
        else if (repo !== undefined && isAccountUnlike(one, repo))
          told = await this.#tell(gap, one, repo, signal)
        else await this.hand(gap, one.did)
      }
      signal.throwIfAborted()
    }
    if (told === 0) return
    await streams.acknowledged(firehoseBackfill, group, told, signal)
    signal.throwIfAborted()
  }

  /**
   * The event that told what the host says of the account was missed. One that is active may lack content as well.
   *
   * @returns the entry that makes up for it.
   */
  async #tell(
    gap: GapState,
    { did, active = false, status, after }: Answer,
    { content }: RepoState,
    signal: AbortSignal,
  ): Promise<number> {
    const why = status !== undefined && { status }
    const id = await this.append({ kind: 'account', did, after, active, ...why }, signal)
    // One of which nothing is known yet is told of as such.
    if (active && content !== 'pending') await this.hand(gap, did)
    else {
      this.settled.add(did)
      gap.confirmed += 1
    }
    return id
  }

  /** Hands a repo on to be fetched, once in a run. */
  async hand(gap: GapState, did: Did): Promise<void> {
    if (this.settled.has(did)) return
    this.settled.add(did)
    gap.stale += 1
    await this.settings.onStale(did)
  }

  /** Resolves once the entry is in the stream, which waits for room. @returns its number. */
  async append(entry: BackfillEntry, signal: AbortSignal): Promise<number> {
    const { streams, highWater } = this.settings
    await streams.drained(firehoseBackfill, highWater, signal)
    signal.throwIfAborted()
    return streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
  }

  /** Repeats what is worth repeating: the source is asked for ever, others so many times. */
  patiently<Result>(work: () => Promise<Result>, isSource: boolean, signal: AbortSignal): Promise<Result> {
    const { backoff, maxAttempts, onError: onFailure } = this.settings
    const isForEver = (error: unknown) => isSource && error instanceof UpstreamError
    return patiently(work, { backoff, maxAttempts, isForEver, onFailure, signal })
  }
}
