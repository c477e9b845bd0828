import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import {
  firehoseBatchSize,
  firehoseBatchWrite,
  firehoseConnected,
  firehoseErrors,
  firehoseEvents,
  firehoseLag,
  firehoseLastSeq,
  firehoseOperations,
  firehoseReceived,
  firehoseReconnects,
} from './metrics.ts'

export const firehosePanels: readonly Panel[] = [
  {
    panel: 'Connection',
    description: 'Whether the connection to the relay is open, for each process.',
    kind: 'stat',
    unit: '',
    overview: true,
    targets: [{ query: promql`max by (instance) (${firehoseConnected})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Lag',
    description:
      'How far behind the relay we are: the age of the last event read while more are unread, 0 once all are read.',
    kind: 'stat',
    unit: 's',
    overview: true,
    targets: [{ query: promql`max(${firehoseLag})`, legend: 'lag' }],
  },
  {
    panel: 'Events',
    description: 'Events received from the relay per second, the rejected ones included.',
    kind: 'stat',
    unit: '{event}/s',
    overview: true,
    targets: [{ query: promql`sum(rate(${firehoseEvents}[$__rate_interval]))`, legend: 'events' }],
  },
  {
    panel: 'Errors',
    description: 'Failed and lost connections and bad events, in the time range that is shown.',
    kind: 'stat',
    unit: '{error}',
    overview: true,
    targets: [{ query: promql`sum(increase(${firehoseErrors}[$__range]))`, legend: 'errors' }],
  },
  {
    panel: 'Reconnects',
    description: 'How often the connection was opened again, in the time range that is shown.',
    kind: 'stat',
    unit: '{reconnect}',
    targets: [{ query: promql`sum(increase(${firehoseReconnects}[$__range]))`, legend: 'reconnects' }],
  },
  {
    panel: 'Last sequence number',
    description:
      'Sequence number of the last event received: the cursor. It stands still while no events arrive.',
    kind: 'stat',
    unit: '',
    targets: [{ query: promql`max by (instance) (${firehoseLastSeq})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Events by type',
    description: 'Events received from the relay per second, by type.',
    kind: 'timeseries',
    unit: '{event}/s',
    row: 'What arrives',
    overview: true,
    stacked: true,
    targets: [
      { query: promql`sum by (type) (rate(${firehoseEvents}[$__rate_interval]))`, legend: '{{type}}' },
    ],
  },
  {
    panel: 'Operations',
    description: 'Operations on records per second, in commits that passed verification.',
    kind: 'timeseries',
    unit: '{operation}/s',
    row: 'What arrives',
    stacked: true,
    targets: [
      { query: promql`sum by (op) (rate(${firehoseOperations}[$__rate_interval]))`, legend: '{{op}}' },
    ],
  },
  {
    panel: 'Received',
    description: 'Bytes of event frames received per second.',
    kind: 'timeseries',
    unit: 'By/s',
    row: 'What arrives',
    targets: [{ query: promql`sum(rate(${firehoseReceived}[$__rate_interval]))`, legend: 'received' }],
  },
  {
    panel: 'Lag over time',
    description:
      'Age of the last event read while more are unread, 0 once all are read. It grows while there is no connection.',
    kind: 'timeseries',
    unit: 's',
    row: 'Behind and broken',
    overview: true,
    targets: [{ query: promql`max by (instance) (${firehoseLag})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Errors by kind',
    description: 'Failed attempts to connect, lost connections, and bad events by what is wrong with them.',
    kind: 'timeseries',
    unit: '{error}/s',
    row: 'Behind and broken',
    overview: true,
    targets: [
      { query: promql`sum by (error) (rate(${firehoseErrors}[$__rate_interval]))`, legend: '{{error}}' },
    ],
  },
  {
    panel: 'Batch write time',
    description:
      'Time to write a batch of events and its cursor to the stream: half of all, 95 and 99 of 100.',
    kind: 'timeseries',
    unit: 's',
    row: 'Writing to the stream',
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${firehoseBatchWrite}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${firehoseBatchWrite}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
      {
        query: promql`histogram_quantile(0.99, sum by (le) (rate(${firehoseBatchWrite}_bucket[$__rate_interval])))`,
        legend: 'p99',
      },
    ],
  },
  {
    panel: 'Batch size',
    description:
      'Operations on records in one batch. Large batches mean that events arrive faster than they are written.',
    kind: 'timeseries',
    unit: '{record}',
    row: 'Writing to the stream',
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${firehoseBatchSize}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${firehoseBatchSize}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
    ],
  },
]
