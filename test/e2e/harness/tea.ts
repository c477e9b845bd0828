import type { Attributes } from '@opentelemetry/api'
import { type AggregationOption, AggregationType, type ViewOptions } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../../../otel/catalog/metric.ts'
import type { TranslationStrategy } from '../../../otel/naming/name.ts'

/** What is recorded of one metric that is hard to carry, and what Prometheus calls it. */
export interface TeaMetric {
  readonly metric: MetricDefinition
  readonly names: Readonly<Record<TranslationStrategy, string>>
  readonly recorded: readonly {
    readonly attributes: Attributes
    readonly value: number
    readonly inSpan?: boolean
  }[]
  /** What the SDK makes of the measurements, where it is not the usual. */
  readonly aggregation?: AggregationOption
}

/** Keys of attributes that no label is called as they stand, and what the strategies that escape make of them. */
export const escapedKeys: Readonly<Record<string, string>> = {
  'http.route': 'http_route',
  'été.kind': '_t_kind',
  'a "quoted\\key"\n': 'a_quoted_key_',
  '0zero': 'key_0zero',
  __name__: '_name_',
}

/** Keys of attributes that are spoken for: by the scope, by the resource, and by Prometheus itself. */
const takenKeys = ['otel_scope_name', 'tea.house', 'job', 'instance']

const nastyValues = [
  'plain',
  'quote"d',
  'back\\slash',
  'two\nlines',
  'tab\t',
  'été 🌊',
  '{le="1"}',
  '\\n',
  ' ',
]
const edgeValues = [Infinity, -Infinity, NaN, -0, 2 ** 53, -1e-7, 5e-324, 0.1 + 0.2, 1.7976931348623157e308]
const spread = [1e-9, 0.4, 0.5, 0.50001, 3, 3.1, 1e9]

const exponential: AggregationOption = {
  type: AggregationType.EXPONENTIAL_HISTOGRAM,
  options: { maxSize: 20 },
}
const buckets: AggregationOption = {
  type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
  options: { boundaries: [-1, 0, 1] },
}

export const tea: readonly TeaMetric[] = [
  {
    metric: metric('counter', 'tea.cups', '{cup}'),
    names: names('tea_cups_total', 'tea_cups', 'tea.cups_total', 'tea.cups'),
    recorded: nastyValues.map((cup, i) => ({ attributes: { cup }, value: i + 0.5, inSpan: true })),
  },
  {
    metric: metric('counter', 'tea.日本/steep', 's'),
    names: names('tea_steep_seconds_total', 'tea_steep', 'tea.日本/steep_seconds_total', 'tea.日本/steep'),
    recorded: [{ attributes: {}, value: 1.5, inSpan: true }],
  },
  {
    metric: metric('gauge', 'tea.edge', '1'),
    names: names('tea_edge_ratio', 'tea_edge', 'tea.edge_ratio', 'tea.edge'),
    recorded: edgeValues.map((value, i) => ({ attributes: { case: i }, value })),
  },
  {
    metric: metric('gauge', 'tea.labels', ''),
    names: names('tea_labels', 'tea_labels', 'tea.labels', 'tea.labels'),
    recorded: [...Object.keys(escapedKeys), ...takenKeys].map((key, value) => ({
      attributes: { [key]: 'x', n: value },
      value,
    })),
  },
  {
    metric: metric('upDownCounter', 'tea.balance', 'By'),
    names: names('tea_balance_bytes', 'tea_balance', 'tea.balance_bytes', 'tea.balance'),
    recorded: [{ attributes: { empty: '', list: ['a', 'b'], on: true }, value: -7.25 }],
  },
  {
    // Prometheus cannot tell the number from the text: their counts are added up.
    metric: metric('counter', 'tea.merged', ''),
    names: names('tea_merged_total', 'tea_merged', 'tea.merged_total', 'tea.merged'),
    recorded: [
      { attributes: { n: 1 }, value: 2 },
      { attributes: { n: '1' }, value: 3 },
    ],
  },
  {
    metric: { ...metric('histogram', 'tea.brew', 's'), buckets: [0.5, 1, 2.5, 1e6] },
    names: names('tea_brew_seconds', 'tea_brew', 'tea.brew_seconds', 'tea.brew'),
    recorded: [0.5, 0.75, 2.5, 3, 2e6].flatMap((value) => [
      { attributes: { le: 'grün' }, value: value / 2 },
      { attributes: { le: 'grün' }, value, inSpan: true },
    ]),
  },
  {
    metric: { ...metric('histogram', 'tea.single', 'By'), buckets: [] },
    names: names('tea_single_bytes', 'tea_single', 'tea.single_bytes', 'tea.single'),
    recorded: [{ attributes: {}, value: 12, inSpan: true }],
  },
  {
    metric: metric('upDownCounter', 'tea.depth', ''),
    names: names('tea_depth', 'tea_depth', 'tea.depth', 'tea.depth'),
    recorded: [-2, 0.5, 7].map((value) => ({ attributes: {}, value })),
    aggregation: buckets,
  },
  {
    metric: metric('histogram', 'tea.pour', 's'),
    names: names('tea_pour_seconds', 'tea_pour', 'tea.pour_seconds', 'tea.pour'),
    recorded: [
      ...spread.map((value) => ({ attributes: { cup: 'wide' }, value })),
      { attributes: { cup: 'wide' }, value: 0 },
      ...[1, 2.5, 6].map((value) => ({ attributes: { cup: 'narrow' }, value, inSpan: true })),
    ],
    aggregation: exponential,
  },
  {
    metric: metric('upDownCounter', 'tea.swing', ''),
    names: names('tea_swing', 'tea_swing', 'tea.swing', 'tea.swing'),
    recorded: [-5, -0.3, 0, 0.3, 8].map((value) => ({ attributes: {}, value })),
    aggregation: exponential,
  },
]

export const teaViews: readonly ViewOptions[] = tea.flatMap(({ metric, aggregation }) =>
  aggregation === undefined ? [] : [{ instrumentName: metric.name, aggregation }],
)

function metric(instrument: MetricDefinition['instrument'], name: string, unit: string): MetricDefinition {
  return { name, instrument, unit, description: `What "${name}" means, in two\nlines and a \\.` }
}

function names(
  ...[full, escaped, suffixed, untouched]: [string, string, string, string]
): TeaMetric['names'] {
  return {
    UnderscoreEscapingWithSuffixes: full,
    UnderscoreEscapingWithoutSuffixes: escaped,
    NoUTF8EscapingWithSuffixes: suffixed,
    NoTranslation: untouched,
  }
}
