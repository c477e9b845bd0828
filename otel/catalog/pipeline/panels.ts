import type { Panel } from '../panel.ts'
import { otelSdkMetricReaderCollectionDuration } from '../process/runtime.ts'
import { promql } from '../promql.ts'
import {
  pipelineCallbackErrors,
  pipelineExports,
  pipelineMeasurementsDropped,
  pipelineOverflows,
  pipelineScrapeDuration,
  pipelineScrapes,
  pipelineSeries,
} from './metrics.ts'

export const pipelinePanels: readonly Panel[] = [
  {
    panel: 'Series',
    description: 'Series in the last collection, of all processes together.',
    kind: 'stat',
    unit: '{series}',
    targets: [{ query: promql`sum(${pipelineSeries})`, legend: 'series' }],
  },
  {
    panel: 'Scrape p95',
    description: 'The time in which 95 of 100 scrapes are answered.',
    kind: 'stat',
    unit: 's',
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${pipelineScrapeDuration}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
    ],
  },
  {
    panel: 'Incomplete scrapes',
    description:
      'Scrapes that were answered in part, too late or with an error, in the time range that is shown.',
    kind: 'stat',
    unit: '{scrape}',
    targets: [
      {
        query: promql`sum(increase(${pipelineScrapes}{outcome!="success"}[$__range]))`,
        legend: 'scrapes',
      },
    ],
  },
  {
    panel: 'Failed exports',
    description:
      'Attempts to push metrics to a backend that failed for good, in the time range that is shown.',
    kind: 'stat',
    unit: '{export}',
    targets: [
      { query: promql`sum(increase(${pipelineExports}{outcome="failure"}[$__range]))`, legend: 'exports' },
    ],
  },
  {
    panel: 'Scrapes by outcome',
    description: 'Scrapes answered per second, by format and by how complete the answer was.',
    kind: 'timeseries',
    unit: '{scrape}/s',
    row: 'Out to the backends',
    targets: [
      {
        query: promql`sum by (format, outcome) (rate(${pipelineScrapes}[$__rate_interval])) > 0`,
        legend: '{{format}} {{outcome}}',
      },
    ],
  },
  {
    panel: 'Time of a scrape',
    description:
      'From a scrape request to the last byte of its answer, and what the metrics SDK takes of it to collect all series.',
    kind: 'timeseries',
    unit: 's',
    row: 'Out to the backends',
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${pipelineScrapeDuration}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${pipelineScrapeDuration}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
      {
        query: promql`sum(rate(${otelSdkMetricReaderCollectionDuration}_sum[$__rate_interval])) / sum(rate(${otelSdkMetricReaderCollectionDuration}_count[$__rate_interval]))`,
        legend: 'collection, mean',
      },
    ],
  },
  {
    panel: 'Exports by outcome',
    description: 'Attempts per second to push metrics to a backend, by what became of them.',
    kind: 'timeseries',
    unit: '{export}/s',
    row: 'Out to the backends',
    targets: [
      {
        query: promql`sum by (exporter, outcome) (rate(${pipelineExports}[$__rate_interval]))`,
        legend: '{{exporter}} {{outcome}}',
      },
    ],
  },
  {
    panel: 'Series over time',
    description:
      'Series in the last collection. One that climbs without end has a label with too many values.',
    kind: 'timeseries',
    unit: '{series}',
    row: 'Lost and limited',
    targets: [{ query: promql`sum by (instance) (${pipelineSeries})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Measurements at a limit',
    description:
      'Measurements per second that went to the overflow series because their metric was at its cardinality limit.',
    kind: 'timeseries',
    unit: '{measurement}/s',
    row: 'Lost and limited',
    targets: [
      { query: promql`sum by (metric) (rate(${pipelineOverflows}[$__rate_interval]))`, legend: '{{metric}}' },
    ],
  },
  {
    panel: 'Measurements dropped',
    description:
      'Attributes dropped, values replaced by `_OTHER`, and measurements that were no finite number, per second.',
    kind: 'timeseries',
    unit: '{measurement}/s',
    row: 'Lost and limited',
    targets: [
      {
        query: promql`sum by (reason) (rate(${pipelineMeasurementsDropped}[$__rate_interval]))`,
        legend: '{{reason}}',
      },
    ],
  },
  {
    panel: 'Failed observations',
    description:
      'Observations per second that failed or took too long; their metric was left out of that collection.',
    kind: 'timeseries',
    unit: '{error}/s',
    row: 'Lost and limited',
    targets: [
      {
        query: promql`sum by (metric, reason) (rate(${pipelineCallbackErrors}[$__rate_interval]))`,
        legend: '{{metric}} {{reason}}',
      },
    ],
  },
]
