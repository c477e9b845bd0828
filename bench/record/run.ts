// What one recording costs: bound and unbound, beside prom-client and a plain typed array.
// usage: node bench/record/run.ts [--rounds 20] [--batch 500000] [--contexts none|registered|traced]
//   registered: a context manager is there, and no span has been active; traced: one has, and now none is
import { parseArgs } from 'node:util'
import { context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { bind, type MetricDefinition, startPipeline } from '@tidegauge/otel'
import { requestBuckets } from '@tidegauge/otel/catalog'
import prom from 'prom-client'
import { catalog } from '../../src/catalog/catalog.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    batch: { type: 'string', default: '500000' },
    contexts: { type: 'string', default: 'none' },
  },
})
const [rounds, batch] = [Number(flags.rounds), Number(flags.batch)]

const events = {
  name: 'bench.events',
  instrument: 'counter',
  unit: '{event}',
  description: 'Events.',
  attributes: { type: ['commit', 'sync', 'identity'], op: ['create', 'update', 'delete'] },
} as const satisfies MetricDefinition
const duration = {
  ...events,
  name: 'bench.duration',
  instrument: 'histogram',
  unit: 's',
  buckets: requestBuckets,
} as const satisfies MetricDefinition

const attributes = { type: 'commit', op: 'create' } as const
const value = (i: number) => (i & 1023) / 100

const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }
if (flags.contexts !== 'none') context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

const service = { name: 'bench', version: '0' }
const options = { catalog: [...catalog, events, duration], service, flags: { port: 0 } }
await using pipeline = await startPipeline({ ...options, environment: {} })
await using disabled = await startPipeline({ ...options, environment: { OTEL_SDK_DISABLED: 'true' } })
if (flags.contexts === 'traced') context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), () => {})
const ours = instrumentsOf(pipeline.meter())
const off = instrumentsOf(disabled.meter())

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
const stock = new MeterProvider({ readers: [new PullReader()] }).getMeter('bench')
const stockCounter = stock.createCounter('bench.events')
const stockHistogram = stock.createHistogram('bench.duration', {
  advice: { explicitBucketBoundaries: [...requestBuckets] },
})

const names = {
  help: 'x',
  labelNames: ['type', 'op'] as ('type' | 'op')[],
  registers: [new prom.Registry()],
}
const promCounter = new prom.Counter({ name: 'bench_events', ...names })
const promHistogram = new prom.Histogram({
  name: 'bench_duration',
  buckets: [...requestBuckets] as number[],
  ...names,
})
const promCounterChild = promCounter.labels(attributes)
const promHistogramChild = promHistogram.labels(attributes)

const cells = new Float64Array(64)
const bounds = Float64Array.from(requestBuckets)
const recordPlain = (amount: number) => {
  let bucket = 0
  while (bucket < bounds.length && amount > (bounds[bucket] as number)) bucket++
  cells[bucket] = (cells[bucket] as number) + 1
  cells[62] = (cells[62] as number) + amount
  cells[63] = (cells[63] as number) + 1
}

const rows: readonly (readonly [string, (i: number) => void, (i: number) => void])[] = [
  [
    'plain typed array',
    () => {
      cells[0] = (cells[0] as number) + 1
    },
    (i) => recordPlain(value(i)),
  ],
  ['bound handle', () => ours.counterHandle.add(1), (i) => ours.histogramHandle.record(value(i))],
  [
    'typed, by attributes',
    () => ours.counter.add(1, attributes),
    (i) => ours.histogram.record(value(i), attributes),
  ],
  ['SDK, unbound', () => stockCounter.add(1, attributes), (i) => stockHistogram.record(value(i), attributes)],
  ['prom-client, child', () => promCounterChild.inc(1), (i) => promHistogramChild.observe(value(i))],
  [
    'prom-client, by labels',
    () => promCounter.inc(attributes, 1),
    (i) => promHistogram.observe(attributes, value(i)),
  ],
  [
    'bound handle, OTEL_SDK_DISABLED',
    () => off.counterHandle.add(1),
    (i) => off.histogramHandle.record(value(i)),
  ],
  ['empty loop', () => {}, (i) => void value(i)],
]

console.log('| recording | counter, ns | histogram, ns |\n| --- | ---: | ---: |')
for (const [name, count, record] of rows) {
  console.log(`| ${name} | ${format(measure(count))} | ${format(measure(record))} |`)
}

function instrumentsOf(meter: ReturnType<typeof pipeline.meter>) {
  const counter = bind(meter, events)
  const histogram = bind(meter, duration)
  return {
    counter,
    histogram,
    counterHandle: counter.bind(attributes),
    histogramHandle: histogram.bind(attributes),
  }
}

/** The fastest round, in ns a call: the one that other processes disturbed least. Each row gets a loop of its own. */
function measure(call: (i: number) => void): number {
  const loop = new Function('call', 'n', 'for (let i = 0; i < n; i++) call(i)') as (
    call: (i: number) => void,
    n: number,
  ) => void
  loop(call, batch / 10)
  const times = Array.from({ length: rounds }, () => {
    const start = process.hrtime.bigint()
    loop(call, batch)
    return Number(process.hrtime.bigint() - start) / batch
  })
  return Math.min(...times)
}

function format(nanoseconds: number): string {
  return nanoseconds < 10 ? nanoseconds.toFixed(1) : nanoseconds.toFixed(0)
}
