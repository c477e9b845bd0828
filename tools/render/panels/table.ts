import { textAt, valueAt } from '../../dashboards/value-at.ts'
import { cssColor, readableOn, withOpacity } from '../colors.ts'
import { display } from '../display.ts'
import { type FieldConfig, fieldConfig } from '../field-config.ts'
import { type Html, html } from '../html.ts'
import { mapped } from '../mappings.ts'
import type { Drawn, PanelView } from '../panel-view.ts'
import type { Cell, Column } from '../tables.ts'
import { tablesOf } from '../tables.ts'
import { transform } from '../transform.ts'

const maxRows = 200

/** Draws the answers as a table, after the transformations of the panel. */
export function drawTable(view: PanelView): Drawn {
  const { model } = view
  const { tables, notes } = transform(tablesOf(view), model.transformations)
  const table = tables[0] ?? { columns: [], rows: [] }
  if (tables.length > 1) notes.push(`the first of ${tables.length} tables is shown`)
  if (table.rows.length > maxRows) notes.push(`${maxRows} of ${table.rows.length} rows are shown`)
  const columns = table.columns
    .map((column, index) => ({
      column,
      index,
      config: fieldConfig(model, { ...column, refId: column.refId ?? '' }),
    }))
    .filter(
      ({ config }) =>
        valueAt(config.custom, 'hidden') !== true && valueAt(config.custom, 'hideFrom', 'viz') !== true,
    )
  const withHeader = valueAt(model.options, 'showHeader') !== false
  const sortBy = textAt(model.options, 'sortBy', '0', 'displayName')
  const by = columns.find(({ column, config }) => (config.displayName ?? column.name) === sortBy)
  const isDescending = valueAt(model.options, 'sortBy', '0', 'desc') === true
  const rows =
    by === undefined
      ? table.rows
      : table.rows.toSorted((one, other) => compare(one[by.index], other[by.index]) * (isDescending ? -1 : 1))
  const head = columns.map(
    ({ column, config }) =>
      html`<th class="${alignment(column, config)}">${config.displayName ?? column.name}</th>`,
  )
  const body = rows
    .slice(0, maxRows)
    .map(
      (row) =>
        html`<tr>${columns.map(({ column, config, index }) => cell(row[index] ?? null, { column, config, index, view }))}</tr>`,
    )
  return {
    body: html`<div class="scroll"><table class="data">${withHeader ? html`<thead><tr>${head}</tr></thead>` : undefined}<tbody>${body}</tbody></table></div>`,
    notes,
  }
}

interface CellOptions {
  readonly column: Column
  readonly config: FieldConfig
  readonly index: number
  readonly view: PanelView
}

function cell(value: Cell, { column, config, index, view: { theme } }: CellOptions): Html {
  const text = textAt(config.custom, 'cellOptions', 'type') ?? textAt(config.custom, 'displayMode') ?? 'auto'
  const { whole, color } = shownCell(value, { column, config, index, theme })
  const style =
    color === undefined
      ? ''
      : text.startsWith('color-background')
        ? `background:${color};color:${readableOn(color)}`
        : text === 'color-text'
          ? `color:${color}`
          : ''
  const isBar = /gauge|lcd/.test(text) && typeof value === 'number' && color !== undefined
  if (!isBar) return html`<td class="${alignment(column, config)}" style="${style}">${whole}</td>`
  const { min = 0, max = 100 } = config
  const percent = (Math.min(1, Math.max(0, (value - min) / (max - min || 1))) * 100).toFixed(1)
  return html`<td class="number"><span class="cell-bar"><span style="width:${percent}%;background:${withOpacity(color, 0.7)}"></span></span><span class="cell-value" style="color:${color}">${whole}</span></td>`
}

function shownCell(
  value: Cell,
  {
    column,
    config,
    index,
    theme,
  }: Pick<CellOptions, 'column' | 'config' | 'index'> & { readonly theme: PanelView['theme'] },
): { readonly whole: string; readonly color?: string } {
  if (column.type === 'time' && typeof value === 'number')
    return display(value, { config: { ...config, unit: config.unit ?? 'dateTimeAsIso' }, theme, index })
  if (typeof value === 'number') {
    const color = config.color.isExplicit ? config.color : { ...config.color, mode: 'thresholds' }
    return display(value, { config: { ...config, color }, theme, index })
  }
  const found = mapped(config.mappings, value)
  const whole = found?.text ?? value ?? ''
  return found?.color === undefined ? { whole } : { whole, color: cssColor(found.color, theme) }
}

function alignment({ type }: Column, { custom }: FieldConfig): string {
  const align = textAt(custom, 'align')
  if (align === 'left' || align === 'center' || align === 'right') return align
  return type === 'number' ? 'number' : ''
}

function compare(one: Cell | undefined, other: Cell | undefined): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return String(one ?? '').localeCompare(String(other ?? ''), 'en', { numeric: true })
}
