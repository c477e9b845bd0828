import type UPlot from 'uplot'
import type { ChartThresholds } from '../chart-spec.ts'
import { browser, type Canvas } from './browser.ts'
import { rgba } from './rgba.ts'

/** Draws the lines and areas of thresholds behind the series. */
export function drawThresholds(chart: UPlot, thresholds: readonly ChartThresholds[]): void {
  const canvas = chart.ctx as unknown as Canvas
  const { left, top, width, height } = chart.bbox
  for (const { scale, line, area, steps } of thresholds) {
    const { min, max } = chart.scales[scale] ?? {}
    if (typeof min !== 'number' || typeof max !== 'number') continue
    const y = (value: number) => chart.valToPos(Math.min(max, Math.max(min, value)), scale, true)
    canvas.save()
    for (const [index, { value, color }] of steps.entries()) {
      const from = value ?? min
      const to = steps[index + 1]?.value ?? max
      if (area && to > min && from < max) {
        canvas.fillStyle = rgba(color, 0.09)
        canvas.fillRect(left, y(to), width, y(from) - y(to))
      }
      if (line === 'none' || value === null || value < min || value > max) continue
      canvas.strokeStyle = rgba(color, 0.85)
      canvas.lineWidth = 1.5 * browser.devicePixelRatio
      canvas.setLineDash(
        line === 'dashed' ? [10 * browser.devicePixelRatio, 8 * browser.devicePixelRatio] : [],
      )
      canvas.beginPath()
      const at = Math.min(top + height, Math.max(top, y(value)))
      canvas.moveTo(left, at)
      canvas.lineTo(left + width, at)
      canvas.stroke()
    }
    canvas.restore()
  }
}
