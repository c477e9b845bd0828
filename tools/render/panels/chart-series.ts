import { listAt, textAt, valueAt } from '../../dashboards/value-at.ts'
import type { ChartSeries, ChartValue } from '../chart-spec.ts'
import { numberAt } from '../field-config.ts'
import type { SeriesField } from '../panel-view.ts'
import { scaleOf } from './chart-axes.ts'

/** One series as the chart draws it, at the times of all. */
export function chartSeries(
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

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
