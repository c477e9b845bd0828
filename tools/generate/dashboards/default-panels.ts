import type { MetricDefinition, Panel, Query } from '@tidegauge/otel/catalog'
import { prometheusLabelName } from '@tidegauge/otel/naming'

/**
 * The panels of a metric that the catalog puts on none: a counter is shown by its rate, a state by the word for its
 * value, any other gauge by its value, a histogram by its quantiles. Bounds of a counter are numbers of events, which
 * get a panel of their own, over the time that the dashboard shows.
 */
export function defaultPanels(metric: MetricDefinition): Panel[] {
  switch (metric.instrument) {
    case 'counter':
      return metric.thresholds ? [total(metric), rate(metric)] : [rate(metric)]
    case 'histogram':
      return [quantiles(metric)]
    case 'gauge':
    case 'upDownCounter':
      return [level(metric)]
  }
}

/** The metric in words: `firehose.batch_write` is "Batch write". */
export function metricTitle({ name, stream }: MetricDefinition): string {
  const words = (stream?.name ?? name).replace(/^[^.]*\./, '').replace(/[._]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function rate(metric: MetricDefinition): Panel {
  const { by, legend } = grouping(metric)
  return {
    panel: `${metricTitle(metric)} per second`,
    description: metric.description,
    kind: 'timeseries',
    unit: `${metric.unit}/s`,
    row: 'Rates',
    targets: [{ query: query(`sum${by}(rate(`, metric, '[$__rate_interval]))'), legend }],
  }
}

function total(metric: MetricDefinition): Panel {
  const legend = metricTitle(metric)
  return {
    panel: legend,
    description: `${metric.description} The number in the time range that is shown.`,
    kind: 'stat',
    unit: metric.unit,
    targets: [{ query: query('sum(increase(', metric, '[$__range]))'), legend }],
  }
}

/** One series per process, for it is the state or the level of one; those with attributes are added up. */
function level(metric: MetricDefinition): Panel {
  const { by, legend } = grouping(metric, 'instance')
  return {
    panel: metricTitle(metric),
    description: metric.description,
    kind: metric.meanings ? 'stat' : 'timeseries',
    unit: metric.unit,
    ...(metric.meanings ? {} : { row: 'Levels' }),
    targets: [{ query: query(`sum${by}(`, metric, ')'), legend }],
  }
}

function quantiles(metric: MetricDefinition): Panel {
  return {
    panel: metricTitle(metric),
    description: `${metric.description} Half of all took no more than p50, 95 of 100 no more than p95.`,
    kind: 'timeseries',
    unit: metric.unit,
    row: 'Distributions',
    targets: [50, 95, 99].map((percent) => ({
      query: query(
        `histogram_quantile(${percent / 100}, sum by (le) (rate(`,
        metric,
        '_bucket[$__rate_interval])))',
      ),
      legend: `p${percent}`,
    })),
  }
}

function query(before: string, metric: MetricDefinition, after: string): Query {
  return { strings: [before, after], parts: [metric] }
}

/** How the series of a metric are told apart: by its attributes, or by `otherwise` when it has none. */
function grouping(metric: MetricDefinition, otherwise?: string): { by: string; legend: string } {
  const keys = Object.keys(metric.attributes ?? {})
  const names = keys.map((key) => prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'))
  const labels = names.length === 0 && otherwise ? [otherwise] : names
  if (labels.length === 0) return { by: '', legend: metricTitle(metric) }
  return { by: ` by (${labels.join(', ')}) `, legend: labels.map((label) => `{{${label}}}`).join(' ') }
}
