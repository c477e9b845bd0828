import type UPlot from 'uplot'
import type { ChartAxis, ChartColors } from '../chart-spec.ts'
import { decimalsOf } from '../decimals.ts'
import { formatterOf } from '../units.ts'
import type { Canvas } from './browser.ts'

const font = '11.5px Inter, "Helvetica Neue", Arial, sans-serif'

/** The axis of time, as Grafana writes it: clock times, and the day where the range spans days. */
export function timeAxis({ text, grid }: ChartColors): object {
  return {
    stroke: text,
    font,
    size: 26,
    gap: 4,
    space: (_: UPlot, __: number, low: number, high: number) => (high - low > 86_400 ? 95 : 62),
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
    values: (_: UPlot, splits: readonly number[], __: number, ___: number, step: number) =>
      splits.map((seconds) => clock(seconds, step, (splits.at(-1) ?? 0) - (splits[0] ?? 0))),
  }
}

/** An axis of values in its unit; the first one draws the lines across the chart. */
export function valueAxis(axis: ChartAxis, { text, grid }: ChartColors, isFirst: boolean): object {
  return {
    scale: axis.scale,
    show: axis.side !== 'hidden',
    side: axis.side === 'right' ? 1 : 3,
    stroke: text,
    font,
    gap: 5,
    space: 28,
    label: axis.label,
    labelFont: font,
    labelSize: 18,
    labelGap: 2,
    grid: { show: isFirst, stroke: grid, width: 1 },
    ticks: { show: false },
    border: { show: false },
    ...(axis.isBinary && { incrs: Array.from({ length: 70 }, (_, power) => 2 ** (power - 10)) }),
    values: (_: UPlot, splits: readonly (number | null)[], __: number, ___: number, step: number) =>
      axis.log === undefined
        ? tickTexts(splits, step, axis)
        : splits.map((value) =>
            value === null || !isPower(value, axis.log ?? 10) ? null : whole(axis, value),
          ),
    size: (chart: UPlot, values: readonly (string | null)[] | null) => {
      if (values === null) return 40
      const canvas = chart.ctx as unknown as Canvas
      canvas.save()
      canvas.font = font
      const widest = Math.max(...values.map((value) => canvas.measureText(value ?? '').width))
      canvas.restore()
      return Math.ceil(widest) + 14
    },
  }
}

/** Ticks of one unit get the same decimals: as many as the distance between them needs. */
export function tickTexts(
  splits: readonly (number | null)[],
  step: number,
  axis: Pick<ChartAxis, 'unit' | 'decimals'>,
): readonly (string | null)[] {
  const format = formatterOf(axis.unit)
  return splits.map((value) => {
    if (value === null) return null
    const at = Math.abs(value) < step / 1000 ? 0 : value
    if (at === 0) return whole(axis, 0)
    // How much smaller the number becomes in its own unit tells how far apart its ticks are there.
    const exact = format(at, 15)
    const number = Number(exact.text)
    const distance = Number.isFinite(number) && number !== 0 ? step * Math.abs(number / at) : step
    const { prefix, text, suffix } = format(
      at,
      axis.decimals ?? Math.min(decimalsOf(distance), decimalsOf(number)),
    )
    return `${prefix}${text}${suffix}`
  })
}

function whole({ unit, decimals }: Pick<ChartAxis, 'unit' | 'decimals'>, value: number): string {
  const { prefix, text, suffix } = formatterOf(unit)(value, decimals)
  return `${prefix}${text}${suffix}`
}

function isPower(value: number, base: number): boolean {
  const power = Math.log(value) / Math.log(base)
  return Math.abs(power - Math.round(power)) < 1e-6
}

function clock(seconds: number, step: number, length: number): string {
  const date = new Date(seconds * 1000)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${two(date.getMonth() + 1)}/${two(date.getDate())}`
  if (step >= 86_400) return day
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  if (step < 60) return `${time}:${two(date.getSeconds())}`
  return length > 86_400 ? `${day} ${time}` : time
}
