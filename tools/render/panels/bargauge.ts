import { textAt, valueAt } from '../../dashboards/value-at.ts'
import { withOpacity } from '../colors.ts'
import { type Html, html } from '../html.ts'
import type { Drawn, PanelView } from '../panel-view.ts'
import { type SingleValue, singleValues } from './stat.ts'

/** Draws each value as a bar on a common scale. */
export function drawBarGauge(view: PanelView): Drawn {
  const values = singleValues(view)
  const { model, size } = view
  const orientation = textAt(model.options, 'orientation') ?? 'auto'
  const isHorizontal = orientation === 'horizontal' || (orientation === 'auto' && size.width > size.height)
  const present = values.flatMap(({ value }) => value ?? [])
  const min = Math.min(...values.map(({ field }) => field.config.min ?? Number.POSITIVE_INFINITY), ...present)
  const lowest = values.some(({ field }) => field.config.min !== undefined) ? min : Math.min(0, min)
  const maxima = values.flatMap(({ field }) => field.config.max ?? [])
  const highest = maxima.length > 0 ? Math.max(...maxima) : Math.max(...present, lowest + Number.EPSILON)
  const share = (value: number | null) =>
    Math.min(1, Math.max(0, ((value ?? lowest) - lowest) / (highest - lowest || 1)))
  const isGradient = textAt(model.options, 'displayMode') !== 'basic'
  const isUnfilled = valueAt(model.options, 'showUnfilled') !== false
  const draw = ({ field, value, shown }: SingleValue): Html => {
    const percent = (share(value) * 100).toFixed(2)
    const fill = isGradient
      ? `linear-gradient(${isHorizontal ? '90deg' : '0deg'},${withOpacity(shown.color, 0.35)},${shown.color})`
      : withOpacity(shown.color, 0.6)
    const length = isHorizontal ? `width:${percent}%` : `height:${percent}%`
    return html`<div class="bar"><div class="bar-name" title="${field.name}">${field.name}</div><div class="bar-track${
      isUnfilled ? ' unfilled' : ''
    }"><div class="bar-fill" style="${length};background:${fill}"></div></div><div class="bar-value" style="color:${shown.color}">${shown.whole}</div></div>`
  }
  return {
    body: html`<div class="bars ${isHorizontal ? 'horizontal' : 'upright'}">${values.map(draw)}</div>`,
  }
}
