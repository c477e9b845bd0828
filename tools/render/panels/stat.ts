import { listAt, textAt, valueAt } from '../../dashboards/value-at.ts'
import { readableOn, withOpacity } from '../colors.ts'
import { type Display, display } from '../display.ts'
import { type Html, html } from '../html.ts'
import { type Drawn, fieldsOf, type PanelView, type SeriesField } from '../panel-view.ts'
import { currentCalculation, reduce } from '../reduce.ts'

/** One value of a panel that shows single values. */
export interface SingleValue {
  readonly field: SeriesField
  readonly value: number | null
  readonly shown: Display
}

/** What a panel of single values shows: one for each series, or every value when the panel asks for all. */
export function singleValues(view: PanelView): readonly SingleValue[] {
  const { model, theme } = view
  const calculation = currentCalculation(
    String(listAt(model.options, 'reduceOptions', 'calcs')[0] ?? 'lastNotNull'),
  )
  const shows = valueAt(model.options, 'reduceOptions', 'values') === true
  const fields = fieldsOf(view)
  const valuesOf = ({ values }: SeriesField) => (shows ? values : [reduce(calculation, values) ?? null])
  const present = fields.flatMap(valuesOf).filter((value) => value !== null)
  return fields.flatMap((field) => {
    // Colours and bars of all the values are on one scale, unless the field has its own.
    const { min = Math.min(0, ...present), max = Math.max(...present, min + Number.EPSILON) } = field.config
    const config = { ...field.config, color: byThresholds(field) }
    const bounds = config.color.mode.startsWith('continuous') ? { min, max } : {}
    return valuesOf(field).map((value) => ({
      field,
      value,
      shown: display(value, { config, theme, index: field.index, ...bounds }),
    }))
  })
}

/** Draws each value in large letters, with its course in the background. */
export function drawStat(view: PanelView): Drawn {
  const { model, size, panel } = view
  const values = singleValues(view)
  const mode = textAt(model.options, 'textMode') ?? 'auto'
  const withName = mode === 'value_and_name' || mode === 'name' || (mode === 'auto' && values.length > 1)
  const withValue = mode !== 'name' && mode !== 'none'
  const orientation = textAt(model.options, 'orientation') ?? 'auto'
  const isVertical = orientation === 'horizontal' || (orientation === 'auto' && size.height > size.width)
  const cell = {
    width: (isVertical ? size.width : size.width / values.length) - 16,
    height: isVertical ? size.height / values.length : size.height,
  }
  const colorMode = textAt(model.options, 'colorMode') ?? 'value'
  const hasGraph =
    textAt(model.options, 'graphMode') !== 'none' && valueAt(model.options, 'graphMode') !== undefined
  const isCentered =
    textAt(model.options, 'justifyMode') === 'center' ||
    (textAt(model.options, 'justifyMode') !== 'left' && values.length === 1 && !hasGraph)
  const longest = Math.max(
    ...values.map(({ shown }) => shown.text.length + (shown.suffix.length + shown.prefix.length) * 0.65),
    1,
  )
  const room = cell.height * (withName ? 0.42 : hasGraph ? 0.5 : 0.6)
  const fontPx = Math.max(12, Math.min(room, (cell.width * 0.92) / (longest * 0.6), 72))
  const draw = ({ field, shown }: SingleValue): Html => {
    const filled = colorMode.startsWith('background')
    const ink = filled ? readableOn(shown.color) : colorMode === 'none' ? 'var(--text)' : shown.color
    const background = filled
      ? `background:linear-gradient(120deg,${shown.color},${withOpacity(shown.color, 0.82)});`
      : ''
    return html`<div class="stat${isCentered ? ' centered' : ''}${hasGraph && !field.frame.isInstant ? ' with-graph' : ''}" style="${background}color:${ink}">${
      hasGraph ? sparkline(field, filled ? ink : shown.color) : undefined
    }${withName ? html`<div class="stat-name">${field.name || panel.title}</div>` : undefined}${
      withValue
        ? html`<div class="stat-value" style="font-size:${fontPx.toFixed(1)}px">${big(shown)}</div>`
        : undefined
    }</div>`
  }
  return { body: html`<div class="stats${isVertical ? ' vertical' : ''}">${values.map(draw)}</div>` }
}

/** The number large, what stands around it smaller. */
export function big({ prefix, text, suffix }: Display): Html {
  const around = (part: string) => (part === '' ? undefined : html`<span class="affix">${part}</span>`)
  return html`${around(prefix)}${text}${around(suffix)}`
}

/** Single values take their colour from thresholds unless the panel says otherwise. */
function byThresholds({ config }: SeriesField): SeriesField['config']['color'] {
  return config.color.isExplicit ? config.color : { ...config.color, mode: 'thresholds' }
}

/** The course of a series as an area without axes. */
function sparkline({ values, config }: SeriesField, color: string): Html | undefined {
  const present = values.filter((value) => value !== null)
  if (present.length < 2) return undefined
  const low = config.min ?? Math.min(...present)
  const high = config.max ?? Math.max(...present)
  const y = (value: number) =>
    (high === low ? 50 : 96 - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * 92).toFixed(1)
  const x = (index: number) => ((index / Math.max(1, values.length - 1)) * 400).toFixed(1)
  const runs: string[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([])
    else runs.at(-1)?.push(`${x(index)} ${y(value)}`)
  }
  const drawn = runs.filter((run) => run.length > 1)
  const line = drawn.map((run) => `M${run.join('L')}`).join('')
  const area = drawn
    .map((run) => `M${run[0]?.split(' ')[0]} 100L${run.join('L')}L${run.at(-1)?.split(' ')[0]} 100Z`)
    .join('')
  return html`<svg class="spark" viewBox="0 0 400 100" preserveAspectRatio="none" aria-hidden="true"><path d="${area}" fill="${withOpacity(color, 0.2)}"/><path d="${line}" fill="none" stroke="${color}" stroke-width="1.5" vector-effect="non-scaling-stroke"/></svg>`
}
