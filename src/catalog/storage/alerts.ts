import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import { storageDisk, storageOperation, storageRepos } from './metrics.ts'

export const storageLatency = {
  record: 'instance_op:storage_operation_seconds:p99_rate5m',
  query: promql`histogram_quantile(0.99, sum by (job, instance, op, le) (rate(${storageOperation}_bucket[5m])))`,
  unit: 's',
  description: 'Time in which 99 of 100 operations of the store are done, by operation.',
  thresholds: storageOperation.thresholds,
} as const satisfies Recording

/** Nothing while there are no repos. */
export const storageUnsyncedRatio = {
  record: 'instance:storage_repos_unsynced:ratio',
  query: promql`sum by (job, instance) (${storageRepos}{status=~"error|desync"}) / (sum by (job, instance) (${storageRepos}) > 0)`,
  unit: '1',
  description: 'Share of the repos whose local copy is out of date or broken.',
  thresholds: { warning: 0.05, critical: 0.25 },
} as const satisfies Recording

const slowRunbook = `1. Which operation? *Storage* dashboard, latency by operation. \`query\` and \`scan\` read much when no index helps: \`--index\`. \`put_batch\` and \`delete\` wait for the disk. \`lookup\` is what the indexer reads before each batch: when it is slow, indexing is, and callers of the API need not notice.
2. Does the machine wait for its disk (\`iostat -x 5\`)?
3. *Process* dashboard: is the event loop blocked? The time that an operation waits for the thread counts as well.`

export const storageSlow = {
  alert: 'StorageSlow',
  query: promql`${storageLatency} > ${warning(storageOperation)}`,
  for: '15m',
  severity: 'warning',
  summary: 'The store of {{ $labels.instance }} is slow ({{ $labels.op }}).',
  description: 'One operation in a hundred takes longer than {{ $value | humanizeDuration }}.',
  runbook: slowRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${storageOperation}_bucket{op="get",le="{warning}"}`, values: '0+0x240' },
        { query: promql`${storageOperation}_bucket{op="get",le="{warning*2}"}`, values: '0+60x240' },
        { query: promql`${storageOperation}_bucket{op="get",le="+Inf"}`, values: '0+60x240' },
      ],
      at: '30m',
      labels: { op: 'get' },
    },
    quiet: {
      series: [
        { query: promql`${storageOperation}_bucket{op="get",le="{warning*0.9}"}`, values: '0+60x240' },
        { query: promql`${storageOperation}_bucket{op="get",le="+Inf"}`, values: '0+60x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const storageVerySlow = {
  alert: 'StorageVerySlow',
  query: promql`${storageLatency} > ${critical(storageOperation)}`,
  for: '5m',
  severity: 'critical',
  summary: 'The store of {{ $labels.instance }} is very slow ({{ $labels.op }}).',
  description: 'One operation in a hundred takes longer than {{ $value | humanizeDuration }}.',
  runbook: slowRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${storageOperation}_bucket{op="put_batch",le="{critical}"}`, values: '0+0x240' },
        { query: promql`${storageOperation}_bucket{op="put_batch",le="{critical*2}"}`, values: '0+60x240' },
        { query: promql`${storageOperation}_bucket{op="put_batch",le="+Inf"}`, values: '0+60x240' },
      ],
      at: '20m',
      labels: { op: 'put_batch' },
    },
    quiet: {
      series: [
        { query: promql`${storageOperation}_bucket{op="put_batch",le="{critical*0.9}"}`, values: '0+60x240' },
        { query: promql`${storageOperation}_bucket{op="put_batch",le="+Inf"}`, values: '0+60x240' },
      ],
      at: '20m',
    },
  },
} as const satisfies Alert

const diskRunbook = `The database takes up more space than it was meant to. How much there is depends on the machine: set the bounds of
\`storage_disk_bytes\` to fit it.

1. *Storage* dashboard: which collections grow? Keep fewer with \`--collections\`.
2. How much is left (\`df -h\` of the data folder)? When the disk is full nothing can be written, and reading pauses.
3. Space of deleted records is used again, but not given back.`

export const storageDiskLarge = {
  alert: 'StorageDiskLarge',
  query: promql`${storageDisk} > ${warning(storageDisk)}`,
  for: '30m',
  severity: 'warning',
  summary: 'The database of {{ $labels.instance }} has grown large.',
  description: 'It takes {{ $value | humanize1024 }}B on disk.',
  runbook: diskRunbook,
  tests: {
    fires: { series: [{ query: promql`${storageDisk}`, values: '{warning*1.1}x240' }], at: '45m' },
    quiet: { series: [{ query: promql`${storageDisk}`, values: '{warning*0.9}x240' }], at: '45m' },
  },
} as const satisfies Alert

export const storageDiskCritical = {
  alert: 'StorageDiskCritical',
  query: promql`${storageDisk} > ${critical(storageDisk)}`,
  for: '10m',
  severity: 'critical',
  summary: 'The database of {{ $labels.instance }} is larger than it may be.',
  description: 'It takes {{ $value | humanize1024 }}B on disk.',
  runbook: diskRunbook,
  tests: {
    fires: { series: [{ query: promql`${storageDisk}`, values: '{critical*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${storageDisk}`, values: '{critical*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const storageReposUnsynced = {
  alert: 'StorageReposUnsynced',
  query: promql`${storageUnsyncedRatio} > ${warning(storageUnsyncedRatio)}`,
  for: '30m',
  severity: 'warning',
  summary: 'Many repos of {{ $labels.instance }} are out of sync.',
  description: '{{ $value | humanizePercentage }} of the repos are not known to be what their hosts have.',
  runbook: `1. *Storage* dashboard, repos by status: \`desync\` is not known to be what its host has, and waits to be fetched again; see DesyncNotHealing. \`error\` could not be fetched; see BackfillerDeadLetters.
2. Was it sudden? Look for an outage of the relay or of this service at that time.`,
  tests: {
    fires: {
      series: [
        { query: promql`${storageRepos}{status="desync"}`, values: '{60*warning}x240' },
        { query: promql`${storageRepos}{status="error"}`, values: '{60*warning}x240' },
        { query: promql`${storageRepos}{status="synced"}`, values: '{100-120*warning}x240' },
      ],
      at: '45m',
    },
    quiet: {
      series: [
        { query: promql`${storageRepos}{status="desync"}`, values: '{45*warning}x240' },
        { query: promql`${storageRepos}{status="error"}`, values: '{45*warning}x240' },
        { query: promql`${storageRepos}{status="synced"}`, values: '{100-90*warning}x240' },
      ],
      at: '45m',
    },
  },
} as const satisfies Alert
