#!/usr/bin/env node
import { join } from 'node:path'
import { measureHttp, type Pipeline, startPipeline } from '@tidegauge/otel'
import { checkConfig, formatSettings, printConfig, processEnvironment } from '@tidegauge/otel/configuration'
import {
  auditCommand,
  configCommands,
  createTerminal,
  generateCommand,
  type RenderRequest,
  renderCommand,
  runCli,
  type Terminal,
  type UpdateRequest,
  updateCommand,
} from '@tidegauge/tools/cli'
import manifest from '../package.json' with { type: 'json' }
import { catalog } from './catalog/catalog.ts'
import { ownCatalog } from './cli/own-catalog.ts'
import { serveCommand } from './cli/serve/command.ts'
import { type Config, flagsHelp, type LoadedConfig, loadConfig, shownConfig } from './cli/serve/config.ts'
import { startDemoNetwork } from './demo/network.ts'
import { createApi } from './edge/http/api.ts'
import { countRequests } from './edge/http/instrumented.ts'
import { listen } from './edge/http/listen.ts'
import type { Readiness } from './edge/http/status.ts'
import { Indexer, indexerGroup } from './flow/indexing/indexer.ts'
import { indexerMetrics, observeIndexer } from './flow/indexing/instrumented.ts'
import { createFilter } from './flow/ingest/filter.ts'
import { Ingest } from './flow/ingest/ingest.ts'
import { ingestConnectionErrors, ingestMetrics, observeIngest } from './flow/ingest/instrumented.ts'
import { createLog, type Log } from './model/log.ts'
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
import { firehoseLive } from './state/streams/streams.ts'

const service = { name: 'tidegauge', version: manifest.version }

/** Where events come from. */
interface Source {
  readonly relay: URL
  readonly plc: URL
  readonly allowLoopback: boolean
  /** The cursor is kept under this name. */
  readonly host: string
}

interface Stores {
  readonly storage: Storage
  readonly search: Search
}

/** Runs everything in one process until a signal says stop. */
async function serve(args: readonly string[], terminal: Terminal): Promise<0> {
  const loaded = loadConfig(args)
  const { config } = loaded
  const log = createLog({ level: config.logLevel, write: terminal.err })
  const stop = stopOnSignals()
  await using stack = new AsyncDisposableStack()

  const flags = pipelineFlags(loaded)
  const pipeline = stack.use(
    await startPipeline({ catalog, service, flags, onLog: (level, line) => log[level](line) }),
  )
  const meter = pipeline.meter()

  const database = stack.use(new Database({ dir: config.data }))
  const streams = stack.use(new SqliteStreams({ database }))
  const storage = instrumentStorage(stack.use(new SqliteStorage({ database, index: config.index })), meter)
  const search = instrumentSearch(
    new SqliteSearch({ database, ...(config.search && { fields: config.search }) }),
    meter,
  )
  observeStorage(meter, storage)
  observeSearch(meter, search)

  const source = await openSource(config, stack, log)
  const identity = stack.use(new Identity(source))
  const countFirehose = firehoseMetrics(meter)
  const countConnectionError = ingestConnectionErrors(meter)
  const firehose = new Firehose({
    ...source,
    identity,
    log,
    cursor: (await streams.cursor(source.host)) ?? (config.from === 'oldest' ? 0 : config.from),
    verify: config.verify,
    strict: config.strict,
    onGap: (message) => log.warn(message),
    ...countFirehose,
    onFailure: (kind) => {
      countFirehose.onFailure(kind)
      countConnectionError()
    },
  })
  stack.use(firehose)
  observeFirehose(meter, firehose)

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

  const countIngest = ingestMetrics(meter)
  const ingest = new Ingest({
    source: firehose.events(stop.signal),
    host: source.host,
    streams,
    filter: createFilter(config),
    highWater: config.highWater,
    ...countIngest,
    onError: (error) => {
      countIngest.onError(error)
      log.error('events could not be written, trying again', { reason: String(error) })
    },
  })
  observeIngest(meter, ingest, streams, () => (firehose.connected ? 1 : 0))

  const pending = () => streams.pending(firehoseLive, indexerGroup)
  const ready = async (): Promise<Readiness> => ({
    database: await storage.totals().then(() => true as const, String),
    relay: firehose.connected || `not connected to ${source.relay.origin}`,
    indexing: (await pending()) < config.highWater || 'the stream is at its high-water mark',
  })
  const stats = async () => ({
    firehose: {
      connected: firehose.connected,
      lastSeq: firehose.lastSeq,
      queued: firehose.queued,
      lagSeconds: firehose.lastEventTimeMs && Math.max(0, Date.now() - firehose.lastEventTimeMs) / 1000,
    },
    ingest: { eventsInMemory: ingest.eventsInMemory, heldBack: ingest.isHeldBack },
    indexing: { pending: await pending() },
    search: { diskBytes: await search.diskBytes() },
  })
  const shown = () => ({ service: shownConfig(loaded), telemetry: pipeline.config })
  const api = createApi({ ...config, ...service, storage, search, log, ready, stats, config: shown })
  const listener = await listen(api, config)
  stack.defer(() => listener.close())
  listener.server.prependListener('request', countRequests(meter))
  stack.use(measureHttp({ meterProvider: pipeline.meterProvider, listensOn: () => [listener.port] }))

  if (config.token === undefined && !isLoopback(config.host))
    log.warn('everybody who reaches this machine may read the API: set TIDEGAUGE_TOKEN', {
      host: config.host,
    })

  await firehose.start()
  greet(terminal, config, listener.url, pipeline)
  const work = [
    ingest.run(stop.signal),
    indexer.run(stop.signal),
    reindex({ storage, search }, stop.signal, log),
  ]
  try {
    await Promise.all(work)
  } catch (error) {
    if (!stop.signal.aborted) throw error
    // The cursor has not moved: what could not be written is sent again.
    log.warn('stopped before everything was written', { reason: String(error) })
  } finally {
    stop.abort()
    await Promise.allSettled(work)
  }
  return 0
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

/** Builds anew what the configuration has changed. Queries by field wait until it is done; all others do not. */
async function reindex({ storage, search }: Stores, signal: AbortSignal, log: Log): Promise<void> {
  try {
    const records = await storage.reindex(signal)
    if (records > 0) log.info('the index of fields was built anew', { records })
    if (!search.isStale) return
    log.info('other fields are searched now: building the search index anew')
    log.info('the search index was built anew', {
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

/** What was said for the API's host holds for the metrics as well, unless nothing was said. */
function pipelineFlags({ config, origins }: LoadedConfig): {
  host: string | undefined
  port: number | undefined
} {
  return { host: origins.host === 'default' ? undefined : config.host, port: config.metricsPort }
}

/** Aborts at the first SIGTERM or SIGINT. Whoever asks twice, or waits for ten seconds, is not kept waiting. */
function stopOnSignals(): AbortController {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1)
    stop.abort()
    setTimeout(() => process.exit(1), 10_000).unref()
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  return stop
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function greet(
  terminal: Terminal,
  { relay, data, demoRate }: Config,
  api: URL,
  { endpoint }: Pipeline,
): void {
  const source =
    relay?.origin ??
    `an embedded demo network, ${demoRate} events per second (--relay URL follows a real one)`
  terminal.out(`tidegauge ${service.version} follows ${source}
  API      ${api.origin}
  metrics  ${endpoint?.url ?? 'are not served here (OTEL_METRICS_EXPORTER has no prometheus)'}
  data     ${data}
`)
}

/** Draws a dashboard. Its room is loaded here, so that nothing else pays for it. */
async function renderDashboardFile({ prometheus: url, headers, ...request }: RenderRequest) {
  const [{ renderFile }, { connectPrometheus }] = await Promise.all([
    import('@tidegauge/tools/render'),
    import('@tidegauge/tools/server'),
  ])
  const connect = () => connectPrometheus({ url, headers })
  return renderFile({ ...request, connect, searchPath: processEnvironment().PATH ?? '', now: new Date() })
}

/** Adds to a dashboard what it does not show. Loaded here for the same reason. */
async function updateDashboardFile(request: UpdateRequest) {
  const { updateFile } = await import('@tidegauge/tools/update')
  return updateFile({ ...request, own: ownCatalog })
}

const terminal = createTerminal({
  stdout: process.stdout,
  stderr: process.stderr,
  onFailure: () => {
    process.exitCode = 2
  },
})

const commands = [
  serveCommand({ flags: flagsHelp, serve: (args) => serve(args, terminal) }),
  ...configCommands({
    check: async (file, { out }) => {
      const notices = await checkConfig(file, { service, environment: processEnvironment() })
      out([...notices, `${file} can be used\n`].join('\n'))
      return 0
    },
    print: async (args, { out }) => {
      const loaded = loadConfig(args)
      const ours = Object.entries(shownConfig(loaded)).map(([key, { value, origin }]) => ({
        key,
        value: typeof value === 'object' ? JSON.stringify(value) : String(value),
        origin,
      }))
      out(formatSettings(ours))
      out(await printConfig({ service, environment: processEnvironment(), flags: pipelineFlags(loaded) }))
      return 0
    },
  }),
  generateCommand({
    generate: async (request) =>
      (await import('@tidegauge/tools/generate')).generate({ ...request, own: ownCatalog }),
  }),
  renderCommand({ render: renderDashboardFile }),
  updateCommand({ update: updateDashboardFile }),
  auditCommand({
    audit: async (flags, { out, err, isInteractive }) => {
      const command = await import('@tidegauge/tools/audit')
      return command.auditCommand(flags, {
        out,
        err,
        hasColor: isInteractive,
        version: service.version,
        own: ownCatalog,
      })
    },
    listChecks: async () => (await import('@tidegauge/tools/audit')).listChecks(),
  }),
]

const exitCode = await runCli(process.argv.slice(2), { commands, version: service.version, terminal })
// What could not be written has said so before.
process.exitCode ??= exitCode
