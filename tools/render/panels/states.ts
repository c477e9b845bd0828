import { readableOn } from '../colors.ts'
import { display } from '../display.ts'
import { dateTime } from '../duration-units.ts'
import { type Html, html } from '../html.ts'
import { type Drawn, fieldsOf, type PanelView, type SeriesField } from '../panel-view.ts'

/** Draws the state of each series over time; neighbours of the same state become one stretch. */
export function drawStates(view: PanelView): Drawn {
  const { data, theme } = view
  const from = data.from.getTime()
  const length = data.to.getTime() - from
  const lane = (field: SeriesField): Html => {
    const { config, index, values } = field
    const stepMs = field.frame.stepMs
    const first = Math.floor(from / stepMs) * stepMs
    const color = config.color.isExplicit ? config.color : { ...config.color, mode: 'thresholds' }
    const shown = (value: number) => display(value, { config: { ...config, color }, theme, index })
    const stretches = runs(values).map(({ value, start, end }) => {
      if (value === null) return html``
      const { whole, color } = shown(value)
      const left = (Math.max(0, (first + start * stepMs - from) / length) * 100).toFixed(3)
      const width = ((((end - start) * stepMs) / length) * 100).toFixed(3)
      return html`<span style="left:${left}%;width:${width}%;background:${color};color:${readableOn(color)}" title="${whole}">${whole}</span>`
    })
    return html`<div class="lane"><div class="lane-name" title="${field.name}">${field.name}</div><div class="lane-track">${stretches}</div></div>`
  }
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<span style="left:${share * 100}%">${dateTime(from + share * length, length > 86_400_000)}</span>`,
  )
  return {
    body: html`<div class="lanes">${fieldsOf(view).map(lane)}<div class="lane"><div class="lane-name"></div><div class="lane-ticks">${ticks}</div></div></div>`,
  }
}

function runs(values: readonly (number | null)[]) {
  const found: { value: number | null; start: number; end: number }[] = []
  for (const [index, value] of values.entries()) {
    const last = found.at(-1)
    if (last !== undefined && last.value === value) last.end = index + 1
    else found.push({ value, start: index, end: index + 1 })
  }
  return found
}
