import type { Dashboard } from '../dashboards/dashboard.ts'
import { panelModel } from '../dashboards/panel-model.ts'
import type { Prometheus } from '../server/server.ts'
import type { Theme } from './colors.ts'
import { type DrawnPanel, drawPanel, showsData } from './draw-panel.ts'
import { dateTime } from './duration-units.ts'
import { queryPanel } from './frames.ts'
import { type Html, html } from './html.ts'
import { fillText } from './interpolate.ts'
import { builtIns, intervalsOf } from './interval.ts'
import { leftOutOf } from './left-out.ts'
import { page } from './page.ts'
import type { PlacedPanel, Section } from './section.ts'
import { sectionsOf } from './sections.ts'
import { gapPx, marginPx, rowPx, titlePx } from './style.ts'
import { fillVariables, type Variables } from './variables.ts'

export interface RenderOptions {
  readonly dashboard: Dashboard
  readonly prometheus: Prometheus
  readonly from: Date
  readonly to: Date
  /** Values for variables, by name. @default none */
  readonly variables?: ReadonlyMap<string, readonly string[]>
  /** @default 'dark' */
  readonly theme?: Theme
  /** Width that the page is made for, in pixels; it decides how many points a query asks for. @default 1600 */
  readonly widthPx?: number
}

export interface Rendered {
  /** The whole page. */
  readonly html: string
  readonly panels: readonly RenderedPanel[]
  /** Variables that could not be filled, and why. */
  readonly problems: Variables['problems']
}

export interface RenderedPanel extends Omit<DrawnPanel, 'html'> {
  readonly title: string
}

/**
 * Draws a dashboard as Grafana would, with data of a Prometheus, as one page that stands alone. A query that fails
 * shows in its panel.
 */
export async function renderDashboard({
  dashboard,
  prometheus,
  from,
  to,
  variables: chosen = new Map(),
  theme = 'dark',
  widthPx = 1600,
}: RenderOptions): Promise<Rendered> {
  const scrapeIntervalMs = prometheus.scrapeIntervalMs ?? 15_000
  const intervals = intervalsOf({
    from,
    to,
    maxDataPoints: widthPx,
    minInterval: undefined,
    scrapeIntervalMs,
  })
  const range = { from, to }
  const variables = await fillVariables({
    dashboard,
    prometheus,
    range,
    chosen,
    builtIns: builtIns({ from, to, ...intervals }),
  })

  const draw = async ({ panel, grid, scope }: PlacedPanel): Promise<RenderedPanel & DrawnPanel> => {
    const size = sizeOf(grid, widthPx)
    const filled = new Map([...variables.filled, ...scope])
    const { filters } = variables
    const queries = { dashboard, prometheus, from, to, variables: filled, filters, widthPx: size.width }
    const data = showsData(panel.type)
      ? await queryPanel(panel, queries)
      : { frames: [], errors: [], notes: [], from, to }
    const model = panelModel(dashboard, panel)
    const view = { panel, model, data, theme, variables: filled, size }
    return { ...drawPanel(view, grid), title: panel.title }
  }
  const sections = await Promise.all(
    sectionsOf(dashboard, variables.filled).map(async (section) => ({
      section,
      panels: await Promise.all(section.boxes.map(draw)),
    })),
  )
  const body = html`${head({ dashboard, variables, from, to })}<main>${sections.map(({ section, panels }) => drawSection(section, panels, variables))}</main>
<footer><span>Drawn by tidegauge from ${prometheus.url}</span><span>${dateTime(to.getTime(), true)}</span></footer>`
  return {
    html: await page({ title: dashboard.title || 'Dashboard', theme, body }),
    panels: sections.flatMap(({ panels }) =>
      panels.map(({ title, state, errors }) => ({ title, state, errors })),
    ),
    problems: variables.problems,
  }
}

/** Room for the body of a panel at the width of the page. */
function sizeOf(
  { w, h }: PlacedPanel['grid'],
  widthPx: number,
): { readonly width: number; readonly height: number } {
  const column = (widthPx - 2 * marginPx - 23 * gapPx) / 24
  return {
    width: Math.max(40, Math.round(w * column + (w - 1) * gapPx - 18)),
    height: Math.max(20, h * rowPx + (h - 1) * gapPx - titlePx - 10),
  }
}

function drawSection(
  { heading, hidden, depth }: Section,
  panels: readonly DrawnPanel[],
  { filled }: Variables,
): Html {
  const title =
    heading &&
    html`<h2 class="${heading.kind}${heading.isCollapsed ? ' collapsed' : ''}" data-depth="${depth}">${fillText(heading.title, new Map([...filled, ...heading.scope]))}${
      hidden > 0 ? html` <small>(${hidden} panel${hidden === 1 ? '' : 's'})</small>` : undefined
    }</h2>`
  return html`${title}<div class="grid">${panels.map((panel) => panel.html)}</div>`
}

function head({
  dashboard,
  variables,
  from,
  to,
}: Pick<RenderOptions, 'dashboard' | 'from' | 'to'> & { readonly variables: Variables }): Html {
  const { shown, problems } = variables
  return html`<header><h1>${dashboard.title}</h1><div class="tags">${dashboard.tags.map((tag) => html`<span class="tag">${tag}</span>`)}</div><div class="range">${dateTime(from.getTime(), true)} – ${dateTime(to.getTime(), true)}</div></header>${
    shown.length === 0
      ? undefined
      : html`<div class="variables">${shown.map(({ label, text }) => html`<div class="variable"><b>${label}</b><span>${text}</span></div>`)}</div>`
  }${problems.map(({ name, message }) => html`<div class="problem" role="alert">The variable ${name} could not be filled: ${message}</div>`)}${leftOutOf(dashboard).map((text) => html`<div class="left-out">${text}</div>`)}`
}
