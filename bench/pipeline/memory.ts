// Prints the heap that a series of one library takes, in bytes.
// usage: node --expose-gc bench/pipeline/memory.ts ours|sdk|prom-client counter|histogram SERIES
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { bind, type MetricDefinition, startPipeline } from '@tidegauge/otel'
import { requestBuckets } from '@tidegauge/otel/catalog'
import prom from 'prom-client'

const [library, kind, count] = process.argv.slice(2) as [string, 'counter' | 'histogram', string]
const series = Number(count)
const buckets = [...requestBuckets]

interface Subject {
  record(attributes: { readonly peer: string; readonly op: string }): void
  collect(): Promise<unknown>
}

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const subject = await { ours, sdk, 'prom-client': promClient }[library as 'ours']()
const before = heap()
for (let i = 0; i < series; i++)
  subject.record({ peer: `did:plc:peer-number-${i >> 1}`, op: i & 1 ? 'read' : 'write' })
await subject.collect()
console.log((heap() - before) / series)
process.exit()

function heap(): number {
  for (let i = 0; i < 4; i++) global.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function ours(): Promise<Subject> {
  const definition: MetricDefinition = {
    name: 'bench.metric',
    instrument: kind,
    unit: '',
    description: 'x',
    attributes: { peer: { limit: series }, op: ['read', 'write'] },
    buckets,
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const file = join(folder, 'config.yaml')
  const reader = `{ exporter: { prometheus/development: { port: 0 } }, cardinality_limits: { default: ${series + 10} } }`
  writeFileSync(file, `file_format: "1.0"\nmeter_provider:\n  readers:\n    - pull: ${reader}\n`)
  const service = { name: 'bench', version: '0' }
  const pipeline = await startPipeline({
    catalog: [definition],
    service,
    environment: { OTEL_CONFIG_FILE: file },
  })
  rmSync(folder, { recursive: true })
  const instrument = bind<MetricDefinition>(pipeline.meter(), definition) as unknown as {
    readonly [Method in 'add' | 'record']: (value: number, attributes: object) => void
  }
  const method = kind === 'counter' ? 'add' : 'record'
  return {
    record: (attributes) => instrument[method](1, attributes),
    collect: async () => (await fetch(pipeline.endpoint?.url ?? '')).text(),
  }
}

async function sdk(): Promise<Subject> {
  const reader = new PullReader({ cardinalitySelector: () => series + 10 })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench')
  const counter = meter.createCounter('bench.counter')
  const histogram = meter.createHistogram('bench.histogram', {
    advice: { explicitBucketBoundaries: buckets },
  })
  return {
    record: (attributes) =>
      kind === 'counter' ? counter.add(1, attributes) : histogram.record(1, attributes),
    collect: () => reader.collect(),
  }
}

async function promClient(): Promise<Subject> {
  const registry = new prom.Registry()
  const options = { name: 'bench', help: 'x', labelNames: ['peer', 'op'], registers: [registry] }
  const metric = kind === 'counter' ? new prom.Counter(options) : new prom.Histogram({ ...options, buckets })
  return {
    record: (attributes) =>
      metric instanceof prom.Counter ? metric.inc(attributes) : metric.observe(attributes, 1),
    collect: () => registry.metrics(),
  }
}
