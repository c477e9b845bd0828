import { textAt, valueAt } from '../../dashboards/value-at.ts'
import { cssColor } from '../colors.ts'
import { type Html, html } from '../html.ts'
import type { Drawn, PanelView } from '../panel-view.ts'
import { thresholdBounds } from '../thresholds.ts'
import { formatted } from '../units.ts'
import { type SingleValue, singleValues } from './stat.ts'

/** Draws each value on an arc from its least to its greatest value. */
export function drawGauge(view: PanelView): Drawn {
  const values = singleValues(view)
  const { model, size } = view
  const orientation = textAt(model.options, 'orientation') ?? 'auto'
  const isVertical = orientation === 'horizontal' || (orientation === 'auto' && size.height > size.width)
  const withMarkers = valueAt(model.options, 'showThresholdMarkers') !== false
  const withLabels = valueAt(model.options, 'showThresholdLabels') === true
  const draw = (single: SingleValue) =>
    html`<div class="gauge">${arc(single, view, { withMarkers, withLabels })}${
      values.length > 1 ? html`<div class="gauge-name">${single.field.name}</div>` : undefined
    }</div>`
  return { body: html`<div class="stats${isVertical ? ' vertical' : ''}">${values.map(draw)}</div>` }
}

/** Bounds of a gauge: those of the field, else 0 to 100, or to 1 for shares. */
export function boundsOf({ field: { config } }: SingleValue): { readonly min: number; readonly max: number } {
  const min = config.min ?? 0
  return { min, max: Math.max(min + Number.EPSILON, config.max ?? (config.unit === 'percentunit' ? 1 : 100)) }
}

const sweep = 240

function arc(
  single: SingleValue,
  { theme }: PanelView,
  { withMarkers, withLabels }: { readonly withMarkers: boolean; readonly withLabels: boolean },
): Html {
  const { field, value, shown } = single
  const { min, max } = boundsOf(single)
  const place = (at: number) => Math.min(1, Math.max(0, (at - min) / (max - min)))
  const steps = thresholdBounds(field.config.thresholds, min, max)
  const bands = [{ value: min, color: field.config.thresholds.steps[0]?.color ?? 'green' }, ...steps]
  const markers = bands.map(({ value: from, color }, index) =>
    ring(92, place(from), place(bands[index + 1]?.value ?? max), cssColor(color, theme), 5),
  )
  const labels = steps.map(({ value: at }) => {
    const [x, y] = point(104, place(at))
    return html`<text class="gauge-label" x="${x}" y="${y}">${formatted(field.config.unit, at, field.config.decimals)}</text>`
  })
  const length = shown.whole.length
  return html`<svg viewBox="-110 -105 220 172" role="img" aria-label="${shown.whole}">${ring(76, 0, 1, 'var(--track)', 22)}${
    value === null ? undefined : ring(76, 0, place(value), shown.color, 22)
  }${withMarkers ? markers : undefined}${withLabels ? labels : undefined}<text class="gauge-value" x="0" y="${12}" style="fill:${shown.color};font-size:${Math.min(34, 190 / Math.max(4, length)).toFixed(1)}px">${shown.whole}</text></svg>`
}

function ring(radius: number, from: number, to: number, color: string, width: number): Html | undefined {
  if (to - from < 0.0001) return undefined
  const [x1, y1] = point(radius, from)
  const [x2, y2] = point(radius, to)
  const large = (to - from) * sweep > 180 ? 1 : 0
  return html`<path d="M${x1} ${y1}A${radius} ${radius} 0 ${large} 1 ${x2} ${y2}" fill="none" stroke="${color}" stroke-width="${width}"/>`
}

function point(radius: number, at: number): readonly [string, string] {
  const angle = ((-90 - sweep / 2 + at * sweep) * Math.PI) / 180
  return [(radius * Math.cos(angle)).toFixed(2), (radius * Math.sin(angle)).toFixed(2)]
}
