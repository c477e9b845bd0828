import { textAt, valueAt } from '../../dashboards/value-at.ts'
import type { HeatmapSpec } from '../chart-spec.ts'
import { fieldConfig, numberAt } from '../field-config.ts'
import type { Frame } from '../frames.ts'
import { paletteOf } from '../heat-palette.ts'
import { html, jsonScript } from '../html.ts'
import type { Drawn, PanelView } from '../panel-view.ts'
import { chartColors } from '../style.ts'
import { formatted } from '../units.ts'

/** Draws buckets over time. Buckets that count from below, as those of Prometheus do, are taken apart. */
export function drawHeatmap(view: PanelView): Drawn {
  const { data, model, theme } = view
  const { options } = model
  const config = fieldConfig(model, { name: '', refId: '', type: 'number' })
  const stepMs = Math.max(...data.frames.map((frame) => frame.stepMs))
  const buckets = bucketsOf(data.frames)
  const first = Math.floor(data.from.getTime() / stepMs) * stepMs
  const times: number[] = []
  for (let time = first; time <= data.to.getTime(); time += stepMs) times.push(time)
  const least = numberAt(options, 'filterValues', 'le') ?? 1e-9
  const counts = buckets.map(({ valueAt: at }) => times.map((time) => at(time)))
  const shown = counts.map((row) => row.map((value) => (value === null || value <= least ? null : value)))
  const present = shown.flat().filter((value) => value !== null)
  const most = numberAt(options, 'color', 'max') ?? Math.max(...present, Number.EPSILON)
  const low = numberAt(options, 'color', 'min') ?? Math.min(0, ...present)
  const palette = paletteOf(options, theme)
  const exponent =
    textAt(options, 'color', 'scale') === 'linear' ? 1 : (numberAt(options, 'color', 'exponent') ?? 0.5)
  const unit = textAt(options, 'yAxis', 'unit') ?? textAt(view.model.defaults, 'unit')
  const decimals = numberAt(options, 'yAxis', 'decimals')
  const valueUnit = textAt(options, 'cellValues', 'unit') ?? (unit === config.unit ? undefined : config.unit)
  const color = (value: number | null) =>
    value === null
      ? null
      : Math.min(
          palette.length - 1,
          Math.floor(
            Math.min(1, Math.max(0, (value - low) / (most - low || 1))) ** exponent * palette.length,
          ),
        )
  const spec: HeatmapSpec = {
    kind: 'heatmap',
    from: data.from.getTime() / 1000,
    to: data.to.getTime() / 1000,
    times: times.map((ms) => ms / 1000),
    step: stepMs / 1000,
    rows: buckets.map(({ bound, name }) => (bound === undefined ? name : formatted(unit, bound, decimals))),
    cells: shown.map((row) => row.map(color)),
    texts: shown.map((row) => row.map((value) => (value === null ? null : formatted(valueUnit, value)))),
    palette,
    colors: chartColors(theme),
  }
  const withLegend = valueAt(options, 'legend', 'show') !== false && present.length > 0
  const scale = html`<div class="heat-scale"><span>${formatted(valueUnit, low)}</span><i style="background:linear-gradient(90deg,${palette.join(',')})"></i><span>${formatted(valueUnit, most)}</span></div>`
  return {
    body: html`<div class="plot legend-bottom"><div class="chart" data-chart>${jsonScript(spec)}</div>${withLegend ? scale : undefined}</div>`,
  }
}

interface Bucket {
  readonly name: string
  readonly bound: number | undefined
  readonly valueAt: (time: number) => number | null
}

/** From below upwards; each without what the one below it counts already. */
function bucketsOf(frames: readonly Frame[]): readonly Bucket[] {
  const isCumulative = frames.length > 0 && frames.every(({ labels }) => labels.has('le'))
  const series = frames.map((frame) => {
    const text = frame.labels.get('le') ?? frame.name
    const bound = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
    return {
      name: frame.name,
      bound: text.trim() === '' || Number.isNaN(bound) ? undefined : bound,
      values: new Map(frame.points),
    }
  })
  if (!isCumulative)
    return series.map(({ name, bound, values }) => ({
      name,
      bound,
      valueAt: (time) => values.get(time) ?? null,
    }))
  const sorted = series.toSorted((one, other) => (one.bound ?? 0) - (other.bound ?? 0))
  return sorted.map(({ name, bound, values }, index) => ({
    name,
    bound,
    valueAt: (time) => {
      const value = values.get(time)
      return value === undefined ? null : Math.max(0, value - (sorted[index - 1]?.values.get(time) ?? 0))
    },
  }))
}
