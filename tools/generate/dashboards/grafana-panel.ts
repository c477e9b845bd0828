import { DashboardLinkBuilder, type GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import {
  DataqueryBuilder,
  PromQueryFormat,
  QueryEditorMode,
} from '@grafana/grafana-foundation-sdk/prometheus'
import type { MetricDefinition, Panel, Recording } from '@tidegauge/otel/catalog'
import { grafanaUnit, valueUnit } from '@tidegauge/otel/naming'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { renderQuery, thresholdsOf } from '../../catalog-file/render-query.ts'
import { dashboardUid, serviceOf } from './identity.ts'
import { withMatchers } from './matchers.ts'
import { namedColours } from './named-colours.ts'
import type { PlannedPanel } from './plan.ts'
import { thresholdSteps, valueMappings } from './severity.ts'
import { shownMetrics } from './shown-metrics.ts'
import { datasource, instanceMatchers } from './variables.ts'
import { visualization } from './visualization.ts'

/** Where a panel stands, and what it is called in links. */
export interface PanelPlace extends Pick<PlannedPanel, 'moreOn'> {
  readonly id: number
  readonly grid: GridPos
}

/** Builds the panel of Grafana for one of the catalog. */
export function grafanaPanel(panel: Panel, { id, grid, moreOn }: PanelPlace, settings: GenerateSettings) {
  const targets = panel.targets.map(({ query, legend }, index) => ({
    expr: withMatchers(renderQuery(query, settings), instanceMatchers),
    legend,
    refId: String.fromCharCode(65 + index),
  }))
  const isInstant = (expr: string) => isMoment.has(panel.kind) || expr.includes('$__range')
  const meanings = meaningsOf(panel)
  const bounded = boundedBy(panel)
  const thresholds = bounded && thresholdsOf(bounded, settings)
  const builder = visualization({
    kind: panel.kind,
    stacked: panel.stacked ?? false,
    hasThresholds: thresholds !== undefined,
    hasMeanings: meanings.length > 0,
    isInstant: targets.every(({ expr }) => isInstant(expr)),
    hasManySeries: targets.some(({ legend }) => /\{\{(?!instance\b)/.test(legend)),
  })
  builder
    .id(id)
    .title(panel.panel)
    .description(panel.description)
    .datasource(datasource)
    .gridPos(grid)
    .unit(grafanaUnit(panel.unit))
    .thresholds(thresholdSteps(thresholds))
    .targets(
      targets.map(({ expr, legend, refId }) =>
        target(expr, isInstant(expr), panel.kind).legendFormat(legend).refId(refId),
      ),
    )
  if (targets.every(({ legend }) => legend.endsWith('}}')))
    for (const { pattern, properties } of namedColours(shownMetrics(panel)))
      builder.overrideByRegexp(pattern, properties)
  if (shownMetrics(panel).some(isAbsentAtFirst)) builder.noValue('None so far')
  if (meanings.length > 0) builder.mappings(valueMappings(meanings))
  if (moreOn !== undefined)
    builder.links([
      new DashboardLinkBuilder(moreOn.title)
        .url(`/d/${dashboardUid(serviceOf(settings), moreOn.name)}?\${__url_time_range}&\${__all_variables}`)
        .tooltip(`All about: ${moreOn.title}`),
    ])
  return builder
}

/** Counts by names that nobody knows beforehand begin with the first of them; before, nothing is wrong. */
function isAbsentAtFirst({ instrument, attributes = {} }: MetricDefinition): boolean {
  return instrument === 'counter' && Object.values(attributes).some((values) => 'limit' in values)
}

/** Kinds that show what is, not what was. */
const isMoment: ReadonlySet<Panel['kind']> = new Set(['bargauge', 'gauge', 'table'])

function target(expr: string, isInstant: boolean, kind: Panel['kind']): DataqueryBuilder {
  const query = new DataqueryBuilder().datasource(datasource).editorMode(QueryEditorMode.Code).expr(expr)
  if (kind === 'table') query.format(PromQueryFormat.Table)
  else if (kind === 'heatmap') query.format(PromQueryFormat.Heatmap)
  else query.format(PromQueryFormat.TimeSeries)
  // Dots on the graph that lead to single slow requests, where the scrape carries them.
  if (kind === 'timeseries' && expr.includes('_bucket')) query.exemplar(true)
  return isInstant ? query.instant() : query.range()
}

/**
 * What the bounds of a panel are taken from: what it says itself, else the one metric that it shows in that
 * metric's unit. A rate is no longer in the unit of its counter, whose bounds are numbers of events.
 */
function boundedBy({ thresholdsOf, targets, unit }: Panel): MetricDefinition | Recording | undefined {
  if (thresholdsOf !== undefined) return thresholdsOf
  const only = onlyPart(targets)
  if (only === undefined) return undefined
  const own = 'instrument' in only ? valueUnit(only) : only.unit
  return own === unit || only.unit === unit ? only : undefined
}

/** Words for values are the metric's; they fit as long as the panel shows its value as it is. */
function meaningsOf({ targets }: Panel): NonNullable<MetricDefinition['meanings']> {
  const only = onlyPart(targets)
  return only !== undefined && 'meanings' in only ? (only.meanings ?? []) : []
}

/** The metric or recording that all queries are about; undefined when they are about several. */
function onlyPart(targets: Panel['targets']): MetricDefinition | Recording | undefined {
  const named = targets.flatMap(({ query }) =>
    query.parts.flatMap((part) => ('thresholdOf' in part ? [] : [part])),
  )
  return new Set(named).size === 1 ? named[0] : undefined
}
