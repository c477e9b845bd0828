import { wallClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { TimeoutError } from '../../model/errors.ts'

import type { SyncFault, SyncOnce, SyncResult, SyncRun, SyncTrigger } from '../../model/sync.ts'
import { unlessAborted, usualBodyLimits } from './body.ts'
import type { Progress, RunOptions } from './context.ts'
import { failureOf, StoppedError } from './failure.ts'
import type { SyncOptions } from './options.ts'
import { runOnce } from './run.ts'
import { Steps } from './steps.ts'

/** Everything that is ever synced is synced here. */
export class Sync implements AsyncDisposable {
  readonly #options: Omit<RunOptions, 'collections'> & Required<Pick<SyncOptions, 'collections'>>
  readonly #stop = new AbortController()
  readonly #runs = new Map<Did, Promise<SyncResult>>()

  constructor(options: SyncOptions) {
    this.#options = { ...defaults, ...options, body: { ...usualBodyLimits, ...options.body } }
  }

  /** Runs under way, whatever their trigger. */
  get running(): number {
    return this.#runs.size
  }

  /** Whether a run is working on a repo. */
  isUnderWay(did: Did): boolean {
    return this.#runs.has(did)
  }

  /** Brings the local copy of one repo up to date with its host, or joins the run that does. */
  readonly syncOnce: SyncOnce = async (did, trigger) => {
    const underWay = this.#runs.get(did)
    if (underWay !== undefined) {
      this.#options.onJoin(trigger)
      return { ...(await underWay), joined: true }
    }
    if (this.#stop.signal.aborted) throw this.#stop.signal.reason
    const run = this.#run(did, trigger).finally(() => this.#runs.delete(did))
    this.#runs.set(did, run)
    return await run
  }

  /**
   * Marks a repo as one that cannot be fetched (`error`), after whoever tried has given it up. A repo that is synced
   * as far as anybody knows, one that its host hides, and one that is being fetched now are left alone.
   */
  async giveUp(did: Did): Promise<void> {
    if (this.isUnderWay(did)) return
    const repo = await this.#options.storage.getRepo(did)
    const isActive = repo === undefined || repo.status === repo.content
    if (!isActive || repo?.content === 'synced') return
    await new Steps(did, this.#forRun()).giveUp()
  }

  /**
   * Resolves once the runs that are under way now have ended, however they do.
   *
   * @throws the signal's reason when it aborts before.
   */
  async settled(signal: AbortSignal): Promise<void> {
    await unlessAborted(Promise.allSettled([...this.#runs.values()]), signal)
  }

  /** Ends all runs. Each repo is then what it was before its run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new StoppedError('the service ends: the next start tries again'))
    await Promise.allSettled(this.#runs.values())
  }

  /** What holds for a run from its beginning to its end. */
  #forRun(): RunOptions {
    return { ...this.#options, collections: this.#options.collections() }
  }

  async #run(did: Did, trigger: SyncTrigger): Promise<SyncResult> {
    const { runMs, onRun } = this.#options
    const startMs = performance.now()
    const progress: Progress = { sizeBytes: 0, extracted: 0, filtered: 0, fault: undefined }
    const own = new AbortController()
    const late = setTimeout(() => own.abort(new TimeoutError(`the run took longer than ${runMs} ms`)), runMs)
    const signal = AbortSignal.any([this.#stop.signal, own.signal])
    const base = () => {
      const { sizeBytes, extracted, filtered } = progress
      return { did, trigger, durationMs: performance.now() - startMs, sizeBytes, extracted, filtered }
    }
    try {
      const { rev, records } = await runOnce(did, this.#forRun(), { signal, progress })
      onRun({ ...base(), outcome: 'success', records })
      return { did, rev, records, sizeBytes: progress.sizeBytes, joined: false }
    } catch (error) {
      // Whoever waited for something says so in words of its own; what counts is why the wait was ended.
      const failure = signal.aborted ? signal.reason : error
      const message = failure instanceof Error ? failure.message : String(failure)
      onRun({ ...base(), ...failureOf(failure), message, ...faultIn(progress), records: 0 })
      throw failure
    } finally {
      clearTimeout(late)
    }
  }
}

function faultIn({ fault }: { readonly fault: SyncFault | undefined }): Pick<SyncRun, 'fault'> {
  return fault === undefined ? {} : { fault }
}

const defaults = {
  collections: () => [],
  highWater: 2_000,
  maxCompared: 200_000,
  minSince: 300,
  runMs: 3_600_000,
  maxAheadMs: 300_000,
  now: wallClock,
  onRun: () => {},
  onJoin: () => {},
  onBackpressure: () => {},
  onUnlikeStored: () => {},
  onError: () => {},
}
