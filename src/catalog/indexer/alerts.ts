import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import {
  indexerAckFailures,
  indexerChainBreaks,
  indexerErrors,
  indexerEventsProcessed,
  indexerPendingMessages,
} from './metrics.ts'

export const indexerEventRate = {
  record: 'instance:indexer_events_processed:rate5m',
  query: promql`sum by (job, instance) (rate(${indexerEventsProcessed}[5m]))`,
  unit: '{event}/s',
  description: 'Events processed per second.',
} as const satisfies Recording

export const indexerStuck = {
  alert: 'IndexerStuck',
  query: promql`max by (job, instance) (${indexerPendingMessages}) > 0 and on (job, instance) ${indexerEventRate} == 0`,
  for: '10m',
  severity: 'critical',
  summary: '{{ $labels.instance }} does not index what has arrived.',
  description: '{{ $value | humanize }} entries wait, and none was processed in the last 5 minutes.',
  runbook: `Entries of the stream wait and the indexer does nothing.

1. The log, at level error: a batch that fails is tried again and again; the line says why.
2. Is the disk full, or the database locked by another process?
3. Restart the service: it takes up the same entries. If it gets stuck at the same place, keep a copy of the data folder and report it.`,
  tests: {
    fires: {
      series: [
        { query: promql`${indexerPendingMessages}`, values: '1x240' },
        { query: promql`${indexerEventsProcessed}{type="create"}`, values: '100x240' },
      ],
      at: '20m',
    },
    quiet: {
      series: [
        { query: promql`${indexerPendingMessages}`, values: '0x240' },
        { query: promql`${indexerEventsProcessed}{type="create"}`, values: '100x240' },
      ],
      at: '20m',
    },
  },
} as const satisfies Alert

const backlogRunbook = `More arrives than is indexed. At the high-water mark reading from the relay pauses; see IngesterBackpressure.

1. Does the number fall? After a start or an outage it is catching up.
2. *Storage* and *Search* dashboards, latency: which write is slow?
3. *Process* dashboard: is the event loop saturated? Then the machine is at its limit: follow fewer collections with \`--collections\`.`

export const indexerBacklog = {
  alert: 'IndexerBacklog',
  query: promql`${indexerPendingMessages} > ${warning(indexerPendingMessages)}`,
  for: '15m',
  severity: 'warning',
  summary: '{{ $labels.instance }} indexes more slowly than events arrive.',
  description: '{{ $value | humanize }} entries wait to be indexed.',
  runbook: backlogRunbook,
  tests: {
    fires: { series: [{ query: promql`${indexerPendingMessages}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${indexerPendingMessages}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const indexerBacklogCritical = {
  alert: 'IndexerBacklogCritical',
  query: promql`${indexerPendingMessages} > ${critical(indexerPendingMessages)}`,
  for: '5m',
  severity: 'critical',
  summary: '{{ $labels.instance }} is about to pause reading: too much waits to be indexed.',
  description: '{{ $value | humanize }} entries wait to be indexed.',
  runbook: backlogRunbook,
  tests: {
    fires: {
      series: [{ query: promql`${indexerPendingMessages}`, values: '{critical*1.1}x240' }],
      at: '20m',
    },
    quiet: {
      series: [{ query: promql`${indexerPendingMessages}`, values: '{critical*0.9}x240' }],
      at: '20m',
    },
  },
} as const satisfies Alert

export const indexerUnexpectedErrors = {
  alert: 'IndexerUnexpectedErrors',
  query: promql`sum by (job, instance) (increase(${indexerErrors}{kind="unexpected"}[15m])) > ${warning(indexerErrors)}`,
  for: '2m',
  severity: 'warning',
  summary: '{{ $labels.instance }} could not index some events.',
  description: '{{ $value | humanize }} events failed in 15 minutes for reasons that nobody foresaw.',
  runbook: `Expected errors are invalid data from the network. These are not: a mistake in the program or a broken database.

1. The log has a line for each, at level error.
2. \`database disk image is malformed\`: stop the service, keep a copy of the data folder, and start with an empty one.
3. Anything else: please report it with the line.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${indexerErrors}{kind="unexpected"}`,
          values: '0 {warning*1.2}+{warning*1.1/15}x240',
        },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${indexerErrors}{kind="unexpected"}`, values: '0+{warning*0.9/15}x240' },
        { query: promql`${indexerErrors}{kind="expected"}`, values: '0+{warning}x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const indexerInvalidEvents = {
  alert: 'IndexerInvalidEvents',
  query: promql`sum by (job, instance) (increase(${indexerErrors}{kind="expected"}[15m])) > ${critical(indexerErrors)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} receives many events with invalid data.',
  description:
    '{{ $value | humanize }} events in 15 minutes could not be applied because their data is invalid.',
  runbook: `The events passed the checks of the firehose, and their content breaks a rule. Each is skipped.

1. The log at level debug has a line for each, with the repo.
2. Always the same PDS? Its operator should know.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${indexerErrors}{kind="expected"}`,
          values: '0 {critical*1.2}+{critical*1.1/15}x240',
        },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${indexerErrors}{kind="expected"}`, values: '0+{critical*0.9/15}x240' },
        { query: promql`${indexerErrors}{kind="unexpected"}`, values: '0+{critical}x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const indexerChainBroken = {
  alert: 'IndexerChainBreaks',
  query: promql`sum by (job, instance) (increase(${indexerChainBreaks}[15m])) > ${warning(indexerChainBreaks)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} misses commits of some repos.',
  description: '{{ $value | humanize }} commits in 15 minutes did not continue what was stored.',
  runbook: `A commit names the state before it, and that is not the one stored here: a commit in between was lost. The repo is
marked \`desync\`, and its records may be out of date until it is fetched again.

1. Was the service down for longer than the relay keeps events? Then many repos break at once, and once only.
2. *Firehose* dashboard: were events skipped as bad? A skipped commit breaks the chain at the next one.
3. *Storage* dashboard, repos by status: how many are affected? Each is fetched again by itself; see DesyncNotHealing where it is not.`,
  tests: {
    fires: {
      series: [{ query: promql`${indexerChainBreaks}`, values: '0 {warning*1.2}+{warning*1.1/15}x240' }],
      at: '30m',
    },
    quiet: {
      series: [{ query: promql`${indexerChainBreaks}`, values: '0+{warning*0.9/15}x240' }],
      at: '30m',
    },
  },
} as const satisfies Alert

export const indexerAckFailing = {
  alert: 'IndexerAckFailures',
  query: promql`sum by (job, instance) (increase(${indexerAckFailures}[15m])) > ${warning(indexerAckFailures)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} cannot note what it has indexed.',
  description: '{{ $value | humanize }} batches in 15 minutes were applied but not acknowledged.',
  runbook: `The records are written, but the place in the stream is not; the batch is applied again, without effect. While it lasts
the stream grows.

1. The log says what the database said: a full disk, missing rights, a lock.
2. Is there room on the disk of the data folder?`,
  tests: {
    fires: {
      series: [{ query: promql`${indexerAckFailures}`, values: '0 {warning*1.2}+{warning*1.1/15}x240' }],
      at: '30m',
    },
    quiet: {
      series: [{ query: promql`${indexerAckFailures}`, values: '0+{warning*0.9/15}x240' }],
      at: '30m',
    },
  },
} as const satisfies Alert
