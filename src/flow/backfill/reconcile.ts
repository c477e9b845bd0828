import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import { type Clock, steadyClock, wallClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { UnavailableRepoError, UpstreamError } from '../../model/errors.ts'
import { type Backoff, Pauses, sleepUnlessAborted } from '../../model/repeat.ts'
import type { DesyncReason } from '../../model/repo.ts'
import { type Hosts, type ListedPage, type ListedRepo, UnsupportedMethod } from '../../net/host/host.ts'
import { patiently } from '../../net/host/patience.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import { firehoseBackfill, firehoseLive, type Streams } from '../../state/streams/streams.ts'
import { compare, hasCaughtUp, isAccountUnlike } from './compare.ts'
import { askedStatuses, type GapState, loadGap, markedStatuses, newGap, saveGap } from './gap-state.ts'

export interface ReconcilerOptions {
  /** The relay or PDS whose stream is followed. */
  readonly source: URL
  readonly hosts: Pick<Hosts, 'listRepos' | 'getLatestCommit'>
  readonly storage: Pick<Storage, 'listRepos' | 'repos' | 'totals' | 'note' | 'setNote'>
  readonly streams: Pick<Streams, 'append' | 'acknowledged' | 'drained'>
  /** The consumer group that applies both streams. */
  readonly group: string
  /** Called for each repo that has to be fetched, perhaps more than once. */
  readonly onStale: (did: Did) => void | Promise<void>
  /** Says which host has a repo, for sources that do not know revisions. @default such repos are fetched */
  readonly hostOf?: (did: Did, signal: AbortSignal) => Promise<URL | undefined>
  /** Pages of the source's listing that are read; what they do not tell is asked one by one. @default 200 */
  readonly maxPages?: number
  /** Repos of a page, and of an entry. @default 1_000 */
  readonly pageSize?: number
  /** Repos that are asked for one by one, per second. @default 50 */
  readonly requestsPerSecond?: number
  /** Repos that are asked for one by one, at a time. @default 8 */
  readonly concurrency?: number
  /** How long after the last run another one begins whose cause is not certain, in ms. @default 10 minutes */
  readonly everyMs?: number
  /** Pauses while the stream holds this many entries. @default 100_000 */
  readonly highWater?: number
  /** How often a repo's own host is asked in vain before the repo is fetched. The source is asked for ever. @default 3 */
  readonly maxAttempts?: number
  /** How long to wait before a host is asked again. @default 1 s, doubling up to 60 s */
  readonly backoff?: Backoff
  /** What says when repos were confirmed. @default wallClock */
  readonly wallNow?: Clock
  /** @default steadyClock */
  readonly now?: Clock
  /** Called after each step. Must not throw. */
  readonly onProgress?: (progress: ReconcileProgress) => void
  /** Called for each failed attempt. Must not throw. */
  readonly onError?: (error: unknown) => void
  /** Called at the end of each run. Must not throw. */
  readonly onDone?: (progress: ReconcileProgress) => void
}

export interface ReconcileProgress {
  /** `waiting`: a gap is known and its time has not come; `idle`: none is. */
  readonly phase: 'idle' | 'waiting' | 'marking' | 'listing' | 'asking'
  /** Repos that were compared. */
  readonly done: number
  /** Repos that are to be compared, as far as is known. */
  readonly total: number
  /** Of those compared, the ones that are current. */
  readonly confirmed: number
  /** Of those compared, the ones that have to be fetched. */
  readonly stale: number
  /** How long the rest will take at the pace so far, in ms; absent where that is not known. */
  readonly leftMs?: number
}

/**
 * Finds out which repos are not current after events were missed, and does it cheaply: by comparing revisions. Every
 * repo that was `synced` is marked first; those that are shown to be current are confirmed, the others are handed on to
 * be fetched. A gap is kept until all of that is done, so that the death of the process does not lose it.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions & Required<Pick<ReconcilerOptions, keyof typeof defaults>>
  #gap: GapState | undefined
  #isLoaded = false
  #isWorking = false
  #lastRunMs = Number.NEGATIVE_INFINITY
  #interrupt = new AbortController()
  #total = 0
  #leftMs: number | undefined
  /** Repos that this run is done with, though they are out of sync: handed on, or hidden. */
  readonly #settled = new Set<Did>()

  constructor(options: ReconcilerOptions) {
    this.#options = { ...defaults, ...options }
  }

  get progress(): ReconcileProgress {
    const { done = 0, confirmed = 0, stale = 0 } = this.#gap ?? {}
    const left = this.#leftMs === undefined ? {} : { leftMs: this.#leftMs }
    return { phase: this.#phase, done, total: Math.max(this.#total, done), confirmed, stale, ...left }
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
        : newGap(dueMs, after)
    if (known !== undefined && !this.#isWorking) this.#gap.dueMs = Math.min(known.dueMs, dueMs)
    await saveGap(storage, this.#gap)
    if (isCertain || !this.#isWorking) this.#interrupt.abort()
  }

  /** What a gap during a run makes of it: the same object where the run just goes on. */
  #during(known: GapState, certain: { readonly after: number } | undefined, dueMs: number): GapState {
    const againMs = Math.min(known.againMs ?? Number.MAX_SAFE_INTEGER, dueMs)
    if (certain === undefined) return Object.assign(known, { againMs })
    this.#settled.clear()
    if (known.isBeyondListing) return { ...known, againMs, mark: { after: certain.after, status: 0 } }
    // Listing anew is cheaper than asking for everything that is marked again, one by one.
    const anew = newGap(known.dueMs, certain.after)
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
    this.#total = gap.phase === 'list' ? total : Math.max(this.#total, total)
    if (gap.mark !== undefined) await this.#mark(gap, gap.mark, either)
    else if (gap.phase === 'list') await this.#list(gap, either)
    else await this.#ask(gap, either)
  }

  #begin(): void {
    this.#isWorking = true
    this.#lastRunMs = this.#options.now()
    this.#settled.clear()
    this.#leftMs = undefined
  }

  async #mark(gap: GapState, mark: NonNullable<GapState['mark']>, signal: AbortSignal): Promise<void> {
    const { storage, streams, pageSize, group, onProgress } = this.#options
    let last = 0
    for (
      let status = markedStatuses[mark.status];
      status !== undefined;
      status = markedStatuses[mark.status]
    ) {
      const query = { status, limit: pageSize, ...(mark.cursor !== undefined && { cursor: mark.cursor }) }
      const { repos, cursor } = await storage.listRepos(query)
      const dids = repos.map(({ did }) => did)
      if (dids.length > 0) {
        last = await this.#append({ kind: 'lapse', dids, reason: 'gap', after: mark.after }, signal)
      }
      signal.throwIfAborted()
      if (cursor === undefined) {
        mark.status += 1
        delete mark.cursor
      } else {
        mark.cursor = cursor
      }
      await this.#save(gap)
      onProgress(this.progress)
    }
    // A host is asked after the marks are set, since older answers prove nothing against them.
    if (last === 0) last = await streams.append(firehoseBackfill, [])
    await streams.acknowledged(firehoseBackfill, group, last, signal)
    await sleepUnlessAborted(clockStepMs, signal)
    signal.throwIfAborted()
    delete gap.mark
    await this.#save(gap)
  }

  /** Compares all that the source lists, up to its end or `maxPages`. */
  async #list(gap: GapState, signal: AbortSignal): Promise<void> {
    const { streams, group, pageSize, maxPages, hosts, source, wallNow, onError, onProgress } = this.#options
    const unlike = new Map<Did, Answer>()
    const pace = new Estimate(gap.done)
    const mostPages = Math.min(maxPages, this.#total)
    let isWhole = false
    let last = 0
    while (gap.pages < mostPages) {
      const askedMs = wallNow()
      const after = await streams.append(firehoseLive, [])
      const query = { limit: pageSize, signal, ...(gap.cursor !== undefined && { cursor: gap.cursor }) }
      let page: ListedPage
      try {
        page = await this.#patiently(() => hosts.listRepos(source, query), true, signal)
      } catch (error) {
        signal.throwIfAborted()
        // What the listing does not tell is asked one by one.
        if (!(error instanceof UnsupportedMethod)) onError(error)
        break
      }
      const confirmed = await this.#comparePage(gap, page.repos, unlike, after)
      if (confirmed.length > 0)
        last = await this.#append({ kind: 'confirm', askedMs, repos: confirmed }, signal)
      signal.throwIfAborted()
      gap.pages += 1
      gap.confirmed += confirmed.length
      isWhole = page.cursor === undefined || page.cursor === gap.cursor
      if (page.cursor !== undefined) gap.cursor = page.cursor
      await this.#save(gap)
      this.#leftMs = pace.leftMs(gap.done, this.#total)
      onProgress(this.progress)
      if (isWhole) break
    }
    // Not before its end, so that a gap meanwhile begins the listing again.
    gap.isBeyondListing = !isWhole
    await this.#settle(gap, unlike, signal)
    if (last > 0) await streams.acknowledged(firehoseBackfill, group, last, signal)
    signal.throwIfAborted()
    gap.phase = 'ask'
    delete gap.cursor
    await this.#save(gap)
  }

  async #comparePage(
    gap: GapState,
    listed: readonly ListedRepo[],
    unlike: Map<Did, Answer>,
    after: number,
  ): Promise<readonly { did: Did; rev: string }[]> {
    const stored = await this.#options.storage.repos(listed.map(({ did }) => did))
    const confirmed: { did: Did; rev: string }[] = []
    for (const one of listed) {
      const repo = stored.get(one.did)
      if (repo === undefined) continue
      const comparison = compare(one, repo)
      if (comparison !== 'open') gap.done += 1
      if (comparison === 'current' && one.rev !== undefined) confirmed.push({ did: one.did, rev: one.rev })
      else if (comparison === 'unlike') unlike.set(one.did, { ...one, after })
      else if (comparison === 'hidden') this.#settled.add(one.did)
      else if (comparison === 'stale') await this.#hand(gap, one.did)
    }
    return confirmed
  }

  /** Asks for the repos that nothing is known of yet, some of them at a time, and after the last one ends the run. */
  async #ask(gap: GapState, signal: AbortSignal): Promise<void> {
    const { storage, streams, requestsPerSecond, onProgress, onDone } = this.#options
    const pace = new Estimate(gap.done)
    for (let status = askedStatuses[gap.status]; status !== undefined; status = askedStatuses[gap.status]) {
      const startMs = performance.now()
      const query = {
        status,
        limit: requestsPerSecond,
        ...(gap.cursor !== undefined && { cursor: gap.cursor }),
      }
      const { repos, cursor } = await storage.listRepos(query)
      const doubtful = repos.filter(({ did, desync }) => desync?.reason === 'gap' && !this.#settled.has(did))
      if (doubtful.length > 0) {
        await this.#askFor(
          gap,
          doubtful.map(({ did }) => did),
          signal,
        )
        const pauseMs = startMs + 1000 - performance.now()
        if (cursor !== undefined && pauseMs > 0) await sleepUnlessAborted(pauseMs, signal)
      }
      signal.throwIfAborted()
      if (cursor === undefined) {
        gap.status += 1
        delete gap.cursor
      } else {
        gap.cursor = cursor
      }
      await this.#save(gap)
      this.#leftMs = pace.leftMs(gap.done, this.#total)
      onProgress(this.progress)
    }
    const after = await streams.append(firehoseLive, [])
    signal.throwIfAborted()
    const { againMs } = gap
    const progress = { ...this.progress, leftMs: 0 }
    this.#isWorking = false
    this.#gap = againMs === undefined ? undefined : newGap(againMs, after)
    await saveGap(storage, this.#gap)
    onDone(progress)
  }

  async #askFor(gap: GapState, dids: readonly Did[], signal: AbortSignal): Promise<void> {
    const { storage, streams, concurrency, wallNow } = this.#options
    const stored = await storage.repos(dids)
    const unlike = new Map<Did, Answer>()
    const waiting = [...stored.values()]
    const after = await streams.append(firehoseLive, [])
    const askedMs = wallNow()
    const confirmed: { did: Did; rev: string }[] = []
    const work = async () => {
      for (let repo = waiting.shift(); repo !== undefined; repo = waiting.shift()) {
        const { did } = repo
        const latest = repo.data === undefined ? undefined : await this.#latest(repo, signal)
        if (latest === 'hidden') continue
        if (latest === undefined) await this.#hand(gap, did)
        else if (latest.rev !== undefined && latest.rev === repo.rev && !isAccountUnlike(latest, repo))
          confirmed.push({ did, rev: latest.rev })
        else unlike.set(did, { did, ...latest, after })
        gap.done += 1
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work))
    if (confirmed.length > 0) await this.#append({ kind: 'confirm', askedMs, repos: confirmed }, signal)
    gap.confirmed += confirmed.length
    await this.#settle(gap, unlike, signal)
  }

  /** @returns undefined where it has to be fetched to know, `hidden` where the host has hidden it as we have. */
  async #latest(
    repo: RepoState,
    signal: AbortSignal,
  ): Promise<Pick<ListedRepo, 'rev' | 'active' | 'status'> | 'hidden' | undefined> {
    const { hosts, source, hostOf } = this.#options
    const { did, status } = repo
    const ask = (host: URL, isSource: boolean) =>
      this.#patiently(() => hosts.getLatestCommit(host, did, signal), isSource, signal)
    try {
      const latest = await ask(source, true).catch(async (error) => {
        if (!(error instanceof UnsupportedMethod)) throw error
        const host = await hostOf?.(did, signal)
        return host && (await ask(host, false))
      })
      // What it gives out is active.
      return latest && { rev: latest.rev, active: true }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof UnavailableRepoError) || error.status === 'unknown') return undefined
      return error.status === status ? 'hidden' : { active: false, status: error.status }
    }
  }

  /** Hands on what is still unlike once everything that is in the stream now was applied. */
  async #settle(gap: GapState, unlike: ReadonlyMap<Did, Answer>, signal: AbortSignal): Promise<void> {
    const { streams, storage, group, pageSize } = this.#options
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
        else await this.#hand(gap, one.did)
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
    const id = await this.#append({ kind: 'account', did, after, active, ...why }, signal)
    // One of which nothing is known yet is told of as such.
    if (active && content !== 'pending') await this.#hand(gap, did)
    else {
      this.#settled.add(did)
      gap.confirmed += 1
    }
    return id
  }

  async #hand(gap: GapState, did: Did): Promise<void> {
    if (this.#settled.has(did)) return
    this.#settled.add(did)
    gap.stale += 1
    await this.#options.onStale(did)
  }

  async #append(entry: BackfillEntry, signal: AbortSignal): Promise<number> {
    const { streams, highWater } = this.#options
    await streams.drained(firehoseBackfill, highWater, signal)
    signal.throwIfAborted()
    return streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
  }

  /** @throws the reason of the interruption, when another gap has taken the place of this one. */
  async #save(gap: GapState): Promise<void> {
    if (gap !== this.#gap) this.#interrupt.signal.throwIfAborted()
    await saveGap(this.#options.storage, gap)
  }

  #patiently<Result>(work: () => Promise<Result>, isSource: boolean, signal: AbortSignal): Promise<Result> {
    const { backoff, maxAttempts, onError: onFailure } = this.#options
    const isForEver = (error: unknown) => isSource && error instanceof UpstreamError
    return patiently(work, { backoff, maxAttempts, isForEver, onFailure, signal })
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

/** What a host said of a repo, and the last entry of the stream of live events before it was asked. */
type Answer = ListedRepo & { readonly after: number }

/** How long the rest takes, by what was done since the beginning. */
class Estimate {
  readonly #from: number
  readonly #startMs = performance.now()

  constructor(from: number) {
    this.#from = from
  }

  leftMs(done: number, total: number): number | undefined {
    const doneSince = done - this.#from
    if (doneSince <= 0) return undefined
    return Math.max(0, Math.round(((performance.now() - this.#startMs) / doneSince) * (total - done)))
  }
}

/** After this what is said of a repo bears a later time than its mark, in ms. */
const clockStepMs = 2

const longestTimerMs = 2 ** 31 - 1

const defaults = {
  maxPages: 200,
  pageSize: 1000,
  requestsPerSecond: 50,
  concurrency: 8,
  everyMs: 10 * 60_000,
  highWater: 100_000,
  maxAttempts: 3,
  backoff: { firstMs: 1000, maxMs: 60_000, jitter: 0.5 },
  wallNow: wallClock,
  now: steadyClock,
  onProgress: () => {},
  onError: () => {},
  onDone: () => {},
}
