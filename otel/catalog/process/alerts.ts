import type { Alert } from '../alert.ts'
import { critical, promql, warning } from '../promql.ts'
import { uptime } from './metrics.ts'
import { nodejsEventloopDelayP99, nodejsEventloopUtilization, processMemoryUsage } from './runtime.ts'

export const targetDown = {
  alert: 'TargetDown',
  query: promql`up == 0`,
  for: '2m',
  severity: 'critical',
  summary: 'Prometheus cannot scrape {{ $labels.instance }}.',
  description: 'Its scrapes have been failing for two minutes; every other alert about it is blind.',
  runbook: `1. Status → Targets in Prometheus says why: refused, timed out, 401, not what it expected.
2. Is the process running? Does \`curl HOST:9464/metrics\` answer on that machine?
3. Timed out: see ScrapeSlow. 401: the token of the scrape job and of the endpoint differ.`,
  tests: {
    fires: { series: [{ query: promql`up`, values: '0x240' }], at: '10m' },
    quiet: { series: [{ query: promql`up`, values: '1x5 0 1x240' }], at: '7m' },
  },
} as const satisfies Alert

export const targetAbsent = {
  alert: 'TargetAbsent',
  query: promql`absent(${uptime})`,
  for: '5m',
  severity: 'critical',
  summary: 'No metrics of the service arrive.',
  description: 'There is no process whose metrics arrive, by scrape or by push; every other alert is blind.',
  runbook: `1. Does any process run at all?
2. Does Prometheus have a scrape job of this name, or does the Collector push under it? These rules look at the job that \`job\` names in the configuration of \`tidegauge generate\`.
3. Pushed metrics: see ExportsFailing, and the log of the Collector.`,
  tests: {
    fires: {
      series: [{ query: promql`${uptime}`, values: '_x240' }],
      at: '20m',
      labels: { instance: '' },
    },
    quiet: { series: [{ query: promql`${uptime}`, values: '15+60x240' }], at: '20m' },
  },
} as const satisfies Alert

export const restartingOften = {
  alert: 'RestartingOften',
  query: promql`avg_over_time(${uptime}[30m]) < ${warning(uptime)}`,
  for: '20m',
  severity: 'warning',
  summary: '{{ $labels.instance }} restarts again and again.',
  description: 'In the last 30 minutes it had been up for {{ $value | humanizeDuration }} on average.',
  runbook: `1. What ended it? \`journalctl\` or the log of the container: killed for its memory (exit 137), an error at the start, a failing probe.
2. See MemoryHigh when it was killed for its memory.
3. A stack in the log, and exit 1 or 70: please report it.`,
  tests: {
    fires: {
      series: [{ query: promql`${uptime}`, values: '{warning*0.9}x240' }],
      at: '60m',
    },
    quiet: {
      series: [
        { query: promql`${uptime}`, values: '{warning*1.1}x240' },
        // A process that has just begun, and stays.
        { query: promql`${uptime}{instance="young"}`, values: '0+{warning/5}x240' },
      ],
      at: '50m',
    },
  },
} as const satisfies Alert

export const eventLoopBlocked = {
  alert: 'EventLoopBlocked',
  query: promql`${nodejsEventloopDelayP99} > ${critical(nodejsEventloopDelayP99)}`,
  for: '5m',
  severity: 'warning',
  summary: 'Something blocks the event loop of {{ $labels.instance }}.',
  description: 'What is due waits up to {{ $value | humanizeDuration }}.',
  runbook: `Everything runs on one thread; whatever takes long holds up the rest, answers and scrapes included.

1. *Storage* and *Search* dashboards, latency: they run on the same thread.
2. *Process* dashboard, garbage collection: long pauses come with a heap near its limit.
3. Is the machine overcommitted (\`vmstat 5\`, steal)?`,
  tests: {
    fires: {
      series: [{ query: promql`${nodejsEventloopDelayP99}`, values: '{critical*1.1}x240' }],
      at: '20m',
    },
    quiet: {
      series: [{ query: promql`${nodejsEventloopDelayP99}`, values: '{critical*0.9}x240' }],
      at: '20m',
    },
  },
} as const satisfies Alert

export const eventLoopSaturated = {
  alert: 'EventLoopSaturated',
  query: promql`avg_over_time(${nodejsEventloopUtilization}[10m]) > ${critical(nodejsEventloopUtilization)}`,
  for: '10m',
  severity: 'warning',
  summary: '{{ $labels.instance }} is at the limit of what one thread can do.',
  description: 'Its event loop was busy {{ $value | humanizePercentage }} of the time.',
  runbook: `While it catches up this is as it should be. When it lasts, the service will fall behind.

1. *Indexer* dashboard: is it working off a backlog? Then wait.
2. Follow less: \`--collections\`, \`--dids\`; verify less: \`--verify signature\`; search fewer fields.
3. A faster core helps, more cores do not.`,
  tests: {
    fires: {
      series: [{ query: promql`${nodejsEventloopUtilization}`, values: '{critical*1.02}x240' }],
      at: '30m',
    },
    quiet: {
      series: [{ query: promql`${nodejsEventloopUtilization}`, values: '{critical*0.98}x240' }],
      at: '30m',
    },
  },
} as const satisfies Alert

const memoryRunbook = `How much there is depends on the machine: set the bounds of \`process_memory_usage_bytes\` to fit it.

1. *Process* dashboard: does the heap grow, or what lies outside of it (the caches of the database)?
2. Does it climb without end? *Metrics pipeline* dashboard, series: a label with too many values takes memory for each.
3. *Ingester* dashboard, events in memory: the queue between relay and stream is bounded, and should be small.`

export const memoryHigh = {
  alert: 'MemoryHigh',
  query: promql`${processMemoryUsage} > ${warning(processMemoryUsage)}`,
  for: '15m',
  severity: 'warning',
  summary: '{{ $labels.instance }} uses much memory.',
  description: 'It uses {{ $value | humanize1024 }}B.',
  runbook: memoryRunbook,
  tests: {
    fires: { series: [{ query: promql`${processMemoryUsage}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${processMemoryUsage}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const memoryCritical = {
  alert: 'MemoryCritical',
  query: promql`${processMemoryUsage} > ${critical(processMemoryUsage)}`,
  for: '5m',
  severity: 'critical',
  summary: '{{ $labels.instance }} uses more memory than it may.',
  description: 'It uses {{ $value | humanize1024 }}B.',
  runbook: memoryRunbook,
  tests: {
    fires: { series: [{ query: promql`${processMemoryUsage}`, values: '{critical*1.1}x240' }], at: '20m' },
    quiet: { series: [{ query: promql`${processMemoryUsage}`, values: '{critical*0.9}x240' }], at: '20m' },
  },
} as const satisfies Alert
