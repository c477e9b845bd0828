import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  delayed,
  deletingAccounts,
  type FaultyRelay,
  losing,
  poisoned,
  startFaultyRelay,
} from './harness/faulty-relay.ts'
import { alertNames, hurriedRules } from './harness/hurried-rules.ts'
import { type Load, startLoad } from './harness/load.ts'
import { type Misconduct, startMeasuredService } from './harness/measured-service.ts'
import { freePort, request } from './harness/network.ts'
import { askAllTheWhile } from './harness/observed.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { type Prometheus, startPrometheus } from './harness/prometheus.ts'
import { createRandom } from './harness/random.ts'
import { slowDatabase } from './harness/slow-database.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

/** Sizes that a test reaches, set as a user sets thresholds; all that is no size is as it is shipped. */
const sizes = {
  indexer_pending_messages: { warning: 20, critical: 40 },
  storage_disk_bytes: { warning: 100e6, critical: 200e6 },
  search_disk_bytes: { warning: 5e6 },
  process_memory_usage_bytes: { warning: 400e6, critical: 600e6 },
  pipeline_series: { warning: 1500 },
}

/** A fault, the alerts that are there for it, and what it does. What it leaves on the stack is undone at its end. */
interface Fault {
  readonly is: string
  readonly fires: readonly string[]
  readonly provoke: (stack: AsyncDisposableStack) => Promise<void> | void
}

/** Faults are waited for more than they are worked on, so that two services suffer them at the same time. */
const stages = 2

describe('every alert, in the fault that it is there for', { concurrency: true }, () => {
  for (let stage = 0; stage < stages; stage++)
    describe(`stage ${stage}`, { concurrency: 1 }, () => alertsOn(stage))
})

function alertsOn(stage: number): void {
  const random = createRandom()
  const writing = { random, accounts: 3, pauseMs: 300 }
  const everything = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-alerts-'))
  let pds: Pds
  let relay: FaultyRelay
  let service: Tidegauge
  let prometheus: Prometheus
  let load: Load

  before(async () => {
    console.log(`E2E_SEED=${random.seed}`)
    pds = everything.use(await startPds())
    relay = everything.use(await startFaultyRelay(pds.url))
    service = everything.use(
      await startTidegauge({ pds: { url: relay.url, plc: pds.plc }, args: ['--high-water', '60'] }),
    )
    const job = (name: string, interval: string) => ({
      job_name: name,
      scrape_interval: interval,
      scrape_timeout: interval,
      file_sd_configs: [{ files: [`${folder}/${name}.json`], refresh_interval: '1s' }],
      relabel_configs: [{ target_label: 'job', replacement: 'tidegauge' }],
    })
    targets('quick', [service.metrics])
    targets('calm', [])
    targets('patient', [])
    prometheus = everything.use(
      await startPrometheus({
        jobs: [job('quick', '1s'), job('calm', '2s'), job('patient', '4s')],
        rules: hurriedRules(sizes),
      }),
    )
    load = await startLoad(pds, writing)
    everything.defer(() => load[Symbol.asyncDispose]())
    everything.use(askAllTheWhile(service, random))
  })

  after(async () => {
    await everything.disposeAsync()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are quiet while all is well', async () => {
    await eventually(async () => assert.equal(await prometheus.number('up'), 1))
    await sleep(30_000)
    const fired = await prometheus.query('max_over_time(ALERTS{alertstate="firing"}[25s])')
    assert.deepEqual(
      fired.map(({ metric }) => metric.alertname),
      [],
    )
  })

  const faults: readonly Fault[] = [
    {
      is: 'a relay that is gone',
      fires: ['FirehoseDown'],
      async provoke(stack) {
        await load.end()
        await pds.stop()
        stack.defer(async () => {
          await pds.start()
          load = await startLoad(pds, writing)
        })
      },
    },
    {
      is: 'a relay that hangs up again and again',
      fires: ['FirehoseReconnecting'],
      provoke(stack) {
        const timer = setInterval(() => relay.disconnect(), 2000)
        stack.defer(() => clearInterval(timer))
      },
    },
    {
      is: 'a relay that is an hour behind',
      fires: ['FirehoseLagging', 'FirehoseLagCritical'],
      provoke: (stack) => relayFault(stack, delayed(3600)),
    },
    {
      is: 'a poisoned stream',
      fires: ['FirehoseErrorRatioHigh', 'FirehoseErrorRatioCritical'],
      provoke: (stack) => relayFault(stack, poisoned),
    },
    {
      is: 'a relay that loses events',
      fires: ['IndexerChainBreaks', 'StorageReposUnsynced'],
      provoke(stack) {
        relayFault(stack, losing())
        anew(stack)
      },
    },
    {
      is: 'accounts that write after they were deleted',
      fires: ['IndexerInvalidEvents'],
      provoke(stack) {
        relayFault(stack, deletingAccounts())
        anew(stack)
      },
    },
    {
      is: 'a database that nothing can be written to',
      fires: ['IngesterErrors', 'IngesterErrorsCritical'],
      provoke(stack) {
        const other = database(stack)
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
      provoke: (stack) => restart(stack, { NODE_OPTIONS: imported(busy({ everyMs: 100, forMs: 99 })) }),
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
        anew(stack)
        const other = database(stack)
        other.exec('CREATE TABLE ballast AS SELECT zeroblob(250000000) AS weight')
        const words = Array.from({ length: 250_000 }, () => randomUUID())
        other.prepare("INSERT INTO search_text (rowid, text, repo) VALUES (1e15, ?, '')").run(words.join(' '))
      },
    },
    {
      is: 'memory that is never given back',
      fires: ['MemoryHigh', 'MemoryCritical'],
      provoke: (stack) =>
        restart(stack, {
          NODE_OPTIONS: imported(
            'const kept = []; setInterval(() => kept.length < 70 && kept.push(Buffer.alloc(1e7, 1)), 50)',
          ),
        }),
    },
    {
      is: 'a backend that is gone',
      fires: ['ExportsFailing'],
      provoke: (stack) =>
        restart(stack, {
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
      is: 'a service that falls over again and again',
      fires: ['RestartingOften'],
      async provoke(stack) {
        const end = new AbortController()
        const restarting = (async () => {
          while (!end.signal.aborted) {
            await service.kill()
            await service.start()
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
        await service.kill()
        stack.defer(() => service.start())
      },
    },
    {
      is: 'an observation that fails',
      fires: ['CallbackErrors', 'ScrapeIncomplete'],
      provoke: (stack) => beside(stack, 'quick', { cannotObserve: true }),
    },
  ]

  for (const { is, fires, provoke } of faults.filter((_, index) => index % stages === stage)) {
    it(`${fires.join(', ')}: ${is}`, async () => {
      {
        await using stack = new AsyncDisposableStack()
        await provoke(stack)
        await eventually(async () => assert.deepEqual(missing(fires, await firing()), []), {
          withinMs: 90_000,
        })
      }
      await eventually(async () => assert.deepEqual(await firing(), []), { withinMs: 90_000 })
    })
  }

  it('are all among them', () => {
    assert.deepEqual(faults.flatMap(({ fires }) => fires).toSorted(), alertNames().toSorted())
  })

  async function firing(): Promise<string[]> {
    const alerts = await prometheus.query('ALERTS{alertstate="firing"}')
    return [...new Set(alerts.map(({ metric }) => metric.alertname ?? ''))]
  }

  function relayFault(stack: AsyncDisposableStack, fault: FaultyRelay['fault']): void {
    relay.fault = fault
    stack.defer(() => {
      relay.fault = undefined
    })
  }

  /** The flag of Node for code that runs inside of the service. */
  function imported(code: string): string {
    return `--import=data:text/javascript,${encodeURIComponent(code)}`
  }

  /** What has gone wrong in the data is mended by reading everything again. */
  function anew(stack: AsyncDisposableStack): void {
    stack.defer(async () => {
      relay.fault = undefined
      await service.stop()
      rmSync(service.dataDir, { recursive: true })
      await service.start()
    })
  }

  /** A second connection to the database, as of somebody who meddles with it. */
  function database(stack: AsyncDisposableStack): DatabaseSync {
    const other = new DatabaseSync(service.database, { timeout: 10_000 })
    stack.defer(() => other.close())
    return other
  }

  function withoutTable(stack: AsyncDisposableStack, table: string): void {
    const other = database(stack)
    other.exec(`ALTER TABLE ${table} RENAME TO ${table}_gone`)
    stack.defer(() => other.exec(`ALTER TABLE ${table}_gone RENAME TO ${table}`))
  }

  async function restart(stack: AsyncDisposableStack, env: Record<string, string>): Promise<void> {
    await service.stop()
    await service.start({ env })
    stack.defer(async () => {
      await service.stop()
      await service.start()
    })
  }

  /** Runs the service with code that gets in its way, and scrapes it at half the pace, since its answers take their time. */
  async function hindered(stack: AsyncDisposableStack, code: string): Promise<void> {
    targets('quick', [])
    targets('calm', [service.metrics])
    stack.defer(() => {
      targets('calm', [])
      targets('quick', [service.metrics])
    })
    await restart(stack, { NODE_OPTIONS: imported(code) })
  }

  /** Has another service scraped as well, which misbehaves. */
  async function beside(
    stack: AsyncDisposableStack,
    job: 'quick' | 'patient',
    misconduct: Misconduct,
  ): Promise<void> {
    const other = stack.use(await startMeasuredService(await freePort(), misconduct))
    targets(job, job === 'quick' ? [service.metrics, other.metrics] : [other.metrics])
    stack.defer(() => targets(job, job === 'quick' ? [service.metrics] : []))
  }

  /** Prometheus reads the file anew when it changes; it must never see half of it. */
  function targets(job: string, addresses: readonly string[]): void {
    const file = join(folder, `${job}.json`)
    writeFileSync(`${file}.new`, JSON.stringify([{ targets: addresses }]))
    renameSync(`${file}.new`, file)
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
        await request(`${service.url}/query`, init as RequestInit).then((response) => response.arrayBuffer())
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

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((one) => !there.includes(one))
}
