import { join } from 'node:path'
import type { Meter } from '@opentelemetry/api'
import {
  boundConnections,
  disabledMeter,
  measureHttp,
  type Pipeline,
  type PipelineFlags,
  startPipeline,
} from '@tidegauge/otel'
import type { RequestHandler } from 'express'
import { components } from './catalog/catalog.ts'
import { createOwnAudit } from './catalog/own-audit.ts'
import { referenceOf } from './catalog/reference.ts'
import { nodeChecks } from './compose/checks.ts'
import { createControl, keptSync } from './compose/control.ts'
import { type DemoHook, demoObservers } from './compose/demo-observers.ts'
import { Engine } from './compose/engine.ts'
import { countEngine, instrumentStores, observeEngine } from './compose/instrumented.ts'
import { LiveConfig, type LiveConfigOptions, unchangedSettings } from './compose/live-config.ts'
import { createMcpNode, lazyMcpHandler, type McpNodeOptions } from './compose/mcp.ts'
import { catalogFor, checkObserverMetrics } from './compose/observer-metrics.ts'
import {
  actionsOf,
  isObservedBy,
  observersControl,
  openObservers,
  rememberObservers,
} from './compose/observers.ts'
import { Own } from './compose/own.ts'
import { Readiness } from './compose/readiness.ts'
import { createSearchRebuild, rebuildIndexes } from './compose/reindex.ts'
import { apiNames, serveOwn } from './compose/serve-own.ts'
import { servedHistory } from './compose/served-history.ts'
import { rememberSource, type Source } from './compose/source.ts'
import { openStores, type Stores } from './compose/stores.ts'
import type { Config } from './config.ts'
import { Guest } from './demo/guest.ts'
import { startDemoNetwork } from './demo/network.ts'
import { createApi } from './edge/http/api.ts'
import { countConfigChanges, countRequests } from './edge/http/instrumented.ts'
import { type Listener, listen } from './edge/http/listen.ts'
import type { ShownConfig, StatusOptions } from './edge/http/status.ts'
import { countMcpRequests, instrumentCallTool } from './edge/mcp/instrumented.ts'
import { xrpcRoutes } from './edge/xrpc/xrpc.ts'
import { executeAction } from './flow/actions/execute.ts'
import { instrumentAction } from './flow/actions/instrumented.ts'
import { indexerGroup } from './flow/indexing/indexer.ts'
import { createFilter } from './flow/ingest/filter.ts'
import { Ingest } from './flow/ingest/ingest.ts'
import { ingestConnectionErrors, ingestMetrics, observeIngest } from './flow/ingest/instrumented.ts'
import type { ObserversConfig } from './flow/observers/definition.ts'
import { listenerMetrics, observeListener } from './flow/observers/instrumented.ts'
import type { Observers } from './flow/observers/observers.ts'
import { buryOrphans } from './flow/observers/orphans.ts'
import { countKeptRuns } from './flow/sync/run-log.ts'
import type { Log, LogLevel } from './model/log.ts'
import { Firehose } from './net/firehose/firehose.ts'
import { firehoseMetrics, observeFirehose } from './net/firehose/instrumented.ts'
import { Database } from './state/database.ts'
import { firehoseLive } from './state/streams/streams.ts'

export interface ServeOptions {
  readonly config: Config
  readonly service: { readonly name: string; readonly version: string }
  /** Where the scrape endpoint listens, where that is not left to `OTEL_*`. */
  readonly metrics: PipelineFlags
  /** The configuration as `GET /config` shows it, without secrets. */
  readonly shownConfig: NonNullable<ShownConfig['service']>
  /** Who observes. @default those of the demo network where that runs, otherwise nobody */
  readonly observers?: ObserversConfig
  /** What may change while it runs: with what is kept in the data folder, and without. @default what `config` says */
  readonly changeable?: Pick<LiveConfigOptions, 'current' | 'started'>
  /** Writes lines of the log from another level on. @default the level stays as it is */
  readonly setLogLevel?: (level: LogLevel) => void
  readonly log: Log
  /** Ends the service. */
  readonly signal: AbortSignal
  /** Called once the service can be asked. */
  readonly onListening: (at: Addresses) => Promise<void>
}

/** Where a running service can be asked. */
export interface Addresses {
  readonly api: URL
  /** The scrape endpoint; undefined where the configuration has none. */
  readonly metrics: string | undefined
}

/**
 * Runs everything in one process until the signal aborts.
 *
 * @throws an error of type `usage` when something that it was told to use cannot be used: folder, port, relay.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { config, service, metrics: flags, log, observers: given } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  await using stack = new AsyncDisposableStack()

  // Its folder is this process's own from here on. It is closed after the pipeline, whose last export tells of it, too.
  const database = stack.use(new Database({ dir: config.data }))
  const pipeline = stack.use(
    await startPipeline({
      catalog: catalogFor(given),
      service,
      flags,
      history: servedHistory(config),
      onLog: (level, line) => log[level](line),
    }),
  )
  if (given !== undefined) checkObserverMetrics(given, pipeline, log)
  const meter = pipeline.meter()
  const observersMeter = given?.file.metrics.enabled === false ? disabledMeter() : meter
  const stores = instrumentStores(openStores(database, { ...config, log }), meter, observersMeter)
  const { source, hook } = await openSource(config, stack, log)
  await rememberSource(stores.storage, source)
  const watched = given ?? (hook && demoObservers(hook))
  const countFirehose = firehoseMetrics(meter)
  const counts = countEngine(meter, countFirehose)
  await rememberObservers(stores.storage, watched?.file)
  const isObserved = isObservedBy(watched?.file.observers ?? [])
  const own = new Own({ store: stores.local, dir: config.data, log })
  const engine = stack.use(
    await Engine.open({ config, source, stores, log, counts, own, ...(isObserved && { isObserved }) }),
  )
  observeEngine(meter, engine, stores)
  await countKeptRuns(stores.runs, counts.sync)
  const live = await openLive(options, { stores, source, engine, stack, meter, signal, countFirehose })
  const { firehose, ingest } = live
  const checks = nodeChecks({ database, stores, source, engine, firehose, ingest })
  const readiness = new Readiness({ checks, log })
  const parts = { stores, source, engine, stack, signal }
  const observers = watched && (await openServedObservers(watched, { ...parts, meter: observersMeter, log }))
  const listener = await openApi(options, { ...parts, own, live, readiness, pipeline, observers })

  const followUp = await serveOwn({ config, listener, own, engine, stores, stack, log })
  const guest = source.isDemo && config.demoRate > 0 ? openGuest(own, log) : undefined
  await firehose.start()
  await options.onListening({ api: listener.url, metrics: pipeline.endpoint?.url })
  reportPolicy(config, engine, log)
  const work = [
    ingest.run(signal),
    engine.run(signal),
    rebuildIndexes(stores, signal, log),
    readiness.run(signal),
    followUp.run(signal),
  ]
  if (guest !== undefined) work.push(guest.run(signal))
  if (observers !== undefined) work.push(observers.run(signal))
  work.push(buryOrphans({ queue: stores.queue, observers: actionsOf(watched?.file), log, signal }))
  try {
    await Promise.all(work)
  } catch (error) {
    if (!signal.aborted) throw error
    // The cursor has not moved: what could not be written is sent again.
    log.warn('stopped before everything was written', { reason: String(error) })
  } finally {
    stop.abort()
    await Promise.allSettled(work)
  }
}

/** The relay that was named, or else the demo network, which then runs until the stack is disposed. */
async function openSource(config: Config, stack: AsyncDisposableStack, log: Log): Promise<Opened> {
  const { relay, plc, allowLoopback } = config
  if (relay !== undefined) return { source: { relay, plc, allowLoopback, host: relay.host, isDemo: false } }
  const demo = await startDemoNetwork({
    dir: join(config.data, 'demo'),
    eventsPerSecond: config.demoRate,
    forgottenEvents: demoForgottenEvents,
    loseEveryMs: config.demoRate > 0 ? demoLoseEveryMs : 0,
    onError: (error) => log.warn('the demo network could not write', { reason: String(error) }),
  })
  stack.use(demo)
  const source = { relay: demo.relay, plc: demo.plc, allowLoopback: true, host: 'demo', isDemo: true }
  return { source, hook: demo.hook }
}

/** Somebody who writes into the own repo, as others write in the demo network. */
function openGuest(own: Own, log: Log): Guest {
  return new Guest(
    () => own.repo,
    (error) => log.warn('the demo network could not write', { reason: String(error) }),
  )
}

interface Opened {
  readonly source: Source
  /** What takes webhooks in the demo network; absent where that does not run. */
  readonly hook?: DemoHook
}

/** The first three accounts of the demo network are older than its stream. */
const demoForgottenEvents = 15
/** How often the demo network loses an event, for everybody to see how that heals. */
const demoLoseEveryMs = 180_000

interface Parts {
  readonly stores: Stores
  readonly source: Source
  readonly engine: Engine
  readonly stack: AsyncDisposableStack
  readonly signal: AbortSignal
}

/** What follows the stream of live events. */
interface Live {
  readonly firehose: Firehose
  readonly ingest: Ingest
}

async function openLive(
  { config, log }: ServeOptions,
  {
    stores,
    source,
    engine,
    stack,
    meter,
    signal,
    countFirehose,
  }: Parts & { readonly meter: Meter; readonly countFirehose: ReturnType<typeof firehoseMetrics> },
): Promise<Live> {
  const { streams } = stores
  const countConnectionError = ingestConnectionErrors(meter)
  const countIngest = ingestMetrics(meter)
  const stored = await streams.cursor(source.host)
  const firehose = new Firehose({
    relay: source.relay,
    identity: engine.identity,
    log,
    cursor: stored?.seq ?? (config.from === 'oldest' ? 0 : config.from),
    ...(stored?.timeMs !== undefined && { cursorTimeMs: stored.timeMs }),
    verify: config.verify,
    strict: config.strict,
    onHole: () => void engine.gap({ isCertain: false }),
    ...countFirehose,
    onFailure: (kind) => {
      countFirehose.onFailure(kind)
      countConnectionError()
    },
  })
  stack.use(firehose)
  observeFirehose(meter, firehose)

  const ingest = new Ingest({
    source: firehose.events(signal),
    host: source.host,
    streams,
    filter: createFilter({ collections: engine.collections, repos: engine.kept }),
    highWater: config.highWater,
    ...countIngest,
    onGap: () => engine.gap({ isCertain: true }),
    onError: (error) => {
      countIngest.onError(error)
      log.debug('events could not be written, retrying', { reason: String(error) })
    },
  })
  observeIngest(meter, ingest, streams, () => (firehose.connected ? 1 : 0))
  return { firehose, ingest }
}

async function openServedObservers(
  config: ObserversConfig,
  { stores, source, engine, stack, meter, log }: Parts & { readonly meter: Meter; readonly log: Log },
): Promise<Observers> {
  const observers = await openObservers({
    config,
    stores,
    engine,
    syncOnce: keptSync({ engine, stores }),
    allowLoopback: source.allowLoopback,
    execute: instrumentAction(executeAction, meter),
    log,
    stack,
    ...listenerMetrics(meter),
  })
  observeListener(meter, observers)
  return observers
}

/** Listens before events flow: who asks early is told what is not ready yet. */
async function openApi(
  { config, service, shownConfig, changeable, setLogLevel = () => {}, log }: ServeOptions,
  {
    stores,
    engine,
    own,
    live: { firehose, ingest },
    observers,
    readiness,
    stack,
    pipeline,
    signal,
  }: Parts & {
    readonly own: Own
    readonly live: Live
    readonly readiness: Readiness
    readonly pipeline: Pipeline
    readonly observers: Observers | undefined
  },
): Promise<Listener> {
  const { storage, search, streams } = stores
  const status: Pick<StatusOptions, 'ready' | 'stats' | 'config'> = {
    ready: () => readiness.parts(),
    stats: async () => ({
      firehose: {
        connected: firehose.connected,
        lastSeq: firehose.lastSeq,
        queued: firehose.queued,
        lagSeconds: firehose.lagMs === undefined ? undefined : firehose.lagMs / 1000,
      },
      ingest: { eventsInMemory: ingest.eventsInMemory, heldBack: ingest.isHeldBack },
      indexing: { pending: await streams.pending(firehoseLive, indexerGroup) },
      search: { diskBytes: await search.diskBytes() },
    }),
    config: () => ({ service: { ...shownConfig, ...live.current }, telemetry: pipeline.config }),
  }
  const live = new LiveConfig({
    dir: config.data,
    ...(changeable ?? unchangedSettings(config)),
    apply: async ({ collections, backfillConcurrency, hostConcurrency, logLevel }, changed) => {
      if (changed.has('collections')) {
        const isDone = await engine.keepCollections(collections, (signal) => ingest.flush(signal), signal)
        if (!isDone) return 'an earlier change of collections is not applied yet: ask again later'
      }
      engine.backfill.resize(backfillConcurrency, hostConcurrency)
      setLogLevel(logLevel)
      return undefined
    },
    onChange: countConfigChanges(pipeline.meter()),
    log,
  })
  const reindexSearch = createSearchRebuild(stores, signal, log)
  const control = createControl({
    engine,
    stores,
    observers: observersControl(storage, async () => observers?.list() ?? []),
    reindexSearch,
    changeConfig: (change, options) => live.change(change, options),
    signal,
  })
  const open = xrpcRoutes({ repo: () => own.repo, address: () => own.address, ...service, log })
  const local = () => own.repo
  const names = apiNames(config)
  const parts = { storage, search, control }
  const mcp = openMcp({ config, service, log }, { ...parts, local, pipeline, signal })
  const api = createApi({
    ...config,
    ...service,
    ...status,
    ...parts,
    names,
    local,
    open,
    mcp,
    log,
  })
  const listener = await listen(api, config)
  boundConnections(listener.server, { unreadAnswers })
  stack.defer(() => listener.close())
  listener.server.prependListener('request', countRequests(pipeline.meter()))
  stack.use(measureHttp({ meterProvider: pipeline.meterProvider, listensOn: () => [listener.port] }))
  return listener
}

function openMcp(
  { config, service, log }: Pick<ServeOptions, 'config' | 'service' | 'log'>,
  {
    pipeline,
    signal,
    ...parts
  }: Pick<McpNodeOptions, 'storage' | 'search' | 'control' | 'local'> & {
    readonly pipeline: Pipeline
    readonly signal: AbortSignal
  },
): RequestHandler {
  const meter = pipeline.meter()
  const audit = createOwnAudit({
    scrape: pipeline.endpoint?.url,
    token: config.metricsToken,
    dashboards: 'dashboards',
  })
  return lazyMcpHandler({
    node: createMcpNode({ ...parts, audit, metrics: { components, docs: referenceOf } }),
    version: service.version,
    maxBodyBytes: mcpBodies * config.maxBodyBytes,
    log,
    signal,
    onRequest: countMcpRequests(meter),
    measured: instrumentCallTool(meter),
  })
}

/** How many times a body of MCP may be as large as others: a record may come along. */
const mcpBodies = 16

/** Answers of the API that wait to be read: each holds some megabytes at most, what is packed for its way included. */
const unreadAnswers = 64

/** Says what is not fetched, and how to have it fetched. */
function reportPolicy({ backfill }: Config, { policy }: Engine, log: Log): void {
  if (policy === 'none' && backfill === undefined)
    log.info('repos that are older than the stream are not fetched: --backfill seen or all does')
}
