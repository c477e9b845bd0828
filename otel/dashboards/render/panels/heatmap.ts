import { textAt, valueAt } from '../../value-at.ts'
import type { HeatmapSpec } from '../chart-spec.ts'
import { between } from '../colors.ts'
import { fieldConfig, numberAt } from '../field-config.ts'
import type { Frame } from '../frames.ts'
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

function paletteOf(options: unknown, theme: PanelView['theme']): readonly string[] {
  const scheme = textAt(options, 'color', 'scheme') ?? 'Oranges'
  const stops = (Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined) ?? schemes.Oranges ?? []
  // On a dark page the pale end is the one that stands out.
  const isInverted =
    (theme === 'dark' && !diverging.has(scheme)) || (diverging.has(scheme) && scheme !== 'Turbo')
  const isReversed = isInverted !== (valueAt(options, 'color', 'reverse') === true)
  const count = Math.min(128, Math.max(2, numberAt(options, 'color', 'steps') ?? 64))
  const ordered = isReversed ? stops.toReversed() : stops
  return Array.from({ length: count }, (_, index) => between(ordered, index / (count - 1)))
}

const diverging = new Set(['Spectral', 'RdYlGn', 'Turbo'])

/** Some stops of the colour schemes of d3-scale-chromatic, which Grafana uses. */
const schemes: Readonly<Record<string, readonly string[]>> = {
  Oranges: [
    '#fff5eb',
    '#fee6ce',
    '#fdd0a2',
    '#fdae6b',
    '#fd8d3c',
    '#f16913',
    '#d94801',
    '#a63603',
    '#7f2704',
  ],
  Blues: ['#f7fbff', '#deebf7', '#c6dbef', '#9ecae1', '#6baed6', '#4292c6', '#2171b5', '#08519c', '#08306b'],
  Greens: ['#f7fcf5', '#e5f5e0', '#c7e9c0', '#a1d99b', '#74c476', '#41ab5d', '#238b45', '#006d2c', '#00441b'],
  Purples: [
    '#fcfbfd',
    '#efedf5',
    '#dadaeb',
    '#bcbddc',
    '#9e9ac8',
    '#807dba',
    '#6a51a3',
    '#54278f',
    '#3f007d',
  ],
  Reds: ['#fff5f0', '#fee0d2', '#fcbba1', '#fc9272', '#fb6a4a', '#ef3b2c', '#cb181d', '#a50f15', '#67000d'],
  Greys: ['#ffffff', '#f0f0f0', '#d9d9d9', '#bdbdbd', '#969696', '#737373', '#525252', '#252525', '#000000'],
  YlOrRd: ['#ffffcc', '#ffeda0', '#fed976', '#feb24c', '#fd8d3c', '#fc4e2a', '#e31a1c', '#bd0026', '#800026'],
  Spectral: [
    '#9e0142',
    '#d53e4f',
    '#f46d43',
    '#fdae61',
    '#fee08b',
    '#ffffbf',
    '#e6f598',
    '#abdda4',
    '#66c2a5',
    '#3288bd',
    '#5e4fa2',
  ],
  RdYlGn: [
    '#a50026',
    '#d73027',
    '#f46d43',
    '#fdae61',
    '#fee08b',
    '#ffffbf',
    '#d9ef8b',
    '#a6d96a',
    '#66bd63',
    '#1a9850',
    '#006837',
  ],
  Viridis: [
    '#440154',
    '#482777',
    '#3f4a8a',
    '#31678e',
    '#26838f',
    '#1f9d8a',
    '#6cce5a',
    '#b6de2b',
    '#fee825',
  ],
  Turbo: [
    '#23171b',
    '#4860e6',
    '#2aabee',
    '#2ee5ae',
    '#6afd6a',
    '#c0ee3d',
    '#feb927',
    '#fe6e1a',
    '#c2270a',
    '#900c00',
  ],
}
