import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import { ingesterBackfillComplete, ingesterBackpressureActive, ingesterErrors } from './metrics.ts'

export const ingesterBackpressureShare = {
  record: 'instance:ingester_backpressure_active:avg10m',
  query: promql`max by (job, instance) (avg_over_time(${ingesterBackpressureActive}[10m]))`,
  unit: '1',
  description: 'Share of the last 10 minutes in which reading from the relay was paused.',
  thresholds: { warning: 0.1, critical: 0.5 },
} as const satisfies Recording

export const ingesterBackpressure = {
  alert: 'IngesterBackpressure',
  query: promql`${ingesterBackpressureShare} > ${critical(ingesterBackpressureShare)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} has to pause reading from its relay.',
  description: 'Reading was paused for {{ $value | humanizePercentage }} of the last 10 minutes.',
  runbook: `The stream is at its high-water mark (\`--high-water\`): the indexer is slower than the relay. Nothing is lost, but
the lag grows, and relays end connections that read too slowly.

1. *Indexer* dashboard: do the waiting entries fall? Then it is catching up and needs time.
2. Do they not move at all? See IndexerStuck.
3. *Storage* dashboard, latency: a slow disk makes a slow indexer.
4. Follow less: \`--collections\`, \`--dids\`. A higher mark only takes up more disk.`,
  tests: {
    fires: {
      series: [{ query: promql`${ingesterBackpressureActive}`, values: '0 {critical*2}x240' }],
      at: '30m',
    },
    quiet: {
      series: [
        {
          query: promql`${ingesterBackpressureActive}`,
          // A pause now and then: at most 4 of 10 values, the mean below the bound and each of them above it.
          values: `${'0 0 {critical*2.4} '.repeat(11)}0x240`,
        },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

const errorRunbook = `Every failure is retried until it succeeds, and the cursor stays before what has not been written.

1. *Ingester* dashboard, errors by type. \`connection\`: see FirehoseDown. \`stream\` and \`store\`: the database could not be written.
2. The log says what the database said: a full disk, missing rights, a lock that another process holds.`

export const ingesterErrorsHigh = {
  alert: 'IngesterErrors',
  query: promql`sum by (job, instance, type) (increase(${ingesterErrors}[15m])) > ${warning(ingesterErrors)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} has trouble taking events in ({{ $labels.type }}).',
  description: '{{ $value | humanize }} failures in 15 minutes.',
  runbook: errorRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${ingesterErrors}{type="store"}`, values: '0 {warning*1.2}+{warning*1.1/15}x240' },
      ],
      at: '30m',
      labels: { type: 'store' },
    },
    quiet: {
      series: [{ query: promql`${ingesterErrors}{type="store"}`, values: '0+{warning*0.9/15}x240' }],
      at: '30m',
    },
  },
} as const satisfies Alert

export const ingesterErrorsCritical = {
  alert: 'IngesterErrorsCritical',
  query: promql`sum by (job, instance, type) (increase(${ingesterErrors}[15m])) > ${critical(ingesterErrors)}`,
  for: '5m',
  severity: 'critical',
  summary: '{{ $labels.instance }} can hardly take events in ({{ $labels.type }}).',
  description: '{{ $value | humanize }} failures in 15 minutes.',
  runbook: errorRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${ingesterErrors}{type="stream"}`, values: '0 {critical*1.2}+{critical*1.1/15}x240' },
      ],
      at: '30m',
      labels: { type: 'stream' },
    },
    quiet: {
      series: [{ query: promql`${ingesterErrors}{type="stream"}`, values: '0+{critical*0.9/15}x240' }],
      at: '30m',
    },
  },
} as const satisfies Alert

export const backfillFinished = {
  alert: 'BackfillFinished',
  query: promql`${ingesterBackfillComplete} == 1 and min_over_time(${ingesterBackfillComplete}[17m]) == 0`,
  for: '2m',
  severity: 'info',
  summary: '{{ $labels.instance }} has listed every repo of its source.',
  description: 'Those that are to be fetched are queued. This note ends by itself after 15 minutes.',
  runbook: `Nothing is wrong: the list of repos has reached its end.

1. \`tidegauge backfill --status\`: how many of them are still to be fetched.
2. From now on new repos are found by the stream. \`tidegauge backfill\` lists them once more.`,
  tests: {
    fires: { series: [{ query: promql`${ingesterBackfillComplete}`, values: '0 1x240' }], at: '14m' },
    quiet: { series: [{ query: promql`${ingesterBackfillComplete}`, values: '1x240' }], at: '30m' },
  },
} as const satisfies Alert
