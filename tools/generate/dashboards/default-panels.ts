import type { MetricDefinition, Panel, Query } from '@tidegauge/otel/catalog'
import { prometheusLabelName, units, valueUnit } from '@tidegauge/otel/naming'

/**
 * The panels of a metric that the catalog puts on none: a counter is shown by its rate, a state by the word for its
 * value, any other gauge by its value, a histogram by its quantiles. Bounds of a counter are numbers of events, which
 * get a panel of their own, over the time that the dashboard shows.
 */
export function defaultPanels(metric: MetricDefinition, title = shortTitle(metric)): Panel[] {
  switch (metric.instrument) {
    case 'counter':
      return metric.thresholds ? [total(metric, title), rate(metric, title)] : [rate(metric, title)]
    case 'histogram':
      return [quantiles(metric, title)]
    case 'gauge':
    case 'upDownCounter':
      return [level(metric, title)]
  }
}

/** The name of a metric in words, its component included: `firehose.batch_write` is "Firehose batch write". */
export function wholeTitle({ name, stream }: MetricDefinition): string {
  return inWords(stream?.name ?? name)
}

/** Without the component: "Batch write". */
function shortTitle({ name, stream }: MetricDefinition): string {
  return inWords((stream?.name ?? name).replace(/^[^.]*\./, ''))
}

function inWords(name: string): string {
  const words = name.replace(/[._]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function rate(metric: MetricDefinition, title: string): Panel {
  const { by, legend } = grouping(metric, title)
  return {
    panel: `${title} per second`,
    description: metric.description,
    kind: 'timeseries',
    unit: `${valueUnit(metric)}/s`,
    row: 'Rates',
    targets: [{ query: query(`sum${by}(rate(`, metric, '[$__rate_interval]))'), legend }],
  }
}

function total(metric: MetricDefinition, title: string): Panel {
  return {
    panel: title,
    description: `${metric.description} The number in the time range that is shown.`,
    kind: 'stat',
    unit: valueUnit(metric),
    targets: [{ query: query('sum(increase(', metric, '[$__range]))'), legend: title }],
  }
}

/**
 * One series per process, for it is the state or the level of one; those with attributes are added up, or, where a sum
 * means nothing, averaged. Of a point in time it is told how long ago the latest is.
 */
function level(metric: MetricDefinition, title: string): Panel {
  const { by, legend } = grouping(metric, title, 'instance')
  const isMoment = metric.unit === 's' && /(^|[._])timestamp$/.test(metric.name)
  const isShare = units.get(valueUnit(metric))?.measures?.base === '1'
  const before = isMoment ? `time() - max${by}(` : isShare ? `avg${by}(` : `sum${by}(`
  return {
    panel: isMoment ? `Time since ${title.replace(/ ?timestamp$/i, '').toLowerCase()}` : title,
    description: metric.description,
    kind: metric.meanings ? 'stat' : 'timeseries',
    unit: valueUnit(metric),
    ...(metric.meanings ? {} : { row: 'Levels' }),
    targets: [{ query: query(before, metric, ')'), legend }],
  }
}

function quantiles(metric: MetricDefinition, title: string): Panel {
  return {
    panel: title,
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
function grouping(
  metric: MetricDefinition,
  title: string,
  otherwise?: string,
): { by: string; legend: string } {
  const keys = Object.keys(metric.attributes ?? {})
  const names = keys.map((key) => prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'))
  const labels = names.length === 0 && otherwise ? [otherwise] : names
  if (labels.length === 0) return { by: '', legend: title }
  return { by: ` by (${labels.join(', ')}) `, legend: labels.map((label) => `{{${label}}}`).join(' ') }
}
