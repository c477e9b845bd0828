import type { Did } from '../../model/did.ts'
import { type EnumeratedRepo, encodeEnumeratedRepo } from '../../model/enumerated.ts'
import { SetupError, UpstreamError } from '../../model/errors.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import {
  type HostPage,
  type Hosts,
  type ListedRepo,
  RefusedError,
  UnsupportedMethod,
} from '../../net/host/host.ts'
import { patiently } from '../../net/host/patience.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { repoBackfill, type Streams } from '../../state/streams/streams.ts'
import { wholeCollections } from './collections.ts'
import { type EnumerationState, type Listing, loadState, newState, scopeOf } from './enumeration-state.ts'
import type { KeptRepos } from './kept-repos.ts'
import { bringsNews, newNovelty } from './novelty.ts'
import { leadsBack, newTrail } from './trail.ts'
import { maxRestarts, walk } from './walk.ts'

export interface EnumerationOptions {
  /** The relay or PDS whose repos are enumerated. */
  readonly source: URL
  readonly hosts: Pick<Hosts, 'listRepos' | 'listReposByCollection' | 'listHosts'>
  readonly streams: Pick<Streams, 'append' | 'drained'>
  readonly storage: Pick<Storage, 'note' | 'setNote'>
  /**
   * Collections that are kept, as names or prefixes, asked when a listing begins; only repos that have one are listed, where
   * a host can do that. @default all
   */
  readonly collections?: () => readonly string[]
  /** Repos that are kept. @default all */
  readonly repos?: Pick<KeptRepos, 'has' | 'listed'>
  /** Asks every host that the relay follows, and not the relay itself, so that each repo's host is known. @default false */
  readonly byHost?: boolean
  /** Lets hosts on loopback in, which speak http. @default false */
  readonly allowLoopback?: boolean
  /** Repos of a page. @default 1_000 */
  readonly pageSize?: number
  /** Pauses while the stream holds this many entries. @default 100_000 */
  readonly highWater?: number
  /** Hosts that are walked through at a time. @default 8 */
  readonly concurrency?: number
  /** What one of many hosts may list, in repos and pages; the rest is left out. @default 5_000_000 */
  readonly maxPerHost?: number
  /** How many repos and pages of a listing that bring nothing new are put up with; then it is over. @default 10_000 */
  readonly patience?: number
  /** How often a host is asked in vain before it is given up; a source that is silent is never. @default 5 */
  readonly maxAttempts?: number
  /** How long to wait before a host is asked again. @default 1 s, doubling up to 60 s */
  readonly backoff?: Backoff
  /** Called for each page whose repos are in the stream. Must not throw. */
  readonly onPage?: (page: EnumeratedPage) => void
  /** Called for each page that could not be fetched. Must not throw. */
  readonly onError?: (error: unknown) => void
  /** Called for each failed attempt to write a page, or where the listing stands. Must not throw. */
  readonly onStoreError?: (error: unknown) => void
  /** Called when a host refuses a cursor that it gave, and is begun again. Must not throw. */
  readonly onCursorSkip?: (host: URL) => void
  /** Called when a host lists the same again and again, or nothing, which is taken for its end. Must not throw. */
  readonly onEndless?: (host: URL) => void
  /** Called when one of many hosts is given up. Must not throw. */
  readonly onHostSkip?: (host: URL, error: unknown) => void
  /** Called when everything is enumerated. Must not throw. */
  readonly onDone?: (progress: EnumerationProgress) => void
}

export interface EnumeratedPage {
  readonly host: URL
  /** Repos that the host has listed. */
  readonly fetched: number
  /** Of these, the ones that are wanted. */
  readonly written: number
}

export interface EnumerationProgress {
  readonly isRunning: boolean
  readonly isComplete: boolean
  readonly pages: number
  readonly fetched: number
  readonly written: number
  /** Hosts that are done. How many follow, and how many repos there are, nobody knows beforehand. */
  readonly hostsDone: number
}

/**
 * Walks through all repos of a relay or PDS once, and writes them to the stream `repo_backfill`. Where it stands is
 * kept after each page: a page that was written just before the process died is written again, which is harmless,
 * since the queue that follows knows each repo once.
 */
export class Enumeration {
  readonly #options: EnumerationOptions & Required<Pick<EnumerationOptions, keyof typeof defaults>>
  readonly #key: string
  #state: EnumerationState | undefined
  #run: Promise<void> | undefined

  constructor(options: EnumerationOptions) {
    this.#options = { ...defaults, ...options }
    this.#key = `enumeration:${options.source.host}`
  }

  get progress(): EnumerationProgress {
    const { isComplete = false, pages = 0, fetched = 0, written = 0, hostsDone = 0 } = this.#state ?? {}
    return { isRunning: this.#run !== undefined, isComplete, pages, fetched, written, hostsDone }
  }

  /** Finds out where it stopped, so that `progress` tells before it runs. */
  async load(): Promise<void> {
    this.#state ??= await loadState(this.#options.storage, this.#key, this.#scope())
  }

  /**
   * Goes on where it stopped, to the end; does nothing where it has come to its end before. A call during a run joins it.
   *
   * @param options.again begins at the beginning. @default false
   * @throws {SetupError} when the source cannot be enumerated; what a host that breaks the protocol is refused with; the
   *   signal's reason when that aborts. What has been done is kept.
   */
  run({ again = false }: { readonly again?: boolean } = {}, signal?: AbortSignal): Promise<void> {
    this.#run ??= this.#start(again, signal).finally(() => {
      this.#run = undefined
    })
    return this.#run
  }

  async #start(again: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { storage, byHost, repos, source, onDone } = this.#options
    const listed = repos?.listed
    const scope = this.#scope()
    const kept = again ? undefined : await loadState(storage, this.#key, scope)
    const state = kept ?? newState(scope, byHost ? [] : [newListing(source, false)])
    if (kept === undefined && byHost) state.hostsCursor = ''
    this.#state = state
    if (state.isComplete) return
    if (listed === undefined) await this.#walkAll(state, signal)
    else await this.#writeListed(state, listed, signal)
    state.isComplete = true
    state.listings = []
    await this.#save(state, signal)
    onDone({ ...this.progress, isRunning: false })
  }

  /** What is listed: a state of something else is of no use. */
  #scope(): string {
    const { collections, byHost, repos } = this.#options
    return scopeOf([[...collections()].sort(), byHost, repos?.listed && [...repos.listed].sort()])
  }

  /** Repos that are named one by one need no host that lists them. */
  async #writeListed(
    state: EnumerationState,
    dids: readonly Did[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { source, pageSize } = this.#options
    for (let at = 0; at < dids.length; at += pageSize) {
      const repos = dids.slice(at, at + pageSize).map((did) => ({ did }))
      await this.#write(state, { host: source, isHost: false, repos }, signal)
    }
  }

  async #walkAll(state: EnumerationState, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      try {
        await this.#walkListings(state, signal)
      } catch (error) {
        if (!(error instanceof UnsupportedMethod) || state.hostsCursor !== undefined) throw error
        // It does not list repos itself, but it may say who does.
        state.listings = []
        state.hostsCursor = ''
      }
      if (state.hostsCursor === undefined) return
      await this.#nextHosts(state, state.hostsCursor, signal)
    }
  }

  /** Walks through the hosts at hand, several at a time. */
  async #walkListings(state: EnumerationState, signal: AbortSignal | undefined): Promise<void> {
    const waiting = [...state.listings]
    const stop = new AbortController()
    const either = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])])
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await this.#walkOne(state, next, either)
      }
    }
    const workers = Array.from({ length: this.#options.concurrency }, work)
    try {
      await Promise.all(workers)
    } finally {
      stop.abort(new Error('another host could not be enumerated'))
      await Promise.allSettled(workers)
    }
  }

  async #walkOne(state: EnumerationState, listing: Listing, signal: AbortSignal): Promise<void> {
    const { hosts, collections, pageSize, onHostSkip } = this.#options
    const host = new URL(listing.host)
    const names = wholeCollections(collections()) ?? []
    const ask = <Result>(work: () => Promise<Result>) => this.#patiently(work, listing.isOneOfMany, signal)
    try {
      const pages = walk(listing, {
        hosts,
        collections: names,
        pageSize,
        signal,
        ask,
        patience: this.#options.patience,
        onEndless: this.#options.onEndless,
        onCursorSkip: this.#options.onCursorSkip,
      })
      for await (const { repos, advance } of pages) {
        await this.#write(state, { host, isHost: listing.isOneOfMany, repos }, signal)
        advance()
        if (listing.isOneOfMany && listing.size >= this.#options.maxPerHost) break
        await this.#save(state, signal)
      }
    } catch (error) {
      if (!listing.isOneOfMany || signal.aborted) throw error
      onHostSkip(host, error)
    }
    state.listings = state.listings.filter((one) => one !== listing)
    state.hostsDone += 1
    await this.#save(state, signal)
  }

  async #nextHosts(state: EnumerationState, cursor: string, signal: AbortSignal | undefined): Promise<void> {
    const { hosts, source, allowLoopback, patience, onEndless } = this.#options
    const query = { limit: hostsPerPage, ...(cursor && { cursor }), ...(signal && { signal }) }
    let page: HostPage
    try {
      page = await this.#patiently(() => hosts.listHosts(source, query), false, signal)
    } catch (error) {
      if (error instanceof RefusedError && cursor !== '' && state.hostsRestarts < maxRestarts) {
        this.#options.onCursorSkip(source)
        state.hostsRestarts += 1
        state.hostsCursor = ''
        state.hostsTrail = newTrail()
        state.hostsNovelty = newNovelty()
        return
      }
      throw error instanceof UnsupportedMethod ? cannotEnumerate(source, error) : error
    }
    const urls = page.hosts
      .filter(({ status }) => status !== 'banned')
      .flatMap(({ hostname }) => hostUrl(hostname, allowLoopback) ?? [])
    state.listings = urls.map((url) => newListing(url, true))
    const isEnd = page.cursor === undefined || leadsBack(state.hostsTrail, page.cursor)
    const names = page.hosts.map(({ hostname }) => hostname)
    const isEndless = !isEnd && !bringsNews(state.hostsNovelty, names, patience)
    if (isEndless) onEndless(source)
    if (isEnd || isEndless) delete state.hostsCursor
    else state.hostsCursor = page.cursor
    await this.#save(state, signal)
  }

  async #write(
    state: EnumerationState,
    { host, isHost, repos }: Written,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { streams, highWater, repos: kept, onPage } = this.#options
    await streams.drained(repoBackfill, highWater, signal)
    signal?.throwIfAborted()
    const wanted = repos.filter(({ did }) => kept?.has(did) ?? true)
    const entries = wanted.map((repo): EnumeratedRepo => (isHost ? { ...repo, host: host.host } : repo))
    const payloads = entries.map(encodeEnumeratedRepo)
    if (payloads.length > 0) await this.#repeat(() => streams.append(repoBackfill, payloads), signal)
    state.pages += 1
    state.fetched += repos.length
    state.written += wanted.length
    onPage({ host, fetched: repos.length, written: wanted.length })
  }

  #patiently<Result>(
    work: () => Promise<Result>,
    isOneOfMany: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const { backoff, maxAttempts, onError: onFailure } = this.#options
    const isForEver = (error: unknown) => !isOneOfMany && error instanceof UpstreamError
    return patiently(work, { backoff, maxAttempts, isForEver, onFailure, signal })
  }

  async #save(state: EnumerationState, signal?: AbortSignal): Promise<void> {
    await this.#repeat(() => this.#options.storage.setNote(this.#key, JSON.stringify(state)), signal)
  }

  /** What is kept here is worth any number of attempts. */
  #repeat<Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const { backoff, onStoreError: onFailure } = this.#options
    return repeat(work, { backoff, signal, onFailure })
  }
}

interface Written {
  readonly host: URL
  /** Whether the repos are kept there, as far as is known. */
  readonly isHost: boolean
  readonly repos: readonly ListedRepo[]
}

function newListing({ href }: URL, isOneOfMany: boolean): Listing {
  return {
    host: href,
    isOneOfMany,
    collectionsDone: 0,
    trail: newTrail(),
    novelty: newNovelty(),
    restarts: 0,
    size: 0,
    isDone: false,
  }
}

function cannotEnumerate({ host }: URL, cause: Error): SetupError {
  const mend = 'name another --relay, or the repos with --dids'
  return new SetupError(`${host} lists neither repos nor hosts, so there is nothing to enumerate: ${mend}`, {
    cause,
  })
}

/** @returns undefined where the name, which a stranger may have written, is not a plain host. */
function hostUrl(hostname: string, allowLoopback: boolean): URL | undefined {
  const isLocal = /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(hostname)
  if (isLocal && !allowLoopback) return undefined
  const url = URL.parse(`${isLocal ? 'http' : 'https'}://${hostname}`)
  return url?.host === hostname.toLowerCase() ? url : undefined
}

/** A state with so many hosts is still a small text. */
const hostsPerPage = 100

const defaults = {
  collections: () => [],
  byHost: false,
  allowLoopback: false,
  pageSize: 1000,
  highWater: 100_000,
  concurrency: 8,
  maxPerHost: 5_000_000,
  patience: 10_000,
  maxAttempts: 5,
  backoff: { firstMs: 1000, maxMs: 60_000, jitter: 0.5 },
  onPage: () => {},
  onError: () => {},
  onStoreError: () => {},
  onCursorSkip: () => {},
  onEndless: () => {},
  onHostSkip: () => {},
  onDone: () => {},
}
