import type UPlot from 'uplot'
import type { ChartSeries, ChartSpec, ChartValue } from '../chart-spec.ts'
import { formatted } from '../units.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { browser, type Canvas, type PageElement } from './browser.ts'
import { rangeOf } from './range.ts'
import { rgba } from './rgba.ts'
import { drawThresholds } from './thresholds.ts'
import { tooltip } from './tooltip.ts'

/** Draws series over time into an element that has its size already. */
export function drawChart(element: PageElement, spec: ChartSpec): UPlot {
  const { uPlot } = browser
  const { paths } = uPlot
  const pathsOf = ({ draw, interpolation }: ChartSeries) => {
    if (draw === 'points') return () => null
    if (draw === 'bars') return paths.bars?.({ size: [0.8, 60] })
    if (interpolation === 'smooth') return paths.spline?.()
    if (interpolation === 'linear') return paths.linear?.()
    return paths.stepped?.({ align: interpolation === 'stepAfter' ? 1 : -1 })
  }
  const scales = Object.fromEntries(
    spec.axes.map((axis) => [
      axis.scale,
      {
        range: (_: UPlot, low: number, high: number) => rangeOf(axis, low, high),
        ...(axis.log && { distr: 3, log: axis.log }),
      },
    ]),
  )
  const tip = tooltip(element, spec.times, (index) =>
    spec.series
      .filter(({ inTooltip }) => inTooltip)
      .flatMap(({ name, color, unit, decimals, values, actual }) => {
        const value = (actual ?? values)[index]
        return typeof value === 'number' ? [{ name, color, text: formatted(unit, value, decimals) }] : []
      }),
  )
  const options = {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    padding: [8, 10, 0, 0],
    cursor: { points: { size: 6 }, drag: { x: true, y: false } },
    scales: {
      x: {
        time: true,
        range: (_: UPlot, low: number | null, high: number | null) => zoomed(low, high, spec),
      },
      ...scales,
    },
    axes: [
      timeAxis(spec.colors),
      ...spec.axes.map((axis, order) => valueAxis(axis, spec.colors, order === 0)),
    ],
    series: [
      {},
      ...spec.series.map((series) => ({
        label: series.name,
        scale: series.scale,
        stroke: series.color,
        width: series.draw === 'bars' ? 1 : series.width,
        dash: [...series.dash],
        spanGaps: series.spanGaps,
        paths: pathsOf(series),
        ...(series.fill > 0 && { fill: fillOf(series) }),
        points: pointsOf(series),
      })),
    ],
    bands: spec.bands.map(({ upper, lower, color }) => ({
      series: [upper + 1, lower + 1],
      fill: rgba(color, spec.series[upper]?.fill ?? 0.2),
    })),
    hooks: { drawClear: [(chart: UPlot) => drawThresholds(chart, spec.thresholds)], setCursor: [tip] },
  }
  const data = [spec.times, ...spec.series.map(({ values }) => values.map(known))]
  return new uPlot(
    options as unknown as UPlot.Options,
    data as unknown as UPlot.AlignedData,
    element as never,
  )
}

/** The whole range, unless somebody has zoomed in. */
function zoomed(low: number | null, high: number | null, { from, to, times }: ChartSpec): [number, number] {
  const isWhole = low === null || high === null || (low === times[0] && high === times.at(-1))
  return isWhole ? [from, to] : [low, high]
}

/** A time that is not a step of this series is undefined to the chart: the line goes on over it. */
function known(value: ChartValue): number | null | undefined {
  return value === '-' ? undefined : value
}

function fillOf({ color, fill, gradient }: ChartSeries): unknown {
  if (!gradient) return rgba(color, fill)
  return (chart: UPlot) => {
    const { top, height } = chart.bbox
    const shade = (chart.ctx as unknown as Canvas).createLinearGradient(0, top, 0, top + height)
    shade.addColorStop(0, rgba(color, fill))
    shade.addColorStop(1, rgba(color, fill * 0.1))
    return shade
  }
}

/** Lone values would not be seen without a point. */
function pointsOf({ points, pointSize, draw, values, color }: ChartSeries): object {
  if (draw === 'bars') return { show: false }
  const isAll = draw === 'points' || points === 'always'
  const size = isAll ? pointSize : 4
  if (isAll) return { show: true, size, fill: color, stroke: color }
  if (points === 'never') return { show: false }
  const lone = values.flatMap((value, index) =>
    typeof value === 'number' && isGap(values[index - 1]) && isGap(values[index + 1]) ? [index] : [],
  )
  return { show: lone.length > 0, size, fill: color, stroke: color, filter: () => lone }
}

function isGap(value: ChartValue | undefined): boolean {
  return value === null || value === undefined
}
