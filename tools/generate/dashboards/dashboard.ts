import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { arrange, gridWidth } from './arrange.ts'
import { grafanaPanel } from './grafana-panel.ts'
import { dashboardTitle, dashboardUid, panelIds, serviceOf } from './identity.ts'
import type { DashboardPlan } from './plan.ts'
import { links, variables } from './variables.ts'

/**
 * Builds a dashboard of Grafana: rows one below the other, panels in lines without holes.
 *
 * @throws {Error} when two panels have one title, or a query is not PromQL.
 */
export function grafanaDashboard(plan: DashboardPlan, settings: GenerateSettings): Dashboard {
  const service = serviceOf(settings)
  const builder = new DashboardBuilder(dashboardTitle(service, plan.title))
    .uid(dashboardUid(service, plan.name))
    .description(plan.description)
    .tags([service, ...plan.tags])
    .readonly()
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(plan.everywhere))
    .links(links(service))
  const ids = new Map(numbered(plan))
  let y = 0
  for (const { title, panels } of plan.rows) {
    builder.withRow(rowAt(title, ids.get(`row: ${title}`) ?? 0, y))
    const { places, bottom } = arrange(
      panels.map(({ panel }) => ({ size: panel.kind === 'stat' ? 'small' : 'large' })),
      y + 1,
    )
    for (const [index, { panel, ...more }] of panels.entries()) {
      const grid = places[index]
      const id = ids.get(panel.panel)
      if (grid && id) builder.withPanel(grafanaPanel(panel, { id, grid, ...more }, settings))
    }
    y = bottom
  }
  return withoutForeignDefaults(builder.build())
}

/**
 * Leaves out what the builders write of themselves and Grafana has no place for: what only intervals have at every
 * variable, a menu that hides every link, the footer that tables no longer have.
 */
function withoutForeignDefaults(dashboard: Dashboard): Dashboard {
  const list = dashboard.templating?.list?.map(({ auto, auto_min, auto_count, ...variable }) => variable)
  const visible = (links: Dashboard['links']) => links?.map(({ placement, ...link }) => link)
  const panels = dashboard.panels?.map((panel) => {
    if (!('targets' in panel)) return panel
    const { footer, ...options } = panel.options ?? {}
    return { ...panel, options, ...(panel.links && { links: visible(panel.links) }) }
  })
  return { ...dashboard, templating: { list }, links: visible(dashboard.links), panels } as Dashboard
}

function numbered({ rows }: DashboardPlan): [string, number][] {
  const keys = rows.flatMap(({ title, panels }) => [
    `row: ${title}`,
    ...panels.map(({ panel }) => panel.panel),
  ])
  const ids = panelIds(keys)
  return keys.map((key, index) => [key, ids[index] ?? 0])
}

/** The builder places a row itself unless it stands elsewhere than at the origin; its width is the grid's. */
function rowAt(title: string, id: number, y: number): RowBuilder {
  const place: RowPanel['gridPos'] = { x: 0, y, w: gridWidth, h: 1 }
  return new RowBuilder(title).id(id).gridPos(place).collapsed(false)
}
