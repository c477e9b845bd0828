import { textAt } from '../../dashboards/value-at.ts'
import { seriesColor } from '../display.ts'
import { html } from '../html.ts'
import { legendOf } from '../legend.ts'
import type { Drawn, PanelView } from '../panel-view.ts'
import { singleValues } from './stat.ts'

/** Draws the share of each value in the whole. */
export function drawPieChart(view: PanelView): Drawn {
  const slices = singleValues(view)
    .filter(({ value }) => (value ?? 0) > 0)
    .map(({ field, value, shown }) => ({
      field,
      value: value ?? 0,
      shown,
      color: seriesColor({ config: field.config, theme: view.theme, index: field.index }, value),
    }))
  const total = slices.reduce((sum, { value }) => sum + value, 0)
  const hole = textAt(view.model.options, 'pieType') === 'donut' ? 55 : 0
  let from = 0
  const paths = slices.map(({ value, color, field, shown }) => {
    const to = from + value / total
    const path = slice(from, Math.min(to, from + 0.99999), hole)
    from = to
    return html`<path d="${path}" fill="${color}"><title>${field.name}: ${shown.whole}</title></path>`
  })
  const legend = legendOf(view, slices)
  return {
    body: html`<div class="plot ${legend?.placement === 'right' ? 'legend-right' : 'legend-bottom'}"><svg class="pie" viewBox="-100 -100 200 200">${paths}</svg>${
      legend && html`<div class="legend-box">${legend.html}</div>`
    }</div>`,
  }
}

function slice(from: number, to: number, hole: number): string {
  const at = (share: number, radius: number) => {
    const angle = share * 2 * Math.PI - Math.PI / 2
    return `${(Math.cos(angle) * radius).toFixed(2)} ${(Math.sin(angle) * radius).toFixed(2)}`
  }
  const large = to - from > 0.5 ? 1 : 0
  const inner = hole > 0 ? `L${at(to, hole)}A${hole} ${hole} 0 ${large} 0 ${at(from, hole)}` : 'L0 0'
  return `M${at(from, 95)}A95 95 0 ${large} 1 ${at(to, 95)}${inner}Z`
}
