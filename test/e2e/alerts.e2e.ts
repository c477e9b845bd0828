import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AlertStage, type Fault, imported } from './harness/alert-stage.ts'
import { callTool } from './harness/call-tool.ts'
import { delayed, deletingAccounts, losing, poisoned } from './harness/faulty-relay.ts'
import { alertNames } from './harness/hurried-rules.ts'
import { type Misconduct, startMeasuredService } from './harness/measured-service.ts'
import { freePort, request } from './harness/network.ts'
import { hopelessObservers } from './harness/observing.ts'
import { slowDatabase } from './harness/slow-database.ts'
import { staysQuiet, suffers } from './harness/suffering.ts'
import { movedAccount, syncFaults, syncSizes } from './harness/sync-faults.ts'

/** Sizes that a test reaches, set as a user sets thresholds; all that is no size is as it is shipped. */
const sizes = {
  indexer_pending_messages: { warning: 20, critical: 40 },
  storage_disk_bytes: { warning: 100e6, critical: 200e6 },
  search_disk_bytes: { warning: 5e6 },
  process_memory_usage_bytes: { warning: 600e6, critical: 800e6 },
  pipeline_series: { warning: 1500 },
  queue_depth: { warning: 10 },
}

/** Faults are waited for more than they are worked on, so that two services suffer them at the same time. */
const stages = 2

describe('every alert, in the fault that it is there for', { concurrency: true }, () => {
  for (let number = 0; number < stages; number++)
    describe(`stage ${number}`, { concurrency: 1 }, () => alertsOn(number))
  describe('where repos are fetched', { concurrency: 1 }, syncAlerts)
})

function alertsOn(number: number): void {
  let stage: AlertStage

  before(async () => {
    stage = await AlertStage.start({ sizes, args: ['--high-water', '60'] })
  })

  after(() => stage[Symbol.asyncDispose]())

  it('are quiet while all is well', () => staysQuiet(stage, 30_000))

  const faults: readonly Fault[] = [
    {
      is: 'a relay that is gone',
      fires: ['FirehoseDown'],
      provoke: (stack) => stage.withoutPds(stack),
    },
    {
      is: 'a relay that hangs up again and again',
      fires: ['FirehoseReconnecting'],
      provoke(stack) {
        const timer = setInterval(() => stage.relay.disconnect(), 2000)
        stack.defer(() => clearInterval(timer))
      },
    },
    {
      is: 'a relay that is an hour behind',
      fires: ['FirehoseLagging', 'FirehoseLagCritical'],
      provoke: (stack) => stage.eventFault(stack, delayed(3600)),
    },
    {
      is: 'a poisoned stream',
      fires: ['FirehoseErrorRatioHigh', 'FirehoseErrorRatioCritical'],
      provoke: (stack) => stage.eventFault(stack, poisoned),
    },
    {
      is: 'a relay that loses events',
      fires: ['IndexerChainBreaks'],
      provoke: (stack) => stage.eventFault(stack, losing()),
    },
    {
      is: 'accounts that write after they were deleted',
      fires: ['IndexerInvalidEvents'],
      provoke(stack) {
        stage.eventFault(stack, deletingAccounts())
        stage.anew(stack)
      },
    },
    {
      is: 'a database that nothing can be written to',
      fires: ['IngesterErrors', 'IngesterErrorsCritical'],
      provoke(stack) {
        const other = stage.database(stack)
        other.exec('BEGIN IMMEDIATE')
        stack.defer(() => other.exec('ROLLBACK'))
      },
    },
    {
      is: 'a table that is gone',
      fires: ['HttpErrorRatioHigh', 'HttpErrorRatioCritical', 'IndexerUnexpectedErrors'],
      provoke: (stack) => withoutTable(stack, 'record'),
    },
    {
      is: 'the place of a reader that cannot be kept',
      fires: [
        'IndexerAckFailures',
        'IndexerStuck',
        'IndexerBacklog',
        'IndexerBacklogCritical',
        'IngesterBackpressure',
      ],
      provoke: (stack) => withoutTable(stack, 'stream_group'),
    },
    {
      is: 'a disk that takes half a second now and then to write a record',
      fires: ['StorageSlow', 'StorageVerySlow'],
      provoke: (stack) => hindered(stack, slowDatabase(/insert into (record|repo)\b|update repo\b/i)),
    },
    {
      is: 'a disk that takes half a second now and then to write events',
      fires: ['FirehoseWriteSlow'],
      provoke: (stack) => hindered(stack, slowDatabase(/insert into stream_entry/i)),
    },
    {
      is: 'a disk that takes half a second now and then to search',
      fires: ['SearchSlow'],
      provoke: (stack) => hindered(stack, slowDatabase(/match/i)),
    },
    {
      is: 'clients that take seconds to send a request',
      fires: ['HttpLatencyHigh'],
      provoke: (stack) => askSlowly(stack),
    },
    {
      is: 'code that leaves the event loop no time',
      fires: ['EventLoopSaturated'],
      provoke: (stack) => stage.restart(stack, { NODE_OPTIONS: imported(busy({ everyMs: 100, forMs: 99 })) }),
    },
    {
      is: 'code that keeps the event loop for half a second',
      fires: ['EventLoopBlocked'],
      provoke: (stack) => hindered(stack, busy({ everyMs: 700, forMs: 560 })),
    },
    {
      is: 'a database that has grown',
      fires: ['StorageDiskLarge', 'StorageDiskCritical', 'SearchDiskLarge'],
      provoke(stack) {
        stage.anew(stack)
        const other = stage.database(stack)
        other.exec('CREATE TABLE ballast AS SELECT zeroblob(250000000) AS weight')
        const words = Array.from({ length: 250_000 }, () => randomUUID())
        other.prepare("INSERT INTO search_text (rowid, text, repo) VALUES (1e15, ?, '')").run(words.join(' '))
      },
    },
    {
      is: 'memory that is never given back',
      fires: ['MemoryHigh', 'MemoryCritical'],
      provoke: (stack) =>
        stage.restart(stack, {
          NODE_OPTIONS: imported(
            'const kept = []; setInterval(() => kept.length < 80 && kept.push(Buffer.alloc(1e7, 1)), 50)',
          ),
        }),
    },
    {
      is: 'a backend that is gone',
      fires: ['ExportsFailing'],
      provoke: (stack) =>
        stage.restart(stack, {
          OTEL_METRICS_EXPORTER: 'prometheus,otlp',
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
          OTEL_METRIC_EXPORT_INTERVAL: '1000',
        }),
    },
    {
      is: 'a flood of labels',
      fires: ['SeriesOverflow', 'MeasurementsDropped'],
      provoke: (stack) => beside(stack, 'quick', { floodsLabels: true, recordsUndeclared: true }),
    },
    {
      is: 'more series than were foreseen',
      fires: ['SeriesMany'],
      provoke: (stack) => beside(stack, 'quick', { series: 2000 }),
    },
    {
      is: 'an observation that takes seconds',
      fires: ['ScrapeSlow'],
      provoke: (stack) => beside(stack, 'patient', { observesForMs: 3000 }),
    },
    {
      is: 'a receiver of webhooks that is gone',
      fires: ['HighActionFailureRate', 'QueueDepthHigh'],
      async provoke(stack) {
        // What waits in the queue goes with the rest of the data.
        stage.anew(stack)
        await stage.startAnew(['--observers', hopelessObservers(stack)])
      },
    },
    {
      is: 'somebody who asks for each thing once',
      fires: ['CacheHitRateLow'],
      provoke: (stack) => crawl(stack),
    },
    {
      is: 'a model that asks for what is not there, again and again',
      fires: ['McpToolErrorsHigh'],
      provoke: (stack) => askInVain(stack),
    },
    {
      is: 'a service that falls over again and again',
      fires: ['RestartingOften'],
      async provoke(stack) {
        const end = new AbortController()
        const restarting = (async () => {
          while (!end.signal.aborted) {
            await stage.service.kill()
            await stage.service.start()
            await sleep(2500)
          }
        })()
        stack.defer(() => {
          end.abort()
          return restarting
        })
      },
    },
    {
      is: 'a service that is gone',
      fires: ['TargetDown', 'TargetAbsent'],
      async provoke(stack) {
        await stage.service.kill()
        stack.defer(() => stage.service.start())
      },
    },
    {
      is: 'an observation that fails',
      fires: ['CallbackErrors', 'ScrapeIncomplete'],
      provoke: (stack) => beside(stack, 'quick', { cannotObserve: true }),
    },
  ]

  for (const fault of faults.filter((_, index) => index % stages === number))
    it(`${fault.fires.join(', ')}: ${fault.is}`, () => suffers(fault, stage))

  it('are all among them', () => {
    const all = [...faults, ...syncFaults].flatMap(({ fires }) => fires)
    assert.deepEqual(all.toSorted(), alertNames().toSorted())
  })

  function withoutTable(stack: AsyncDisposableStack, table: string): void {
    const other = stage.database(stack)
    other.exec(`ALTER TABLE ${table} RENAME TO ${table}_gone`)
    stack.defer(() => other.exec(`ALTER TABLE ${table}_gone RENAME TO ${table}`))
  }

  /** Runs the service with code that gets in its way, and scrapes it at half the pace, since its answers take their time. */
  async function hindered(stack: AsyncDisposableStack, code: string): Promise<void> {
    stage.targets('quick', [])
    stage.targets('calm', [stage.service.metrics])
    stack.defer(() => {
      stage.targets('calm', [])
      stage.targets('quick', [stage.service.metrics])
    })
    await stage.restart(stack, { NODE_OPTIONS: imported(code) })
  }

  /** Has another service scraped as well, which misbehaves. */
  async function beside(
    stack: AsyncDisposableStack,
    job: 'quick' | 'patient',
    misconduct: Misconduct,
  ): Promise<void> {
    const other = stack.use(await startMeasuredService(await freePort(), misconduct))
    stage.targets(job, job === 'quick' ? [stage.service.metrics, other.metrics] : [other.metrics])
    stack.defer(() => stage.targets(job, job === 'quick' ? [stage.service.metrics] : []))
  }

  /** Asks for repos that nobody has asked for before, more often than all others ask for what is known. */
  function crawl(stack: AsyncDisposableStack): void {
    let asked = 0
    const ask = async () => {
      const name = (asked++).toString(2).replaceAll('0', 'a').replaceAll('1', 'b')
      const response = await request(`${stage.service.url}/repos/did:plc:${name.padStart(24, 'c')}`)
      await response.arrayBuffer()
    }
    const timer = setInterval(() => void Promise.allSettled(Array.from({ length: 12 }, ask)), 50)
    stack.defer(() => clearInterval(timer))
  }

  function askInVain(stack: AsyncDisposableStack): void {
    const missing = { uri: 'at://did:plc:none/app.bsky.feed.post/none' }
    const ask = () => callTool(stage.service, 'get_record', missing)
    const timer = setInterval(() => void Promise.allSettled([ask()]), 250)
    stack.defer(() => clearInterval(timer))
  }

  function askSlowly(stack: AsyncDisposableStack): void {
    const end = new AbortController()
    const body = () =>
      new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.from('{"limit":'))
          await sleep(3500)
          controller.enqueue(Buffer.from('1}'))
          controller.close()
        },
      })
    const asking = Array.from({ length: 8 }, async () => {
      while (!end.signal.aborted) {
        const init = {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: body(),
          duplex: 'half',
        }
        await request(`${stage.service.url}/query`, init as RequestInit).then((response) =>
          response.arrayBuffer(),
        )
      }
    })
    stack.defer(async () => {
      end.abort()
      await Promise.allSettled(asking)
    })
  }
}

/** Delays are told as percentiles of the ticks between two scrapes: there have to be enough long ones among them. */
function busy({ everyMs, forMs }: { readonly everyMs: number; readonly forMs: number }): string {
  return `setInterval(() => { for (const end = Date.now() + ${forMs}; Date.now() < end; ); }, ${everyMs})`
}

/** What fetches whole repos, and looks DIDs up. */
function syncAlerts(): void {
  let stage: AlertStage

  before(async () => {
    stage = await AlertStage.start({ sizes: syncSizes, args: ['--backfill', 'all'] })
  })

  after(() => stage[Symbol.asyncDispose]())

  it('are quiet while all is well, but for an account that only its owner can heal', async () => {
    await using stack = new AsyncDisposableStack()
    const did = await movedAccount(stage, stack)
    await staysQuiet(stage, 30_000)
    const { status, desync } = await stage.service.get<{ status: string; desync: object }>(`/repos/${did}`)
    assert.deepEqual({ status, ...desync }, { status: 'desync', ...desync, reason: 'chain' })
  })

  for (const { provoke, ...fault } of syncFaults)
    it(`${fault.fires.join(', ')}: ${fault.is}`, () =>
      suffers({ ...fault, provoke: (stack) => provoke(stage, stack) }, stage))
}
