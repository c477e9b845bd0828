import { listAt, valueAt } from '../dashboards/value-at.ts'
import { type Display, display } from './display.ts'
import { type Html, html } from './html.ts'
import type { PanelView, SeriesField } from './panel-view.ts'
import { calculationName, currentCalculation, reduce } from './reduce.ts'

/** A series as the legend shows it. */
export interface LegendItem {
  readonly field: SeriesField
  readonly color: string
}

export interface Legend {
  readonly placement: 'bottom' | 'right'
  readonly html: Html
  /** Height that it wants at the bottom, in pixels. */
  readonly heightPx: number
}

/** The legend of a panel; undefined when the panel hides it or there is nothing to show. */
export function legendOf(
  { model, theme, size }: PanelView,
  items: readonly LegendItem[],
): Legend | undefined {
  const options = valueAt(model.options, 'legend')
  const mode = valueAt(options, 'displayMode') ?? 'list'
  const isShown = valueAt(options, 'showLegend') !== false && mode !== 'hidden'
  if (!isShown || items.length === 0) return undefined
  const placement = valueAt(options, 'placement') === 'right' ? 'right' : 'bottom'
  const calcs = listAt(options, 'calcs')
    .filter((calc) => typeof calc === 'string')
    .map(currentCalculation)
  const value = ({ field }: LegendItem, calc: string) => {
    const reduced = reduce(calc, field.values)
    return {
      number: reduced ?? null,
      shown: display(reduced ?? null, { config: field.config, theme, index: field.index }),
    }
  }
  const sorted = sortedBy(
    items,
    valueAt(options, 'sortBy'),
    valueAt(options, 'sortDesc') === true,
    (item, calc) => value(item, calc).number,
    calcs,
  )
  const table = mode === 'table'
  const content = table
    ? tableOf(sorted, calcs, (item, calc) => value(item, calc).shown)
    : listOf(sorted, calcs, (item, calc) => value(item, calc).shown)
  const lines = table
    ? items.length + (calcs.length > 0 ? 1 : 0)
    : Math.ceil(textWidth(sorted, calcs.length) / (size.width - 24))
  // Whole lines, so that none is cut through.
  const room = Math.max(1, Math.floor((size.height * 0.42) / linePx))
  return { placement, html: content, heightPx: Math.min(lines + (table ? 0 : 1), room) * linePx }
}

/** Height of a line, as in the style sheet. */
const linePx = 22

/** The coloured line in front of a name. */
function swatch(color: string): Html {
  return html`<i class="swatch" style="background:${color}"></i>`
}

function listOf(
  items: readonly LegendItem[],
  calcs: readonly string[],
  value: (item: LegendItem, calc: string) => Display,
): Html {
  const entry = (item: LegendItem) =>
    html`<li>${swatch(item.color)}<span class="name">${item.field.name}</span>${calcs.map(
      (calc) => html`<span class="calc">${calculationName(calc)}: ${value(item, calc).whole}</span>`,
    )}</li>`
  return html`<ul class="legend list">${items.map(entry)}</ul>`
}

function tableOf(
  items: readonly LegendItem[],
  calcs: readonly string[],
  value: (item: LegendItem, calc: string) => Display,
): Html {
  const row = (item: LegendItem) =>
    html`<tr><th scope="row"><span class="label">${swatch(item.color)}<span class="name" title="${item.field.name}">${item.field.name}</span></span></th>${calcs.map(
      (calc) => html`<td>${value(item, calc).whole}</td>`,
    )}</tr>`
  return html`<table class="legend table"><thead><tr><th>Name</th>${calcs.map((calc) => html`<th>${calculationName(calc)}</th>`)}</tr></thead><tbody>${items.map(row)}</tbody></table>`
}

function sortedBy(
  items: readonly LegendItem[],
  by: unknown,
  isDescending: boolean,
  value: (item: LegendItem, calc: string) => number | null,
  calcs: readonly string[],
): readonly LegendItem[] {
  const calc = calcs.find((each) => calculationName(each) === by)
  if (calc === undefined && by !== 'Name') return items
  const sign = isDescending ? -1 : 1
  return items.toSorted((one, other) => {
    if (calc === undefined) return sign * one.field.name.localeCompare(other.field.name)
    return (
      sign *
      ((value(one, calc) ?? Number.NEGATIVE_INFINITY) - (value(other, calc) ?? Number.NEGATIVE_INFINITY))
    )
  })
}

/** About what the names take on one line, to know how many lines they need. */
function textWidth(items: readonly LegendItem[], calcs: number): number {
  return items.reduce((width, { field }) => width + 40 + field.name.length * 6.6 + calcs * 90, 0)
}
