import { valueAt } from '../../dashboards/value-at.ts'
import type { ChartSpec } from '../chart-spec.ts'
import { seriesColor } from '../display.ts'
import { html, jsonScript } from '../html.ts'
import { legendOf } from '../legend.ts'
import { type Drawn, fieldsOf, type PanelView, type SeriesField } from '../panel-view.ts'
import { reduce } from '../reduce.ts'
import { chartColors } from '../style.ts'
import { axesOf, thresholdsOf } from './chart-axes.ts'
import { chartSeries } from './chart-series.ts'
import { fillBelow, stacked } from './stacking.ts'

/** Draws series over time. */
export function drawTimeseries(view: PanelView): Drawn {
  const { theme } = view
  const fields = fieldsOf(view).filter(({ config }) => valueAt(config.custom, 'hideFrom', 'viz') !== true)
  const inLegend = fields.filter(({ config }) => valueAt(config.custom, 'hideFrom', 'legend') !== true)
  const color = (field: SeriesField) => colorOf(field, view)
  const legend = legendOf(
    view,
    inLegend.map((field) => ({ field, color: color(field) })),
  )
  const times = timesOf(fields, view)
  const drawn = fields.map((field) => chartSeries(field, times, color(field)))
  const { series, bands } = stacked(drawn, fields)
  const spec: ChartSpec = {
    kind: 'lines',
    from: view.data.from.getTime() / 1000,
    to: view.data.to.getTime() / 1000,
    times: times.map((ms) => ms / 1000),
    series,
    bands: [...bands, ...fillBelow(fields, drawn)],
    axes: axesOf(fields),
    thresholds: thresholdsOf(fields, view),
    colors: chartColors(theme),
  }
  const right = legend?.placement === 'right'
  return {
    body: html`<div class="plot ${right ? 'legend-right' : 'legend-bottom'}"><div class="chart" data-chart>${jsonScript(spec)}</div>${
      legend &&
      html`<div class="legend-box" style="${right ? '' : `max-height:${Math.round(legend.heightPx)}px`}">${legend.html}</div>`
    }</div>`,
  }
}

function colorOf({ config, index, values }: SeriesField, { theme }: PanelView): string {
  return seriesColor({ config, theme, index }, reduce('lastNotNull', values) ?? null)
}

/** Every step of every target. */
function timesOf(fields: readonly SeriesField[], { data }: PanelView): readonly number[] {
  const times = new Set<number>()
  for (const stepMs of new Set(fields.map(({ frame }) => frame.stepMs))) {
    const first = Math.floor(data.from.getTime() / stepMs) * stepMs
    for (let time = first; time <= data.to.getTime(); time += stepMs) times.add(time)
  }
  return [...times].sort((one, other) => one - other)
}
