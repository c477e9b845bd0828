import { join } from 'node:path'
import type { Meter } from '@opentelemetry/api'
import { measureHttp, type Pipeline, type PipelineFlags, startPipeline } from '@tidegauge/otel'
import { catalog } from './catalog/catalog.ts'
import type { Config } from './config.ts'
import { startDemoNetwork } from './demo/network.ts'
import { createApi } from './edge/http/api.ts'
import { countRequests } from './edge/http/instrumented.ts'
import { type Listener, listen } from './edge/http/listen.ts'
import type { JsonObject, StatusOptions } from './edge/http/status.ts'
import { Indexer, indexerGroup } from './flow/indexing/indexer.ts'
import { indexerMetrics, observeIndexer } from './flow/indexing/instrumented.ts'
import { createFilter } from './flow/ingest/filter.ts'
import { Ingest } from './flow/ingest/ingest.ts'
import { ingestConnectionErrors, ingestMetrics, observeIngest } from './flow/ingest/instrumented.ts'
import type { Log } from './model/log.ts'
import { Firehose } from './net/firehose/firehose.ts'
import { firehoseMetrics, observeFirehose } from './net/firehose/instrumented.ts'
import { Identity } from './net/identity/identity.ts'
import { Database } from './state/database.ts'
import { instrumentSearch, observeSearch } from './state/search/instrumented.ts'
import type { Search } from './state/search/search.ts'
import { SqliteSearch } from './state/search/sqlite.ts'
import { instrumentStorage, observeStorage } from './state/storage/instrumented.ts'
import { SqliteStorage } from './state/storage/sqlite.ts'
import type { Storage } from './state/storage/storage.ts'
import { SqliteStreams } from './state/streams/sqlite.ts'
import { firehoseLive, type Streams } from './state/streams/streams.ts'

export interface ServeOptions {
  readonly config: Config
  readonly service: { readonly name: string; readonly version: string }
  /** Where the scrape endpoint listens, where that is not left to `OTEL_*`. */
  readonly metrics: PipelineFlags
  /** The configuration as `GET /config` shows it, without secrets. */
  readonly shownConfig: JsonObject
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
  const { config, service, metrics: flags, log } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  await using stack = new AsyncDisposableStack()

  const pipeline = stack.use(
    await startPipeline({ catalog, service, flags, onLog: (level, line) => log[level](line) }),
  )
  const meter = pipeline.meter()
  const stores = openStores(config, stack, meter)
  const source = await openSource(config, stack, log)
  const firehose = await openFirehose(options, { stores, source, stack, meter })
  const indexer = createIndexer(stores, { meter, log })
  const ingest = createIngest(options, { stores, source, firehose, meter, signal })
  const listener = await openApi(options, { stores, source, firehose, ingest, stack, pipeline })

  await firehose.start()
  await options.onListening({ api: listener.url, metrics: pipeline.endpoint?.url })
  const work = [ingest.run(signal), indexer.run(signal), reindex(stores, signal, log)]
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

interface Stores {
  readonly storage: Storage
  readonly search: Search
  readonly streams: Streams
}

/** What is kept, all of it in one database. */
function openStores(config: Config, stack: AsyncDisposableStack, meter: Meter): Stores {
  const database = stack.use(new Database({ dir: config.data }))
  const streams = stack.use(new SqliteStreams({ database }))
  const storage = instrumentStorage(stack.use(new SqliteStorage({ database, index: config.index })), meter)
  const search = instrumentSearch(
    new SqliteSearch({ database, ...(config.search && { fields: config.search }) }),
    meter,
  )
  observeStorage(meter, storage)
  observeSearch(meter, search)
  return { storage, search, streams }
}

/** Where events come from. */
interface Source {
  readonly relay: URL
  readonly plc: URL
  readonly allowLoopback: boolean
  /** The cursor is kept under this name. */
  readonly host: string
}

/** The relay that was named, or else the demo network, which then runs until the stack is disposed. */
async function openSource(config: Config, stack: AsyncDisposableStack, log: Log): Promise<Source> {
  const { relay, plc, allowLoopback } = config
  if (relay !== undefined) return { relay, plc, allowLoopback, host: relay.host }
  const demo = await startDemoNetwork({
    dir: join(config.data, 'demo'),
    eventsPerSecond: config.demoRate,
    onError: (error) => log.warn('the demo network could not write', { reason: String(error) }),
  })
  stack.use(demo)
  return { relay: demo.relay, plc: demo.plc, allowLoopback: true, host: 'demo' }
}

interface FirehoseParts {
  readonly stores: Stores
  readonly source: Source
  readonly stack: AsyncDisposableStack
  readonly meter: Meter
}

async function openFirehose(
  { config, log }: ServeOptions,
  { stores, source, stack, meter }: FirehoseParts,
): Promise<Firehose> {
  const countFirehose = firehoseMetrics(meter)
  const countConnectionError = ingestConnectionErrors(meter)
  const saved = await stores.streams.cursor(source.host)
  const firehose = new Firehose({
    ...source,
    identity: stack.use(new Identity(source)),
    log,
    cursor: saved?.seq ?? (config.from === 'oldest' ? 0 : config.from),
    ...(saved?.timeMs !== undefined && { cursorTimeMs: saved.timeMs }),
    verify: config.verify,
    strict: config.strict,
    ...countFirehose,
    onFailure: (kind) => {
      countFirehose.onFailure(kind)
      countConnectionError()
    },
  })
  stack.use(firehose)
  observeFirehose(meter, firehose)
  return firehose
}

function createIndexer(
  { streams, storage, search }: Stores,
  { meter, log }: { readonly meter: Meter; readonly log: Log },
): Indexer {
  const countIndexing = indexerMetrics(meter)
  const indexer = new Indexer({
    streams,
    storage,
    search,
    ...countIndexing,
    onError: (kind, error) => {
      countIndexing.onError(kind, error)
      log[kind === 'expected' ? 'debug' : 'error']('an event could not be indexed', { reason: String(error) })
    },
  })
  observeIndexer(meter, indexer, streams)
  return indexer
}

interface IngestParts {
  readonly stores: Stores
  readonly source: Source
  readonly firehose: Firehose
  readonly meter: Meter
  readonly signal: AbortSignal
}

function createIngest(
  { config, log }: ServeOptions,
  { stores: { streams }, source, firehose, meter, signal }: IngestParts,
): Ingest {
  const countIngest = ingestMetrics(meter)
  const ingest = new Ingest({
    source: firehose.events(signal),
    host: source.host,
    streams,
    filter: createFilter(config),
    highWater: config.highWater,
    ...countIngest,
    onError: (error) => {
      countIngest.onError(error)
      log.error('events could not be written, retrying', { reason: String(error) })
    },
  })
  observeIngest(meter, ingest, streams, () => (firehose.connected ? 1 : 0))
  return ingest
}

interface ApiParts {
  readonly stores: Stores
  readonly source: Source
  readonly firehose: Firehose
  readonly ingest: Ingest
  readonly stack: AsyncDisposableStack
  readonly pipeline: Pipeline
}

/** Listens before events flow: who asks early is told what is not ready yet. */
async function openApi(
  { config, service, shownConfig, log }: ServeOptions,
  { stores, source, firehose, ingest, stack, pipeline }: ApiParts,
): Promise<Listener> {
  const { storage, search, streams } = stores
  const pending = () => streams.pending(firehoseLive, indexerGroup)
  const status: Pick<StatusOptions, 'ready' | 'stats' | 'config'> = {
    ready: async () => ({
      database: await storage.totals().then(() => true as const, String),
      relay: firehose.connected || `not connected to ${source.relay.origin}`,
      indexing: (await pending()) < config.highWater || 'the stream is at its high-water mark',
    }),
    stats: async () => ({
      firehose: {
        connected: firehose.connected,
        lastSeq: firehose.lastSeq,
        queued: firehose.queued,
        lagSeconds: firehose.lagMs === undefined ? undefined : firehose.lagMs / 1000,
      },
      ingest: { eventsInMemory: ingest.eventsInMemory, heldBack: ingest.isHeldBack },
      indexing: { pending: await pending() },
      search: { diskBytes: await search.diskBytes() },
    }),
    config: () => ({ service: shownConfig, telemetry: pipeline.config }),
  }
  const api = createApi({ ...config, ...service, storage, search, log, ...status })
  const listener = await listen(api, config)
  stack.defer(() => listener.close())
  listener.server.prependListener('request', countRequests(pipeline.meter()))
  stack.use(measureHttp({ meterProvider: pipeline.meterProvider, listensOn: () => [listener.port] }))
  return listener
}

/** Rebuilds what the configuration has changed. Queries by field wait until it is done; all others do not. */
async function reindex({ storage, search }: Stores, signal: AbortSignal, log: Log): Promise<void> {
  try {
    const records = await storage.reindex(signal)
    if (records > 0) log.info('the index of fields was rebuilt', { records })
    if (!search.isStale) return
    log.info('other fields are searched now: rebuilding the search index')
    log.info('the search index was rebuilt', {
      records: await search.reindex(unlessAborted(storage.scan(), signal)),
    })
  } catch (error) {
    if (!signal.aborted)
      log.error('an index could not be built; the next start tries again', { reason: String(error) })
  }
}

/** @throws once the signal aborts: an index that is cut short must not pass for a whole one. */
async function* unlessAborted<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncIterable<Item> {
  for await (const item of items) {
    signal.throwIfAborted()
    yield item
  }
}
