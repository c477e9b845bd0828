import { Pauses, sleepUnlessAborted } from '../../model/repeat.ts'
import type { DesyncReason } from '../../model/repo.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { askOneByOne } from './ask-one-by-one.ts'
import { compareListing } from './compare-listing.ts'
import { askedStatuses, type GapState, loadGap, markedStatuses, newGap, saveGap } from './gap-state.ts'
import { GapWork } from './gap-work.ts'
import { markRepos } from './mark.ts'
import {
  type ReconcileProgress,
  type ReconcilerOptions,
  type ReconcilerSettings,
  reconcilerDefaults,
} from './reconciler-options.ts'

/**
 * Finds out which repos are not current after events were missed, and does it cheaply: by comparing revisions. Every
 * repo that was `synced` is marked first; those that are shown to be current are confirmed, the others are handed on to
 * be fetched. A gap is kept until all of that is done, so that the death of the process does not lose it.
 */
export class Reconciler {
  readonly #options: ReconcilerSettings
  #gap: GapState | undefined
  #isLoaded = false
  #isWorking = false
  #lastRunMs = Number.NEGATIVE_INFINITY
  #interrupt = new AbortController()
  readonly #work: GapWork

  constructor(options: ReconcilerOptions) {
    this.#options = { ...reconcilerDefaults, ...options }
    this.#work = new GapWork({
      settings: this.#options,
      save: (gap) => this.#save(gap),
      told: () => this.#options.onProgress(this.progress),
    })
  }

  get progress(): ReconcileProgress {
    const { done = 0, confirmed = 0, stale = 0 } = this.#gap ?? {}
    const { total, leftMs } = this.#work
    const left = leftMs === undefined ? {} : { leftMs }
    return { phase: this.#phase, done, total: Math.max(total, done), confirmed, stale, ...left }
  }

  /**
   * Whether a repo that goes out of sync for this reason now is looked at here, and need not be fetched for that:
   * repos are being marked.
   */
  takesCareOf(reason: DesyncReason): boolean {
    return reason === 'gap' && this.#gap?.mark !== undefined
  }

  /**
   * Whether a gap is known that is not worked off; before `run` it is read from the disk. Until it is, a repo that is out
   * of sync because of a gap need not be fetched at the start.
   */
  async isPending(): Promise<boolean> {
    await this.#load()
    return this.#gap !== undefined
  }

  /**
   * Events are missing, from here on: what is in the stream of live events now is from before. Resolves once that is
   * kept. Repos are marked at once, during a run too: that lists once more from the beginning, or where it has gone on to
   * ask one by one goes on, and one more run follows.
   *
   * @param options.isCertain whether it is known that events are missing. Otherwise a run begins `everyMs` after the one
   *   before at the earliest, and marks then.
   */
  async gap({ isCertain }: { readonly isCertain: boolean }): Promise<void> {
    const { now, everyMs, storage, streams } = this.#options
    await this.#load()
    const after = await streams.append(firehoseLive, [])
    const dueMs = isCertain ? now() : Math.max(now(), this.#lastRunMs + everyMs)
    const known = this.#gap
    this.#gap =
      this.#isWorking && known
        ? this.#during(known, isCertain ? { after } : undefined, dueMs)
        : newGap(dueMs, after, isCertain || known?.mark?.isCertain)
    if (known !== undefined && !this.#isWorking) this.#gap.dueMs = Math.min(known.dueMs, dueMs)
    await saveGap(storage, this.#gap)
    if (isCertain || !this.#isWorking) this.#interrupt.abort()
  }

  /** What a gap during a run makes of it: the same object where the run just goes on. */
  #during(known: GapState, certain: { readonly after: number } | undefined, dueMs: number): GapState {
    const againMs = Math.min(known.againMs ?? Number.MAX_SAFE_INTEGER, dueMs)
    if (certain === undefined) return Object.assign(known, { againMs })
    this.#work.settled.clear()
    if (known.isBeyondListing)
      return { ...known, againMs, mark: { after: certain.after, status: 0, isCertain: true } }
    // Listing anew is cheaper than asking for everything that is marked again, one by one.
    const anew = newGap(known.dueMs, certain.after, true)
    return known.againMs === undefined ? anew : { ...anew, againMs: known.againMs }
  }

  /** Works off what is known and what comes, until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { onError, backoff } = this.#options
    const pauses = new Pauses(backoff)
    while (!signal.aborted) {
      try {
        await this.#load()
        await this.#next(signal)
        pauses.reset()
      } catch (error) {
        if (signal.aborted) return
        // Something new came up while it waited: that is looked at first.
        if (this.#interrupt.signal.aborted) continue
        onError(error)
        await pauses.next(signal)
      }
    }
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return
    const gap = await loadGap(this.#options.storage)
    if (!this.#isLoaded) this.#gap = gap
    this.#isLoaded = true
  }

  async #next(signal: AbortSignal): Promise<void> {
    this.#interrupt = new AbortController()
    const either = AbortSignal.any([signal, this.#interrupt.signal])
    const gap = this.#gap
    const waitMs = gap === undefined ? longestTimerMs : gap.dueMs - this.#options.now()
    if (gap === undefined || waitMs > 0) {
      this.#isWorking = false
      await sleepUnlessAborted(Math.min(waitMs, longestTimerMs), either)
      return
    }
    if (!this.#isWorking) this.#begin()
    const total = await this.#count()
    const work = this.#work
    work.total = gap.phase === 'list' ? total : Math.max(work.total, total)
    if (gap.mark !== undefined) await markRepos(work, gap, gap.mark, either)
    else if (gap.phase === 'list') await compareListing(work, gap, either)
    else {
      await askOneByOne(work, gap, either)
      await this.#end(gap, either)
    }
  }

  #begin(): void {
    this.#isWorking = true
    this.#lastRunMs = this.#options.now()
    this.#work.settled.clear()
    this.#work.leftMs = undefined
  }

  /** The gap is worked off, apart from what has come up meanwhile. */
  async #end(gap: GapState, signal: AbortSignal): Promise<void> {
    const { storage, streams, onDone } = this.#options
    const after = await streams.append(firehoseLive, [])
    signal.throwIfAborted()
    const { againMs } = gap
    const progress = { ...this.progress, leftMs: 0 }
    this.#isWorking = false
    this.#gap = againMs === undefined ? undefined : newGap(againMs, after)
    await saveGap(storage, this.#gap)
    onDone(progress)
  }

  /** @throws the reason of the interruption, when another gap has taken the place of this one. */
  async #save(gap: GapState): Promise<void> {
    if (gap !== this.#gap) this.#interrupt.signal.throwIfAborted()
    await saveGap(this.#options.storage, gap)
  }

  /** How many repos a gap concerns. */
  async #count(): Promise<number> {
    const { reposByStatus } = await this.#options.storage.totals()
    const statuses = new Set([...markedStatuses, ...askedStatuses])
    return [...statuses].reduce((sum, status) => sum + reposByStatus[status], 0)
  }

  get #phase(): ReconcileProgress['phase'] {
    if (this.#gap === undefined) return 'idle'
    if (!this.#isWorking) return 'waiting'
    if (this.#gap.mark !== undefined) return 'marking'
    return this.#gap.phase === 'list' ? 'listing' : 'asking'
  }
}

const longestTimerMs = 2 ** 31 - 1
