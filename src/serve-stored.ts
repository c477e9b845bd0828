import { randomBytes } from 'node:crypto'
import { components } from './catalog/catalog.ts'
import { referenceOf } from './catalog/reference.ts'
import { createControl } from './compose/control.ts'
import { Engine } from './compose/engine.ts'
import { createLazyControl, noNode } from './compose/lazy-control.ts'
import { createMcpNode, lazyMcpHandler } from './compose/mcp.ts'
import { isObservedBy, rememberedObservers, storedObservers } from './compose/observers.ts'
import { Own } from './compose/own.ts'
import { rememberedSource } from './compose/source.ts'
import { openStores, type Stores } from './compose/stores.ts'
import { createApi } from './edge/http/api.ts'
import type { Control } from './edge/http/control.ts'
import { listen } from './edge/http/listen.ts'
import { keepRuns } from './flow/sync/run-log.ts'
import { steadyClock } from './model/clock.ts'
import { InvalidError } from './model/errors.ts'
import { createLog, type Log } from './model/log.ts'
import { Database } from './state/database.ts'

/** The API of a data folder on which no node runs. */
export interface StoredApi extends AsyncDisposable {
  readonly url: URL
  /** What it asks its callers for: it is for this process alone. */
  readonly token: string
}

/**
 * Answers from a data folder without following the stream, on loopback and a free port. What has to be fetched is fetched
 * by this process, as the node would that ran here last, and counted by the one that runs here next.
 *
 * @param write takes each line of the log.
 * @throws {FolderInUseError} when a node runs on it.
 * @throws {SetupError} when the folder or its database cannot be used.
 */
export async function serveStored(dir: string, write: (line: string) => void): Promise<StoredApi> {
  await using stack = new AsyncDisposableStack()
  const startedMs = steadyClock()
  const log = createLog({ level: 'warn', write })
  const stores = openStores(stack.use(new Database({ dir })))
  const stop = new AbortController()
  const acting = new ActingEngine(dir, stores, log, stop.signal)
  stack.defer(() => acting.ended)
  stack.defer(() => stop.abort())
  const token = randomBytes(24).toString('base64url')
  const { storage, search } = stores
  const control = createLazyControl(stores, (all) => acting.start(all))
  const mcp = lazyMcpHandler({
    node: createMcpNode({
      storage,
      search,
      control,
      audit: nothingExposed,
      metrics: { components, docs: referenceOf },
    }),
    version: 'stored',
    maxBodyBytes: 1 << 20,
    log,
    signal: stop.signal,
  })
  const api = createApi({
    storage,
    search,
    control,
    mcp,
    log,
    version: 'stored',
    ready: () => ({
      indexing: { reason: 'no node runs', mend: 'start one: tidegauge serve', sinceMs: startedMs },
    }),
    stats: () => ({}),
    config: () => ({}),
    token,
  })
  const listener = stack.use(await listen(api, { port: 0 }))
  const held = stack.move()
  return { url: listener.url, token, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

const nothingExposed = async () => {
  throw new InvalidError('no node runs here, so that nothing is exposed: start tidegauge serve, then audit')
}

/** An engine that is started when it is needed. */
class ActingEngine {
  readonly #dir: string
  readonly #stores: Stores
  readonly #log: Log
  readonly #signal: AbortSignal
  #engine: Promise<Engine> | undefined
  #indexing: Promise<void> | undefined
  #running: Promise<void> | undefined

  constructor(dir: string, stores: Stores, log: Log, signal: AbortSignal) {
    this.#dir = dir
    this.#stores = stores
    this.#log = log
    this.#signal = signal
  }

  /** @param all whether what is queued is worked on as well, and not just what is asked for. */
  async start(all: boolean): Promise<Control> {
    this.#engine ??= this.#open()
    const engine = await this.#engine
    if (all && this.#running === undefined && this.#indexing === undefined)
      this.#running = engine.run(this.#signal)
    if (this.#running === undefined) this.#indexing ??= engine.indexer.run(this.#signal)
    return createControl({
      engine,
      stores: this.#stores,
      observers: storedObservers(this.#stores.storage),
      reindexSearch: () => false,
      changeConfig: noNode,
      signal: this.#signal,
    })
  }

  /** Resolves once nothing of it runs any more; the signal has to abort before. */
  get ended(): Promise<void> {
    return this.#end()
  }

  async #end(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined)
    await engine?.[Symbol.asyncDispose]()
    await Promise.all([this.#indexing, this.#running])
  }

  async #open(): Promise<Engine> {
    const { storage, runs } = this.#stores
    const source = await rememberedSource(storage)
    if (source === undefined)
      throw new InvalidError(
        `no node has ever run on ${this.#dir}, so that nobody knows whom to ask: start tidegauge serve`,
      )
    if (source.isDemo)
      throw new InvalidError(
        'the demo network runs inside of tidegauge serve alone: start that, and ask again',
      )
    const list = async (key: string) => JSON.parse((await storage.note(key)) ?? '[]')
    const isObserved = isObservedBy(await rememberedObservers(storage))
    const own = new Own({ store: this.#stores.local, dir: this.#dir, log: this.#log })
    await own.openStored()
    return Engine.open({
      source,
      own,
      ...(isObserved && { isObserved }),
      stores: this.#stores,
      log: this.#log,
      counts: {
        sync: keepRuns(runs, (error) =>
          this.#log.error('a run could not be kept', { reason: String(error) }),
        ),
      },
      config: {
        data: this.#dir,
        verify: 'full',
        strict: false,
        collections: await list('collections'),
        dids: await list('dids'),
        backfill: 'all',
        backfillConcurrency: 4,
        hostConcurrency: 2,
        queueLimit: 10_000_000,
        maxRepoBytes: 4_000_000_000,
        syncInterval: 24 * 3_600_000,
        handles: undefined,
        highWater: 100_000,
      },
    })
  }
}
