import type { ComponentCatalog, MetricDefinition, Panel } from '@tidegauge/otel/catalog'
import { defaultPanels, wholeTitle } from './default-panels.ts'
import { shownMetrics } from './shown-metrics.ts'

/** What a dashboard is made of, before anything has a place. */
export interface DashboardPlan {
  /** The last part of its address: `firehose`. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly rows: readonly PlannedRow[]
  /** All of the service, for jobs and instances to be found by. */
  readonly metrics: readonly MetricDefinition[]
}

export interface PlannedRow {
  readonly title: string
  readonly panels: readonly PlannedPanel[]
}

export interface PlannedPanel {
  readonly panel: Panel
  /** The component whose dashboard says more; set on other dashboards. */
  readonly moreOn?: { readonly name: string; readonly title: string }
}

/** All dashboards of a catalog: an overview, and one for each component. */
export function dashboardPlans(components: readonly ComponentCatalog[]): DashboardPlan[] {
  return [overviewPlan(components), ...components.map((component) => componentPlan(component, components))]
}

/** The dashboard of a component: what its file lays out, and a panel for every metric that is on none of these. */
export function componentPlan(
  component: ComponentCatalog,
  components: readonly ComponentCatalog[],
): DashboardPlan {
  const { name, title, description } = component
  return {
    name,
    title,
    description,
    tags: [name],
    rows: rowsOf(panelsOf(component, components)),
    metrics: metricsOf(components),
  }
}

/**
 * The dashboard that shows of every component what matters most: the numbers above, then graphs by component. Where no
 * panel is said to belong there, all of them do.
 */
export function overviewPlan(components: readonly ComponentCatalog[]): DashboardPlan {
  const isChosen = components.some(({ panels }) => panels.some(({ overview }) => overview))
  const chosen = components.map((component) => ({
    component,
    panels: isChosen ? component.panels.filter(({ overview }) => overview) : panelsOf(component, components),
  }))
  const isTaken = titlesTakenTwice(chosen.flatMap(({ panels }) => panels))
  const shown = chosen.map(({ component, panels }) => ({
    title: component.title,
    panels: panels.map((panel) => onOverview(panel, component, isTaken)),
  }))
  const isNumber = ({ panel }: PlannedPanel) => panel.kind === 'stat'
  const numbers = shown.flatMap(({ panels }) => panels.filter(isNumber))
  const graphs = shown.map(({ title, panels }) => ({
    title,
    panels: panels.filter((panel) => !isNumber(panel)),
  }))
  return {
    name: 'overview',
    title: 'Overview',
    description: 'All components at a glance; the title of a panel leads to the dashboard of its component.',
    tags: ['overview'],
    metrics: metricsOf(components),
    rows: [{ title: glance, panels: numbers }, ...graphs].filter(({ panels }) => panels.length > 0),
  }
}

function metricsOf(components: readonly ComponentCatalog[]): MetricDefinition[] {
  return components.flatMap(({ metrics }) => metrics)
}

/** Among the numbers of all components each has to say whose it is, and so has a graph that another is called like. */
function onOverview(
  panel: Panel,
  { name, title }: ComponentCatalog,
  isTaken: (panel: Panel) => boolean,
): PlannedPanel {
  const saysWhose = panel.kind === 'stat' || isTaken(panel)
  return {
    panel: saysWhose ? { ...panel, panel: `${title}: ${panel.panel}` } : panel,
    moreOn: { name, title },
  }
}

/** Tells panels of which there is another with the same title. */
function titlesTakenTwice(panels: readonly Panel[]): (panel: Panel) => boolean {
  const counts = Map.groupBy(panels, ({ panel }) => panel)
  return ({ panel }) => (counts.get(panel)?.length ?? 0) > 1
}

/** All panels of a component: those that its files declare, then those of its metrics that no component lays out. */
export function panelsOf(
  { panels, metrics }: ComponentCatalog,
  components: readonly ComponentCatalog[],
): Panel[] {
  const laidOut = new Set(components.flatMap((component) => component.panels.flatMap(shownMetrics)))
  const others = metrics.filter((metric) => !laidOut.has(metric) && metric.noPanel === undefined)
  const all = [...panels, ...others.flatMap((metric) => defaultPanels(metric))]
  const isTaken = titlesTakenTwice(all)
  return [
    ...panels,
    ...others.flatMap((metric) => {
      const own = defaultPanels(metric)
      return own.some(isTaken) ? defaultPanels(metric, wholeTitle(metric)) : own
    }),
  ]
}

/** Rows in the order in which their first panel is declared, the numbers always first. */
function rowsOf(panels: readonly Panel[]): PlannedRow[] {
  const rows = new Map<string, PlannedPanel[]>([[glance, []]])
  for (const panel of panels) {
    const title = panel.row ?? (panel.kind === 'stat' ? glance : 'More')
    rows.set(title, [...(rows.get(title) ?? []), { panel }])
  }
  return [...rows].map(([title, panels]) => ({ title, panels })).filter(({ panels }) => panels.length > 0)
}

const glance = 'At a glance'
