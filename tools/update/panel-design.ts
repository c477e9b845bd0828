import { grafanaUnit, type SeriesPart, seriesName } from '@tidegauge/otel/naming'
import { type ThresholdStep, thresholdSteps, valueMappings } from '../dashboards/threshold-steps.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { unitOf } from '../metrics/metric-unit.ts'
import { kindOf } from './metric-kind.ts'
import { titleOf } from './metric-words.ts'
import { unitId } from './unit-id.ts'

/** What a panel shall show, before it has a place and a style. */
export interface PanelDesign {
  readonly metric: DeclaredMetric
  readonly title: string
  readonly description: string
  readonly type: 'stat' | 'timeseries'
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
  /** Grafana's id. */
  readonly unit: string
  readonly steps: readonly ThresholdStep[]
  readonly mappings: readonly object[]
}

export interface QueryStyle {
  /** What stands in the braces of the neighbours' selectors: `job=~"$job"`; empty for none. */
  readonly matchers: string
  /** Range of their rates: `5m`, `$__rate_interval`. */
  readonly range: string
}

/** Over this long errors with thresholds are counted. */
const countedOver = '5m'

/** Designs the panel that suits type, unit, thresholds and meanings of a metric. */
export function designPanel(metric: DeclaredMetric, { matchers, range }: QueryStyle): PanelDesign {
  const { name, type, help, thresholds, meanings = [] } = metric
  const kind = kindOf(metric)
  const unit = unitOf(metric)
  const by = groupingOf(metric)
  const legend = by.length === 0 ? '' : by.map((label) => `{{${label}}}`).join(' ')
  const grouping = by.length === 0 ? '' : ` by (${by.join(', ')})`
  const selector = (part: SeriesPart = 'value', more = '') => {
    const inside = [matchers, more].filter((each) => each !== '').join(', ')
    return `${seriesName(name, part)}${inside === '' ? '' : `{${inside}}`}`
  }
  const base = {
    metric,
    description: help?.trim() || `${name}, which says nothing else about itself.`,
    steps: thresholds === undefined ? [] : thresholdSteps(thresholds),
    mappings: valueMappings(meanings),
  }
  const title = titleOf(name)
  if (type === 'histogram') {
    const quantiles = ['0.5', '0.95', '0.99'].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, sum by (le) (rate(${selector('bucket')}[${range}])))`,
      legend: `p${Number(quantile) * 100}`,
    }))
    return { ...base, title, type: 'timeseries', queries: quantiles, unit: unitId(unit) }
  }
  if (type === 'summary') {
    const queries = [{ expr: selector('value', 'quantile!=""'), legend: '{{quantile}}' }]
    return { ...base, title, type: 'timeseries', queries, unit: unitId(unit) }
  }
  if (type === 'counter') {
    const isCounted = thresholds !== undefined
    const expr = isCounted
      ? `sum${grouping} (increase(${selector()}[${countedOver}]))`
      : `sum${grouping} (rate(${selector()}[${range}]))`
    return {
      ...base,
      title: isCounted ? `${title} in ${countedOver}` : `${title} per second`,
      type: 'timeseries',
      queries: [{ expr: expr.replace('sum (', 'sum('), legend: legend || title }],
      // A counter of unit 1 counts things.
      unit: isCounted ? unitId(unit === '1' ? undefined : unit) : grafanaUnit(`${unit ?? ''}/s`),
    }
  }
  if (/_timestamp_seconds$/.test(name)) {
    const queries = [{ expr: `time() - ${selector()}`, legend: legend || title }]
    return {
      ...base,
      title: `Time since ${title.toLowerCase().replace(/ timestamp$/, '')}`,
      type: 'stat',
      queries,
      unit: 's',
    }
  }
  return {
    ...base,
    title,
    type: kind === 'state' ? 'stat' : 'timeseries',
    queries: [{ expr: selector(), legend: legend || title }],
    unit: kind === 'state' && unit === undefined ? 'none' : unitId(unit),
  }
}

/** Labels worth a series of their own: few values each, and none that every metric has. */
function groupingOf({ labels }: DeclaredMetric): readonly string[] {
  return [...labels]
    .filter(
      ([name, values]) => !common.has(name) && !name.startsWith('otel_scope') && (values?.length ?? 2) <= 12,
    )
    .map(([name]) => name)
    .slice(0, 2)
}

const common = new Set(['job', 'instance', 'le', 'quantile', '__name__'])
