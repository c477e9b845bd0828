import type { MetricDefinition } from '../metric.ts'

// What is measured about every process and its runtime under the names of the semantic conventions, most of it by
// published packages. It is declared so that panels and alerts can name it, documentation lists it and the audit
// knows it.

const pipeline = 'the pipeline itself'
const runtime = '@opentelemetry/instrumentation-runtime-node'

export const processCpuTime = {
  name: 'process.cpu.time',
  instrument: 'counter',
  unit: 's',
  description: 'CPU time that the process has used, by mode.',
  attributes: { 'cpu.mode': ['user', 'system'] },
  recordedBy: pipeline,
  noAlert: 'EventLoopSaturated tells when the one thread that matters is used up.',
} as const satisfies MetricDefinition

export const processMemoryUsage = {
  name: 'process.memory.usage',
  instrument: 'upDownCounter',
  unit: 'By',
  description: 'Physical memory in use by the process.',
  recordedBy: pipeline,
  thresholds: { warning: 1.5e9, critical: 3e9 },
} as const satisfies MetricDefinition

export const nodejsEventloopUtilization = {
  name: 'nodejs.eventloop.utilization',
  instrument: 'gauge',
  unit: '1',
  description: 'Share of the time in which the event loop was not idle.',
  recordedBy: runtime,
  thresholds: { warning: 0.8, critical: 0.95 },
} as const satisfies MetricDefinition

export const nodejsEventloopTime = {
  name: 'nodejs.eventloop.time',
  instrument: 'counter',
  unit: 's',
  description: 'Time that the event loop has spent in each state.',
  attributes: { 'nodejs.eventloop.state': ['active', 'idle'] },
  recordedBy: runtime,
  noAlert: 'EventLoopSaturated watches the share of the busy time.',
} as const satisfies MetricDefinition

/** Name and words of the statistics of the delay. */
const delay = (statistic: string, words: string) =>
  ({
    name: `nodejs.eventloop.delay.${statistic}`,
    instrument: 'gauge',
    unit: 's',
    description: `${words} of the delay of the event loop since the last collection.`,
    recordedBy: runtime,
  }) as const satisfies MetricDefinition

const seeP99 = 'EventLoopBlocked watches the 99th percentile.'

export const nodejsEventloopDelayMin = {
  ...delay('min', 'Minimum'),
  noAlert: seeP99,
} as const satisfies MetricDefinition
export const nodejsEventloopDelayMax = {
  ...delay('max', 'Maximum'),
  noAlert: seeP99,
} as const satisfies MetricDefinition
export const nodejsEventloopDelayMean = {
  ...delay('mean', 'Mean'),
  noAlert: seeP99,
} as const satisfies MetricDefinition
export const nodejsEventloopDelayStddev = {
  ...delay('stddev', 'Standard deviation'),
  noAlert: seeP99,
} as const satisfies MetricDefinition
export const nodejsEventloopDelayP50 = {
  ...delay('p50', 'Median'),
  noAlert: seeP99,
} as const satisfies MetricDefinition
export const nodejsEventloopDelayP90 = {
  ...delay('p90', '90th percentile'),
  noAlert: seeP99,
} as const satisfies MetricDefinition
export const nodejsEventloopDelayP99 = {
  ...delay('p99', '99th percentile'),
  thresholds: { warning: 0.1, critical: 0.5 },
} as const satisfies MetricDefinition

export const v8jsGcDuration = {
  name: 'v8js.gc.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Duration of garbage collections, by kind.',
  attributes: { 'v8js.gc.type': ['major', 'minor', 'incremental', 'weakcb'] },
  recordedBy: runtime,
  noAlert: 'Collections that take too long block the event loop, which EventLoopBlocked watches.',
} as const satisfies MetricDefinition

/** The spaces of the heap depend on the version of V8. */
const heapSpaces = { 'v8js.heap.space.name': { limit: 30 } } as const

export const v8jsMemoryHeapUsed = {
  name: 'v8js.memory.heap.used',
  instrument: 'gauge',
  unit: 'By',
  description: 'Memory in use in each space of the heap.',
  attributes: heapSpaces,
  recordedBy: runtime,
  noAlert: 'MemoryHigh watches the memory of the process.',
} as const satisfies MetricDefinition

export const v8jsMemoryHeapSpaceSize = {
  name: 'v8js.memory.heap.space.size',
  instrument: 'gauge',
  unit: 'By',
  description: 'Memory reserved for each space of the heap.',
  attributes: heapSpaces,
  recordedBy: runtime,
  noAlert: 'MemoryHigh watches the memory of the process.',
} as const satisfies MetricDefinition

export const v8jsMemoryHeapSpaceAvailableSize = {
  name: 'v8js.memory.heap.space.available_size',
  instrument: 'gauge',
  unit: 'By',
  description: 'Memory that each space of the heap has left.',
  attributes: heapSpaces,
  recordedBy: runtime,
  noAlert: 'MemoryHigh watches the memory of the process.',
} as const satisfies MetricDefinition

export const v8jsMemoryHeapSpacePhysicalSize = {
  name: 'v8js.memory.heap.space.physical_size',
  instrument: 'gauge',
  unit: 'By',
  description: 'Physical memory committed to each space of the heap.',
  attributes: heapSpaces,
  recordedBy: runtime,
  noAlert: 'MemoryHigh watches the memory of the process.',
} as const satisfies MetricDefinition

export const v8jsResourceActive = {
  name: 'v8js.resource.active',
  instrument: 'gauge',
  unit: '{resource}',
  description: 'Resources that keep the event loop alive, by type: sockets, timers, files.',
  attributes: { 'v8js.resource.type': { limit: 50 } },
  recordedBy: runtime,
  noAlert: 'Differs from service to service; a leak shows as memory.',
} as const satisfies MetricDefinition

export const otelSdkMetricReaderCollectionDuration = {
  name: 'otel.sdk.metric_reader.collection.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that the metrics SDK takes to collect all series for a reader.',
  attributes: {
    'otel.component.name': { limit: 20 },
    'otel.component.type': { limit: 20 },
  },
  recordedBy: '@opentelemetry/sdk-metrics',
  noAlert: 'ScrapeSlow watches the whole of the scrape.',
} as const satisfies MetricDefinition
