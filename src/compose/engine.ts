import { join } from 'node:path'
import type { Config } from '../config.ts'
import { Backfill, type BackfillOptions } from '../flow/backfill/backfill.ts'
import { type BackfillPolicy, Enqueue } from '../flow/backfill/enqueue.ts'
import { intake } from '../flow/backfill/intake.ts'
import { LookUps } from '../flow/backfill/look-ups.ts'
import { Reconciler } from '../flow/backfill/reconcile.ts'
import { recover } from '../flow/backfill/recover.ts'
import { checkStale } from '../flow/backfill/stale.ts'
import { Indexer, type IndexerOptions, indexerGroup } from '../flow/indexing/indexer.ts'
import { Enumeration, type EnumerationOptions } from '../flow/ingest/enumerate.ts'
import { KeptCollections } from '../flow/ingest/kept-collections.ts'
import { KeptRepos } from '../flow/ingest/kept-repos.ts'
import type { SyncReports } from '../flow/sync/options.ts'
import { Sync } from '../flow/sync/sync.ts'
import { wallClock } from '../model/clock.ts'
import type { Did } from '../model/did.ts'
import type { CommitEvent, SyncEvent } from '../model/event.ts'
import type { Log } from '../model/log.ts'
import type { SyncFailure, SyncRun } from '../model/sync.ts'
import { createFetch } from '../net/fetch/fetch.ts'
import type { FirehoseOptions } from '../net/firehose/options.ts'
import { verifyFrame } from '../net/firehose/verify-frame.ts'
import type { Hosts, ListedRepo } from '../net/host/host.ts'
import { HttpHosts } from '../net/host/http.ts'
import { Identity } from '../net/identity/identity.ts'
import type { IdentityOptions } from '../net/identity/options.ts'
import { ReaderPool } from '../net/reading/reader-pool.ts'
import { applyFilterChanges, beginCollections } from './filter-change.ts'
import type { Own } from './own.ts'
import { OwnHosts } from './own-hosts.ts'
import { Rate } from './rate.ts'
import type { Source } from './source.ts'
import type { Stores } from './stores.ts'
import { sweepLeftovers } from './sweeper.ts'

/** What of the configuration decides how repos are kept. */
export type EngineConfig = Pick<
  Config,
  | 'data'
  | 'verify'
  | 'strict'
  | 'collections'
  | 'dids'
  | 'backfill'
  | 'backfillConcurrency'
  | 'hostConcurrency'
  | 'queueLimit'
  | 'maxRepoBytes'
  | 'syncInterval'
  | 'handles'
  | 'highWater'
>

/** What counts what the rooms report. @default nothing is counted */
export interface EngineCounts {
  readonly indexing?: Pick<IndexerOptions, 'onApply' | 'onError' | 'onAckFailure'>
  readonly sync?: SyncReports
  readonly backfill?: Pick<BackfillOptions, 'onDone' | 'onFailed'>
  readonly onBackpressure?: () => void
  readonly enumeration?: Pick<EnumerationOptions, 'onPage' | 'onError' | 'onStoreError' | 'onCursorSkip'>
  readonly identity?: Pick<IdentityOptions, 'onLookup' | 'onCache'>
  /** What the firehose counts of events that it has verified: these were verified later. */
  readonly firehose?: Pick<FirehoseOptions, 'onOperation' | 'onOddRecord'>
}

export interface EngineOptions {
  readonly config: EngineConfig
  readonly source: Source
  readonly stores: Stores
  readonly log: Log
  readonly counts?: EngineCounts
  /** The node's own repo, which is not asked for over the network. @default there is none */
  readonly own?: Own
  /** Which operations of live events observers are told. @default none */
  readonly isObserved?: IndexerOptions['isObserved']
}

/**
 * Everything that keeps repos what they should be, apart from the stream of live events: the indexer, the sync runs, and
 * what queues, looks up and lists repos.
 */
export class Engine implements AsyncDisposable {
  readonly policy: BackfillPolicy
  readonly kept: KeptRepos
  readonly collections: KeptCollections
  readonly identity: Identity
  readonly hosts: Hosts
  readonly indexer: Indexer
  readonly reader: ReaderPool
  readonly sync: Sync
  readonly enqueue: Enqueue
  readonly backfill: Backfill
  readonly enumeration: Enumeration
  /** Repos that were synced because they were queued, and records that sync runs have brought. */
  readonly rates = { repos: new Rate(), records: new Rate() }
  /** Why the repos of the source could not be listed when that was last wanted; absent where they were. */
  listFailure: string | undefined
  readonly #options: EngineOptions
  readonly #lookUps: LookUps
  readonly #reconciler: Reconciler
  readonly #stack: AsyncDisposableStack
  /** What follows from the filter is being done, first of all at the start. */
  #isFiltering = true
  #followed: Promise<void> | undefined

  static async open(options: EngineOptions): Promise<Engine> {
    const { storage } = options.stores
    const engine = new Engine(options, await storage.tracking())
    await beginCollections(storage, options.config.collections)
    // A listing that came to its end before is complete from the start, and not finished once more.
    await engine.enumeration.load()
    return engine
  }

  private constructor(options: EngineOptions, tracking: ReadonlyMap<Did, 'tracked' | 'untracked'>) {
    const { config, source, stores, log, counts = {}, isObserved, own } = options
    const { storage, search, streams, queue, identities } = stores
    const { dids, queueLimit: limit } = config
    const stack = new AsyncDisposableStack()
    const onError = (what: string) => (error: unknown) => log.error(what, { reason: String(error) })
    this.#options = options
    this.#stack = stack
    this.policy = config.backfill ?? (source.isDemo || dids.length > 0 ? 'all' : 'none')
    this.kept = new KeptRepos({ dids, tracking })
    this.collections = new KeptCollections(config.collections)
    this.identity = stack.use(
      new Identity({
        plc: source.plc,
        allowLoopback: source.allowLoopback,
        handles: config.handles ?? (source.allowLoopback ? 'document' : 'verify'),
        kept: identities,
        ...(own && { own: (did) => own.identity(did) }),
        onDirectory: (answers, problem) => reportDirectory(log, answers, problem),
        onKeepError: onError('what DIDs were resolved to could not be kept, retrying'),
        ...counts.identity,
      }),
    )
    // The address of the source is the operator's, those of all other hosts were written by strangers.
    const fetch = stack.use(createFetch({ allowLoopback: source.allowLoopback, trusted: source.relay }))
    const hosts = new HttpHosts({ fetch, maxRepoBytes: config.maxRepoBytes })
    this.hosts = own === undefined ? hosts : new OwnHosts(hosts, own)
    this.enqueue = stack.use(
      new Enqueue({
        queue,
        policy: this.policy,
        limit,
        // After a gap most repos turn out to be current, and need not be fetched.
        takesCareOf: (reason) => this.#reconciler.takesCareOf(reason),
        onError: onError('repos could not be queued, retrying'),
      }),
    )
    this.indexer = new Indexer({
      streams,
      storage,
      search,
      verifyFrame: (frame, key) => this.#verify(frame, key),
      keeps: (collection) => this.collections.has(collection),
      isUntracked: (did) => !this.kept.has(did),
      ...(isObserved && { isObserved }),
      onDesync: (did, reason) => this.enqueue.desynced(did, reason),
      onPending: (did) => this.enqueue.seen(did),
      onNeedless: (did) => this.enqueue.needless(did),
      onWritten: (did) => this.enqueue.written(did),
      onUnverified: (did) => this.enqueue.unverified(did),
      onNewcomer: (did) => this.enqueue.newcomer(did),
      onIdentity: (did) => this.enqueue.identity(did),
      ...counts.indexing,
      onError: (kind, error) => {
        counts.indexing?.onError?.(kind, error)
        log[kind === 'expected' ? 'debug' : 'error']('an event could not be indexed', {
          reason: String(error),
        })
      },
    })
    this.#reconciler = new Reconciler({
      source: source.relay,
      hosts: this.hosts,
      hostOf: (did, signal) => this.hostOf(did, signal),
      storage,
      streams,
      group: indexerGroup,
      onStale: (did) => this.enqueue.desynced(did, 'gap'),
      onDoubt: (dids) => {
        // Whatever else they are looked up for must not do with what was known before.
        for (const did of dids) this.identity.forget(did)
        this.enqueue.doubtful(dids)
      },
      // Those that were created while events were missing.
      ...(this.policy === 'all' && { onUnknown: (repos, signal) => this.#enumerate(repos, signal) }),
      onDone: ({ done, stale }) =>
        log.info('events were missing: all repos were compared with what their hosts have', {
          repos: done,
          fetched: stale,
        }),
      onError: (error) =>
        log.warn('repos could not be compared with their hosts, retrying', { reason: String(error) }),
    })
    this.reader = stack.use(new ReaderPool({ folder: join(config.data, 'tmp') }))
    this.sync = stack.use(
      new Sync({
        identity: this.identity,
        hosts: this.hosts,
        source: source.relay,
        reader: this.reader,
        storage,
        streams,
        group: indexerGroup,
        collections: () => this.collections.patterns,
        body: { maxBytes: config.maxRepoBytes },
        onBackpressure: () => counts.onBackpressure?.(),
        onRun: (run) => this.#onRun(run),
        onJoin: (trigger) => counts.sync?.onJoin?.(trigger),
        onUnlikeStored: (did, error) =>
          log.warn('a repo is not stored as it was said to be, all of it is fetched', {
            did,
            reason: String(error),
          }),
        onError: onError('the end of a sync run could not be written'),
      }),
    )
    this.backfill = new Backfill({
      queue,
      syncOnce: this.sync.syncOnce,
      giveUp: (did) => this.sync.giveUp(did),
      isHidden: async (did) => {
        const repo = await storage.getRepo(did)
        return repo !== undefined && repo.status !== repo.content
      },
      hostOf: (did, signal) => this.hostOf(did, signal),
      blockedUntilMs: (host) => this.hosts.blockedUntilMs(host),
      directoryUntilMs: () => this.identity.blockedUntilMs,
      concurrency: config.backfillConcurrency,
      perHost: config.hostConcurrency,
      onDone: (result, trigger) => {
        this.rates.repos.add()
        counts.backfill?.onDone?.(result, trigger)
      },
      onFailed: (failed) => counts.backfill?.onFailed?.(failed),
      onError: onError('the queue of repos fails, retrying'),
    })
    let isSilent = false
    this.enumeration = new Enumeration({
      source: source.relay,
      hosts: this.hosts,
      streams,
      storage,
      collections: () => this.collections.patterns,
      repos: this.kept,
      allowLoopback: source.allowLoopback,
      highWater: config.highWater,
      ...counts.enumeration,
      onPage: (page) => {
        counts.enumeration?.onPage?.(page)
        isSilent = false
      },
      onError: (error) => {
        counts.enumeration?.onError?.(error)
        if (!isSilent)
          log.warn('the repos of the source cannot be listed now; retrying until they can', {
            reason: String(error),
          })
        isSilent = true
      },
      onEndless: (host) =>
        log.warn('a host lists the same again and again, or nothing: that is taken for the end of its list', {
          host: host.host,
        }),
      onHostSkip: (host, error) =>
        log.warn('a host does not list its repos', { host: host.host, reason: String(error) }),
      onDone: ({ fetched, written }) =>
        log.info('the repos of the source are listed', { listed: fetched, queued: written }),
    })
    this.#lookUps = new LookUps({
      queue,
      documents: this.identity,
      storage,
      streams,
      group: indexerGroup,
      onGiveUp: (did) => log.debug('events without a key that fits were refused', { did }),
      onError: onError('the queue of look-ups fails, retrying'),
    })
  }

  /** Runs until `signal` aborts, and what was begun has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { stores, config, log, counts } = this.#options
    const { storage, search, streams, queue } = stores
    // The indexer goes on until all others have handed over what they have.
    const indexing = new AbortController()
    const indexed = this.indexer.run(indexing.signal)
    try {
      await Promise.all([
        this.#begin(signal),
        this.backfill.run(signal),
        this.#lookUps.run(signal),
        this.#reconciler.run(signal),
        intake(
          {
            streams,
            storage,
            enqueue: this.enqueue,
            isWanted: (did) => this.kept.has(did),
            onError: (error) => log.error('listed repos could not be queued', { reason: String(error) }),
          },
          signal,
        ),
        checkStale(
          {
            storage,
            queue,
            enqueue: this.enqueue,
            intervalMs: config.syncInterval,
            onError: (error) => log.error('stale repos could not be queued', { reason: String(error) }),
          },
          signal,
        ),
        sweepLeftovers(
          { storage, search, onError: (error) => counts?.indexing?.onError?.('unexpected', error) },
          signal,
        ),
      ])
    } finally {
      await this.#followed
      await this.sync[Symbol.asyncDispose]()
      indexing.abort()
      await indexed
    }
  }

  /** Events are missing from the stream. Resolves once that is on disk; what it means for which repo is found out later. */
  gap({ isCertain }: { readonly isCertain: boolean }): Promise<void> {
    return this.#reconciler.gap({ isCertain })
  }

  /** Lists the repos of the source, where that is wanted or asked for. Never rejects. */
  async list(again: boolean, signal: AbortSignal): Promise<void> {
    this.listFailure = undefined
    try {
      await this.enumeration.run({ again }, signal)
    } catch (error) {
      if (signal.aborted) return
      const { message: reason } = error as Error
      this.listFailure = reason
      this.#options.log.error('the repos of the source cannot be listed', { reason })
    }
  }

  /**
   * Keeps other collections from now on. Repos are fetched again, or records removed, after it has resolved; one change
   * at a time.
   *
   * @param flush resolves once what was chosen by the collections of before is in the stream.
   * @returns false while what follows from another change is not done.
   */
  async keepCollections(
    patterns: readonly string[],
    flush: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#isFiltering) return false
    this.#isFiltering = true
    try {
      await beginCollections(this.#options.stores.storage, patterns)
      this.collections.set(patterns)
    } catch (error) {
      this.#isFiltering = false
      throw error
    }
    this.#followed = this.#follow(flush, signal)
    return true
  }

  /**
   * The host that has a repo, by the document of its DID.
   *
   * @throws {UpstreamError} when the directory does not answer, {InvalidError} when there is no such DID.
   */
  async hostOf(did: Did, signal: AbortSignal): Promise<URL | undefined> {
    const { pds } = await this.identity.resolve(did, { signal })
    return pds === undefined ? undefined : new URL(pds)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }

  async #follow(flush: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { log } = this.#options
    try {
      await flush(signal)
      await this.#applyFilter(signal, () => this.sync.settled(signal))
    } catch (error) {
      if (!signal.aborted)
        log.error('a change of collections could not be applied: the next start does', {
          reason: String(error),
        })
    } finally {
      this.#isFiltering = false
    }
    if (this.policy !== 'all') return
    // The first may join a listing of what was kept before.
    await this.list(false, signal)
    await this.list(false, signal)
  }

  async #applyFilter(signal: AbortSignal, runsEnded?: () => Promise<void>): Promise<void> {
    const { stores, config, log } = this.#options
    const { patterns: collections } = this.collections
    const options = { dids: config.dids, collections, stores, group: indexerGroup, kept: this.kept, log }
    await applyFilterChanges({ ...options, ...(runsEnded && { runsEnded }) }, signal)
  }

  /** Brings what is kept up to the configuration, and queues what is missing. */
  async #begin(signal: AbortSignal): Promise<void> {
    const { stores, log } = this.#options
    try {
      await this.#applyFilter(signal).finally(() => {
        this.#isFiltering = false
      })
      const isUnderWay = (did: Did) => this.sync.isUnderWay(did)
      const { repos, left } = await recover(
        { ...stores, enqueue: this.enqueue, policy: this.policy, isUnderWay },
        signal,
      )
      if (repos > 0) log.info('repos wait to be fetched', { repos })
      if (left > 0)
        log.info('repos that are older than the stream stay pending; --backfill seen fetches them', {
          repos: left,
        })
    } catch (error) {
      if (!signal.aborted)
        log.error('what has to be fetched could not be found out', { reason: String(error) })
    }
    if (this.policy === 'all') await this.list(false, signal)
  }

  async #enumerate(repos: readonly ListedRepo[], signal: AbortSignal): Promise<void> {
    const wanted = repos.filter(({ did, active }) => active !== false && this.kept.has(did))
    await this.enqueue.enumerated(
      wanted.map(({ did }) => ({ did })),
      signal,
    )
  }

  /** Verifies an event that has waited for its key, and counts it as the firehose would have. */
  #verify(frame: Uint8Array, key: string): CommitEvent | SyncEvent {
    const { config, counts: { firehose = {} } = {} } = this.#options
    const { onOddRecord, onOperation = () => {} } = firehose
    const options = { mode: config.verify, strict: config.strict, ...(onOddRecord && { onOddRecord }) }
    const event = verifyFrame(frame, key, options)
    if (event.kind === 'commit') for (const { op } of event.operations) onOperation(op)
    return event
  }

  #onRun(run: SyncRun): void {
    const { counts = {} } = this.#options
    this.rates.records.add(run.records)
    counts.sync?.onRun?.(run)
    if (run.reason !== undefined) this.#remember(run, run.reason)
  }

  /**
   * Keeps why a run has failed, for whoever asks about its repo; what nobody foresaw is in the log as well. That the
   * service ends is no fault of a repo.
   */
  #remember({ did, trigger, outcome, message = '' }: SyncRun, reason: SyncFailure): void {
    if (reason === 'internal' && outcome !== 'panic') return
    const { log, stores } = this.#options
    if (outcome === 'panic')
      log.error('a sync run ended in a way that nobody foresaw', { did, trigger, reason: message })
    stores.failures
      .add(did, { atMs: wallClock(), trigger, reason, message })
      .catch((error) => log.error('a failed sync run could not be noted', { reason: String(error) }))
  }
}

function reportDirectory(log: Log, answers: boolean, problem: string): void {
  if (answers) log.info('the directory of DIDs answers again')
  else log.warn('the directory of DIDs has stopped answering; events of new repos wait for it', { problem })
}
