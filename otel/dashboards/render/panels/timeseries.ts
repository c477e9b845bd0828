import { listAt, textAt, valueAt } from '../../value-at.ts'
import type { ChartAxis, ChartSeries, ChartSpec, ChartThresholds, ChartValue } from '../chart-spec.ts'
import { cssColor } from '../colors.ts'
import { seriesColor } from '../display.ts'
import { numberAt } from '../field-config.ts'
import { html, jsonScript } from '../html.ts'
import { legendOf } from '../legend.ts'
import { type Drawn, fieldsOf, type PanelView, type SeriesField } from '../panel-view.ts'
import { reduce } from '../reduce.ts'
import { chartColors } from '../style.ts'
import { isBinary } from '../units.ts'

/** Draws series over time. */
export function drawTimeseries(view: PanelView): Drawn {
  const { theme } = view
  const fields = fieldsOf(view).filter(({ config }) => valueAt(config.custom, 'hideFrom', 'viz') !== true)
  const inLegend = fields.filter(({ config }) => valueAt(config.custom, 'hideFrom', 'legend') !== true)
  const color = (field: SeriesField) => colorOf(field, view)
  const legend = legendOf(
    view,
    inLegend.map((field) => ({ field, color: color(field), onRight: sideOf(field, 0) === 'right' })),
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

/** Series that share a unit share a scale. */
function scaleOf({ config }: SeriesField): string {
  return `y:${config.unit ?? ''}`
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

function chartSeries(
  { frame, name, config, values }: SeriesField,
  times: readonly number[],
  color: string,
): ChartSeries {
  const custom = config.custom
  const { stepMs } = frame
  const first = Math.floor((times[0] ?? 0) / stepMs) * stepMs
  const isNegative = valueAt(custom, 'transform') === 'negative-Y'
  const spanNulls = valueAt(custom, 'spanNulls')
  const shortest = typeof spanNulls === 'number' ? spanNulls / stepMs : 0
  const bridged = shortest > 1 ? bridge(values, shortest) : values
  const at = frame.isInstant
    ? new Map(frame.points.map(([time, value]) => [Math.floor(time / stepMs) * stepMs, value]))
    : undefined
  const drawn = times.map((time): ChartValue => {
    if (time % stepMs !== 0) return '-'
    const value = at ? at.get(time) : bridged[Math.round((time - first) / stepMs)]
    if (value === undefined || value === null) return value === undefined && shortest > 1 ? '-' : null
    if (!Number.isFinite(value)) return null
    return isNegative ? -value : value
  })
  const draw = textAt(custom, 'drawStyle')
  const interpolation = textAt(custom, 'lineInterpolation')
  return {
    name,
    color,
    values: drawn,
    unit: config.unit,
    decimals: config.decimals,
    scale: scaleOf({ config } as SeriesField),
    draw: draw === 'bars' || draw === 'points' ? draw : 'line',
    interpolation:
      interpolation === 'smooth' || interpolation === 'stepBefore' || interpolation === 'stepAfter'
        ? interpolation
        : 'linear',
    width: clamp(numberAt(custom, 'lineWidth') ?? 1, 0, 10),
    fill: clamp(numberAt(custom, 'fillOpacity') ?? 0, 0, 100) / 100,
    gradient: !['none', undefined].includes(textAt(custom, 'gradientMode')),
    dash: dashOf(custom),
    points: pointsOf(custom),
    pointSize: clamp(numberAt(custom, 'pointSize') ?? 5, 1, 40),
    spanGaps: spanNulls === true,
    inTooltip: valueAt(custom, 'hideFrom', 'tooltip') !== true,
  }
}

/** Gaps of no more than so many steps become times at which the series has no step: the line goes on over them. */
function bridge(values: readonly (number | null)[], steps: number): readonly (number | null | undefined)[] {
  const bridged: (number | null | undefined)[] = [...values]
  let last = -1
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    if (last >= 0 && index - last > 1 && index - last <= steps) bridged.fill(undefined, last + 1, index)
    last = index
  }
  return bridged
}

function pointsOf(custom: unknown): ChartSeries['points'] {
  const points = textAt(custom, 'showPoints')
  return points === 'always' || points === 'never' ? points : 'auto'
}

function dashOf(custom: unknown): readonly number[] {
  const fill = textAt(custom, 'lineStyle', 'fill')
  if (fill !== 'dash' && fill !== 'dot') return []
  const own = listAt(custom, 'lineStyle', 'dash').filter((length) => typeof length === 'number')
  return own.length > 0 ? own : fill === 'dash' ? [10, 10] : [0, 4]
}

/** Adds up the series that stack on each other, and fills between them. */
function stacked(series: readonly ChartSeries[], fields: readonly SeriesField[]) {
  const groups = new Map<string, number[]>()
  for (const [index, { config }] of fields.entries()) {
    const mode = textAt(config.custom, 'stacking', 'mode')
    if (mode !== 'normal' && mode !== 'percent') continue
    const group = `${mode}/${textAt(config.custom, 'stacking', 'group') ?? 'A'}/${series[index]?.scale}`
    groups.set(group, [...(groups.get(group) ?? []), index])
  }
  const result = [...series]
  const bands: { upper: number; lower: number; color: string }[] = []
  for (const [group, members] of groups) {
    const totals = group.startsWith('percent/')
      ? sumOf(members.map((index) => series[index]?.values ?? []))
      : undefined
    const hasData = members
      .map((index) => series[index]?.values ?? [])
      .reduce<readonly boolean[]>(
        (any, values) => values.map((value, at) => any[at] === true || typeof value === 'number'),
        [],
      )
    let below: readonly number[] = []
    for (const [place, index] of members.entries()) {
      const own = series[index]
      if (own === undefined) continue
      const base = below
      // A gap in one series is no gap in those that stand on it.
      const sums = own.values.map((value, at) => (base[at] ?? 0) + share(value, totals?.[at]))
      const values = sums.map((sum, at) => (hasData[at] === true ? sum : null))
      result[index] = { ...own, actual: own.values, values }
      const lower = members[place - 1]
      if (lower !== undefined && own.fill > 0) bands.push({ upper: index, lower, color: own.color })
      below = sums
    }
  }
  return { series: result, bands }
}

function share(value: ChartValue, total: number | undefined): number {
  if (typeof value !== 'number') return 0
  return total === undefined ? value : total === 0 ? 0 : value / total
}

function sumOf(lists: readonly (readonly ChartValue[])[]): readonly number[] {
  return (lists[0] ?? []).map((_, at) =>
    lists.reduce((sum, list) => sum + share(list[at] ?? null, undefined), 0),
  )
}

/** `Fill below to` another series, by its name. */
function fillBelow(fields: readonly SeriesField[], series: readonly ChartSeries[]) {
  return fields.flatMap(({ config }, upper) => {
    const name = textAt(config.custom, 'fillBelowTo')
    const lower = name === undefined ? -1 : fields.findIndex((field) => field.name === name)
    return lower < 0 ? [] : [{ upper, lower, color: series[upper]?.color ?? '#808080' }]
  })
}

function sideOf({ config }: SeriesField, order: number): ChartAxis['side'] {
  const placement = textAt(config.custom, 'axisPlacement')
  if (placement === 'left' || placement === 'right' || placement === 'hidden') return placement
  return order === 0 ? 'left' : 'right'
}

function axesOf(fields: readonly SeriesField[]): readonly ChartAxis[] {
  const scales = Map.groupBy(fields, scaleOf)
  return [...scales].map(([scale, members], order): ChartAxis => {
    const number = (...path: string[]) =>
      members.map(({ config }) => numberAt(config.custom, ...path)).find((value) => value !== undefined)
    const first = members[0] as SeriesField
    const isPercent = textAt(first.config.custom, 'stacking', 'mode') === 'percent'
    const isLog = textAt(first.config.custom, 'scaleDistribution', 'type') === 'log'
    const unit = isPercent ? 'percentunit' : first.config.unit
    return {
      scale,
      side: sideOf(first, order),
      unit,
      isBinary: isBinary(unit),
      decimals: first.config.decimals,
      label: members
        .map(({ config }) => textAt(config.custom, 'axisLabel'))
        .find((label) => label !== undefined),
      log: isLog ? (number('scaleDistribution', 'log') === 2 ? 2 : 10) : undefined,
      min: lowest(members.map(({ config }) => config.min)),
      max: isPercent ? 1 : highest(members.map(({ config }) => config.max)),
      softMin: number('axisSoftMin'),
      softMax: number('axisSoftMax'),
      isCentered: valueAt(first.config.custom, 'axisCenteredZero') === true,
    }
  })
}

function thresholdsOf(fields: readonly SeriesField[], { theme }: PanelView): readonly ChartThresholds[] {
  return [...Map.groupBy(fields, scaleOf)].flatMap(([scale, [field]]): ChartThresholds[] => {
    const style = textAt(field?.config.custom, 'thresholdsStyle', 'mode') ?? 'off'
    if (field === undefined || style === 'off' || style === 'series') return []
    const { mode, steps } = field.config.thresholds
    const { min = 0, max = 100 } = field.config
    return [
      {
        scale,
        line: style.startsWith('dashed') ? 'dashed' : style.startsWith('line') ? 'solid' : 'none',
        area: style.endsWith('area'),
        steps: steps.map(({ value, color }) => ({
          value: Number.isFinite(value)
            ? mode === 'percentage'
              ? min + ((max - min) * value) / 100
              : value
            : null,
          color: cssColor(color, theme),
        })),
      },
    ]
  })
}

function lowest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
