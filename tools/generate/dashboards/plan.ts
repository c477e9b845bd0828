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
  /** What jobs and instances are found by: every process of the service has it from its first scrape on. */
  readonly everywhere: MetricDefinition
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

/**
 * All dashboards of a catalog: an overview, and one for each component.
 *
 * @throws {Error} when the catalog declares no metric.
 */
export function dashboardPlans(components: readonly ComponentCatalog[]): DashboardPlan[] {
  const panels = panelsOf(components)
  const everywhere = alwaysThere(components.flatMap(({ metrics }) => metrics))
  return [
    overviewPlan(panels, everywhere),
    ...components.map((component) => componentPlan(component, panels.get(component) ?? [], everywhere)),
  ]
}

/** The dashboard of a component: what its file lays out, and a panel for every metric that is on none of these. */
function componentPlan(
  { name, title, description }: ComponentCatalog,
  panels: readonly Panel[],
  everywhere: MetricDefinition,
): DashboardPlan {
  return { name, title, description, tags: [name], rows: rowsOf(panels), everywhere }
}

/**
 * The dashboard that shows of every component what matters most: the numbers above, then graphs by component. Where no
 * panel is said to belong there, all of them do.
 */
function overviewPlan(
  all: ReadonlyMap<ComponentCatalog, readonly Panel[]>,
  everywhere: MetricDefinition,
): DashboardPlan {
  const isChosen = [...all.keys()].some(({ panels }) => panels.some(({ overview }) => overview))
  const chosen = [...all].map(([component, panels]) => ({
    component,
    panels: isChosen ? component.panels.filter(({ overview }) => overview) : panels,
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
    everywhere,
    rows: [{ title: glance, panels: numbers }, ...graphs].filter(({ panels }) => panels.length > 0),
  }
}

/**
 * A metric that every process of the service has from its first scrape on: the time it has been up, else the first
 * gauge that is told apart by nothing, else whatever there is.
 */
function alwaysThere(metrics: readonly MetricDefinition[]): MetricDefinition {
  const chosen =
    metrics.find(({ name }) => name === 'uptime') ??
    metrics.find(({ instrument, attributes }) => instrument === 'gauge' && attributes === undefined) ??
    metrics[0]
  if (chosen === undefined) throw new Error('a dashboard needs a metric, and the catalog declares none')
  return chosen
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

/** The panels of each component: those that its files declare, then those of its metrics that no component lays out. */
export function panelsOf(
  components: readonly ComponentCatalog[],
): ReadonlyMap<ComponentCatalog, readonly Panel[]> {
  const laidOut = new Set(components.flatMap(({ panels }) => panels.flatMap(shownMetrics)))
  return new Map(components.map((component) => [component, panelsOfOne(component, laidOut)]))
}

function panelsOfOne(
  { panels, metrics }: ComponentCatalog,
  laidOut: ReadonlySet<MetricDefinition>,
): readonly Panel[] {
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
  const rows = Map.groupBy(panels, ({ row, kind }) => row ?? (kind === 'stat' ? glance : 'More'))
  const numbers = rows.get(glance)
  rows.delete(glance)
  const ordered = numbers === undefined ? [...rows] : [[glance, numbers] as const, ...rows]
  return ordered.map(([title, inRow]) => ({ title, panels: inRow.map((panel) => ({ panel })) }))
}

const glance = 'At a glance'
