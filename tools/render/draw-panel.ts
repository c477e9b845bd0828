import { type Html, html } from './html.ts'
import { fillText } from './interpolate.ts'
import type { DrawPanel, PanelView } from './panel-view.ts'
import { drawBarGauge } from './panels/bargauge.ts'
import { drawGauge } from './panels/gauge.ts'
import { drawHeatmap } from './panels/heatmap.ts'
import { drawPieChart } from './panels/piechart.ts'
import { drawStat } from './panels/stat.ts'
import { drawStates } from './panels/states.ts'
import { drawTable } from './panels/table.ts'
import { drawText } from './panels/text.ts'
import { drawTimeseries } from './panels/timeseries.ts'
import { unapplied } from './transform.ts'

/** `error`: no query was answered; `empty`: no data; `undrawn`: a type that cannot be drawn here. */
export type PanelState = 'drawn' | 'empty' | 'error' | 'undrawn'

export interface DrawnPanel {
  readonly state: PanelState
  readonly html: Html
  /** What went wrong, in words. */
  readonly errors: readonly string[]
}

/** Whether a panel of this type shows data of queries. */
export function showsData(type: string): boolean {
  return Object.hasOwn(dataPanels, type)
}

/** Draws a panel with its frame and title at its place in the grid. */
export function drawPanel(
  view: PanelView,
  place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
): DrawnPanel {
  const { panel, variables, data } = view
  const { state, body, notes, errors } = content(view)
  const title = fillText(panel.title, variables)
  const about = panel.description === undefined ? undefined : fillText(panel.description, variables)
  const style = `grid-area:${place.y + 1}/${place.x + 1}/span ${place.h}/span ${place.w}`
  const isChart = body.html.includes('data-chart')
  return {
    state,
    errors,
    html: html`<section class="panel${title === '' ? ' untitled' : ''}" style="${style}" data-panel="${String(panel.id ?? panel.element ?? '')}" data-type="${panel.type}" data-state="${state}" data-series="${data.frames.length}" data-drawn="${isChart ? 'false' : 'true'}"><h3 title="${title}"><span>${title}</span>${
      about === undefined ? undefined : html`<i class="about" title="${about}">i</i>`
    }</h3><div class="body">${errors.map((error) => html`<div class="notice" role="alert">${error}</div>`)}${notes.map(
      (note) => html`<div class="notice note">${note}</div>`,
    )}${body}</div></section>\n`,
  }
}

interface Content {
  readonly state: PanelState
  readonly body: Html
  readonly notes: readonly string[]
  readonly errors: readonly string[]
}

function content(view: PanelView): Content {
  const { panel, data } = view
  const { errors } = data
  const none: Pick<Content, 'notes' | 'errors'> = { notes: data.notes, errors }
  if (panel.type === 'text') return { ...none, state: 'drawn', body: drawText(view).body }
  const draw = Object.hasOwn(dataPanels, panel.type) ? dataPanels[panel.type] : undefined
  if (draw === undefined) {
    const what =
      panel.library === undefined || panel.type !== ''
        ? `not drawn: ${panel.type || 'a panel without a type'}`
        : `not drawn: library panel ${panel.library.name || panel.library.uid}, which is not in this file`
    return { ...none, state: 'undrawn', body: html`<div class="empty undrawn">${what}</div>` }
  }
  if (data.frames.length === 0) {
    const state = errors.length > 0 ? 'error' : 'empty'
    return { ...none, state, body: html`<div class="empty">${emptyText(view)}</div>` }
  }
  // Tables apply what they know.
  const { body, notes = unapplied(view.model.transformations) } = draw(view)
  return { state: 'drawn', body, notes: [...data.notes, ...notes], errors }
}

function emptyText({ model }: PanelView): string {
  const own = (model.defaults as { readonly noValue?: unknown } | undefined)?.noValue
  return typeof own === 'string' && own !== '' ? own : 'No data'
}

const dataPanels: Readonly<Record<string, DrawPanel>> = {
  timeseries: drawTimeseries,
  graph: drawTimeseries,
  stat: drawStat,
  singlestat: drawStat,
  gauge: drawGauge,
  bargauge: drawBarGauge,
  table: drawTable,
  'table-old': drawTable,
  heatmap: drawHeatmap,
  piechart: drawPieChart,
  'state-timeline': drawStates,
  'status-history': drawStates,
}
