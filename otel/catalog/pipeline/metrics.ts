import { requestBuckets } from '../buckets.ts'
import type { Component } from '../component.ts'
import type { MetricDefinition } from '../metric.ts'

export const pipelineComponent = {
  name: 'pipeline',
  title: 'Metrics pipeline',
  description: 'What the metrics pipeline says about itself: scrapes, exports, series, losses.',
} as const satisfies Component

export const pipelineScrapes = {
  name: 'pipeline.scrapes',
  instrument: 'counter',
  unit: '{scrape}',
  description: 'Scrapes that were answered, by format and by how complete the answer was.',
  attributes: {
    format: ['text', 'openmetrics', 'protobuf'],
    outcome: ['success', 'partial', 'timeout', 'error'],
  },
} as const satisfies MetricDefinition

export const pipelineScrapeDuration = {
  name: 'pipeline.scrape_duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from a scrape request to the last byte of its answer.',
  buckets: requestBuckets,
  thresholds: { warning: 2, critical: 5 },
} as const satisfies MetricDefinition

export const pipelineSeries = {
  name: 'pipeline.series',
  instrument: 'gauge',
  unit: '{series}',
  description: 'Series in the last collection.',
  thresholds: { warning: 50_000, critical: 200_000 },
} as const satisfies MetricDefinition

export const pipelineOverflows = {
  name: 'pipeline.overflows',
  instrument: 'counter',
  unit: '{measurement}',
  description:
    'Measurements that went to the overflow series because their metric was at its cardinality limit.',
  attributes: { metric: { limit: 1000 } },
  thresholds: { warning: 1, critical: 1000 },
} as const satisfies MetricDefinition

export const pipelineMeasurementsDropped = {
  name: 'pipeline.measurements_dropped',
  instrument: 'counter',
  unit: '{measurement}',
  description:
    'Attributes that were dropped, values that were replaced by _OTHER, and measurements that were no finite number.',
  attributes: { reason: ['undeclared_attribute', 'undeclared_value', 'not_finite'] },
  thresholds: { warning: 1, critical: 1000 },
} as const satisfies MetricDefinition

export const pipelineCallbackErrors = {
  name: 'pipeline.callback_errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Observations that failed or took too long; their metric was left out of that collection.',
  attributes: { metric: { limit: 1000 }, reason: ['error', 'timeout'] },
  thresholds: { warning: 1, critical: 100 },
} as const satisfies MetricDefinition

export const pipelineExports = {
  name: 'pipeline.exports',
  instrument: 'counter',
  unit: '{export}',
  description: 'Attempts to push metrics to a backend, by what became of them.',
  attributes: {
    exporter: ['otlp_http', 'otlp_grpc', 'console'],
    outcome: ['success', 'retry', 'failure'],
  },
} as const satisfies MetricDefinition
