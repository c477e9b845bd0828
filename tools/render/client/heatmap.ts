import type UPlot from 'uplot'
import type { HeatmapSpec } from '../chart-spec.ts'
import { timeAxis } from './axes.ts'
import { browser, type Canvas, type PageElement } from './browser.ts'
import { tooltip } from './tooltip.ts'

const font = '11.5px Inter, "Helvetica Neue", Arial, sans-serif'

/** Draws a cell for each bucket and step, in the colour of how much is in it. */
export function drawHeatmap(element: PageElement, spec: HeatmapSpec): UPlot {
  const { times, rows, cells, palette, step, colors, texts } = spec
  const tip = tooltip(element, times, (index, chart) => {
    const row = Math.floor(chart.posToVal(chart.cursor.top ?? -1, 'y'))
    const text = texts[row]?.[index]
    const color = palette[cells[row]?.[index] ?? 0] ?? ''
    return text === null || text === undefined ? [] : [{ name: `≤ ${rows[row]}`, color, text }]
  })
  const every = Math.ceil(rows.length / Math.max(1, Math.floor(element.clientHeight / 24)))
  const options = {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    padding: [8, 10, 0, 0],
    cursor: { points: { show: false }, drag: { x: true, y: false } },
    scales: {
      x: {
        time: true,
        range: (_: UPlot, low: number | null, high: number | null) => zoomed(low, high, spec),
      },
      y: { range: () => [0, rows.length] },
    },
    axes: [
      timeAxis(colors),
      {
        scale: 'y',
        stroke: colors.text,
        font,
        gap: 5,
        grid: { show: false },
        ticks: { show: false },
        splits: () => rows.flatMap((_, row) => (row % every === 0 ? [row + 1] : [])),
        values: (_: UPlot, splits: readonly number[]) => splits.map((at) => rows[at - 1] ?? ''),
        size: (chart: UPlot, values: readonly string[] | null) => {
          const canvas = chart.ctx as unknown as Canvas
          canvas.save()
          canvas.font = font
          const widest = Math.max(0, ...(values ?? []).map((value) => canvas.measureText(value).width))
          canvas.restore()
          return Math.ceil(widest) + 14
        },
      },
    ],
    series: [{}, { scale: 'y', paths: () => null, points: { show: false } }],
    hooks: {
      draw: [
        (chart: UPlot) => {
          const canvas = chart.ctx as unknown as Canvas
          const { left, width } = chart.bbox
          canvas.save()
          for (const [row, line] of cells.entries()) {
            const top = chart.valToPos(row + 1, 'y', true)
            const height = chart.valToPos(row, 'y', true) - top
            for (const [index, color] of line.entries()) {
              const time = times[index]
              if (color === null || time === undefined) continue
              // A value tells of the step that ends with it.
              const from = Math.max(left, chart.valToPos(time - step, 'x', true))
              const to = Math.min(left + width, chart.valToPos(time, 'x', true))
              canvas.fillStyle = palette[color] ?? ''
              const gap = to - from > 6 ? 1 : 0
              if (to > from) canvas.fillRect(from, top, to - from - gap, height - 1)
            }
          }
          canvas.restore()
        },
      ],
      setCursor: [tip],
    },
  }
  const data = [times, times.map(() => 0)]
  return new browser.uPlot(
    options as unknown as UPlot.Options,
    data as unknown as UPlot.AlignedData,
    element as never,
  )
}

function zoomed(low: number | null, high: number | null, { from, to, times }: HeatmapSpec): [number, number] {
  const isWhole = low === null || high === null || (low === times[0] && high === times.at(-1))
  return isWhole ? [from, to] : [low, high]
}
