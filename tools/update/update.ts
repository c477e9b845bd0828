import { UsageError } from '@tidegauge/otel/usage-error'
import type { Dashboard, DashboardPanel } from '../dashboards/dashboard.ts'
import type { KnownPanels } from '../dashboards/dashboard-body.ts'
import { parseJsonText, reparseJsonText } from '../dashboards/json-text.ts'
import { shows, wordsInQueries } from '../dashboards/metrics-of.ts'
import { readParsed } from '../dashboards/read.ts'
import { valueAt } from '../dashboards/value-at.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { type Added, type Addition, addPanel, addRow, addTarget, type Step } from './additions.ts'
import { findJoining } from './join.ts'
import { kindOf, priorityOf } from './metric-kind.ts'
import { titleOf, wordsOf } from './metric-words.ts'
import { designPanel } from './panel-design.ts'
import { createRelatives, type RelativesOf } from './relatives.ts'
import { lastSection, type Section, sectionOf, sectionOfRow } from './section.ts'
import { panelStyle, queryStyle } from './style.ts'

export interface UpdateOptions {
  readonly file: string
  readonly text: string
  /** All that is known, whether it is shown or not. */
  readonly metrics: readonly DeclaredMetric[]
  /** Only these are added. @default every metric that no panel shows, unless it says why not */
  readonly only?: readonly string[]
}

export interface DashboardUpdate {
  /** The file as it shall be; the same text when there is nothing to add. */
  readonly text: string
  readonly additions: readonly Addition[]
}

/**
 * Adds what a dashboard does not show: as a query of a panel that shows the likes of it, otherwise as a panel beside
 * related ones, the critical first. Nothing else in the text changes; the result given again changes nothing.
 *
 * @throws {UsageError} when the text is not a dashboard.
 */
export function updateDashboard({ file, text, metrics, only }: UpdateOptions): DashboardUpdate {
  const known = new Map(metrics.map((metric) => [metric.name, metric]))
  const relativesOf = createRelatives(new Set(known.keys()))
  const knownPanels: KnownPanels = new WeakMap()
  let current = text
  let parsed = parseJsonText({ file, text })
  let { root } = parsed
  let dashboard = readParsed(file, parsed, knownPanels)
  const added: Added[] = []
  const take = (step: Step) => {
    parsed = reparseJsonText(parsed, { file, text: step.text, same: step.same })
    current = step.text
    root = parsed.root
    dashboard = readParsed(file, parsed, knownPanels)
    if (step.added !== undefined) added.push(step.added)
  }
  for (const { metrics: group, family } of groupsOf(
    dashboard,
    missingIn(dashboard, metrics, only),
    relativesOf,
  )) {
    let row: { readonly id: number } | { readonly title: string } | undefined
    for (const metric of group) {
      const joining = findJoining(dashboard, metric, known)
      if (joining !== undefined) {
        take(addTarget({ text: current, root, dashboard, metric, ...joining }))
        continue
      }
      const relatives = relativesOf(dashboard, metric.name)
      const design = designPanel(metric, queryStyle(dashboard, relatives))
      const neighbours = [...relatives, ...dashboard.panels.toReversed()]
      const style = panelStyle(dashboard, neighbours, design.type)
      const place = (section: Section | undefined) =>
        section && addPanel({ text: current, root, dashboard, design, style, section, neighbours })
      const section = firstOf(relatives, (panel) => sectionOf(dashboard, panel))
      const inRow = row && rowSection(dashboard, row)
      const step =
        place(section) ?? place(inRow) ?? (relatives.length === 0 ? place(lastSection(dashboard)) : undefined)
      if (step !== undefined) {
        take(step)
        continue
      }
      const title =
        relatives.length === 0 ? titleOf(family) : `${relatives[0]?.within.at(-1) ?? titleOf(family)} (more)`
      const made = addRow({ text: current, root, dashboard, title })
      row = made.row
      take(made)
      const again = place(rowSection(dashboard, row))
      if (again !== undefined) take(again)
    }
  }
  return { text: current, additions: locate(dashboard, added) }
}

/** What the first one has that has any. */
function firstOf<Item, Found>(
  list: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of list) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Those that no query names. A reason for having no panel is respected unless the metric is asked for. */
function missingIn(
  dashboard: Dashboard,
  metrics: readonly DeclaredMetric[],
  only: readonly string[] | undefined,
): readonly DeclaredMetric[] {
  const words = new Set(dashboard.panels.flatMap((panel) => [...wordsInQueries(panel)]))
  const asked = only && new Set(only)
  const wanted = metrics.filter(({ name, noPanel }) =>
    asked === undefined ? noPanel === undefined : asked.has(name),
  )
  const seen = new Set<string>()
  const missing = wanted.filter(({ name }) => !seen.has(name) && seen.add(name) && !shows(words, name))
  const most = mostAdded(dashboard)
  if (missing.length > most)
    throw new UsageError(
      `${dashboard.file}: ${missing.length} metrics are on no panel, more than anybody can look at (limit ${most}); choose some with --metrics`,
    )
  return missing.sort((a, b) => priorityOf(a) - priorityOf(b))
}

/** Each panel that is added is compared with all that are there, a million of which take some seconds. */
function mostAdded({ panels }: Dashboard): number {
  return Math.min(1000, Math.floor(1_500_000 / (panels.length + 500)))
}

interface Group {
  readonly metrics: DeclaredMetric[]
  readonly family: string
  /** More fits below what is there, without a row of its own. */
  readonly hasRoom: boolean
}

/** Metrics that go to the same part of the dashboard together, so that parts are not torn up. */
function groupsOf(
  dashboard: Dashboard,
  missing: readonly DeclaredMetric[],
  relativesOf: RelativesOf,
): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const metric of missing) {
    const [closest] = relativesOf(dashboard, metric.name)
    const family = wordsOf(metric.name)[0] ?? metric.name
    const key = closest === undefined ? `family ${family}` : [closest.gridKey, ...closest.within].join('\n')
    const group = groups.get(key) ?? { metrics: [], family, hasRoom: hasRoom(dashboard, closest) }
    groups.set(key, group)
    group.metrics.push(metric)
  }
  // Rows that are added go to the end, and would shut off what is open downwards now.
  return [...groups.values()].sort((a, b) => Number(b.hasRoom) - Number(a.hasRoom))
}

function hasRoom(dashboard: Dashboard, panel: DashboardPanel | undefined): boolean {
  const section = panel && sectionOf(dashboard, panel)
  return section !== undefined && (section.grid?.to ?? Number.POSITIVE_INFINITY) === Number.POSITIVE_INFINITY
}

function rowSection(
  dashboard: Dashboard,
  row: { readonly id: number } | { readonly title: string },
): Section | undefined {
  const found =
    'id' in row
      ? dashboard.rows.find(({ id }) => id === row.id)
      : dashboard.rows.findLast(({ title }) => title === row.title)
  if (found !== undefined && dashboard.schema === 'v1') return sectionOfRow(dashboard, found.path)
  const path = found?.path ?? tabPath(dashboard)
  if (path === undefined) return undefined
  const listPath = [...path, 'spec', 'layout', 'spec', 'items']
  const inside = dashboard.panels.findLast(({ gridKey }) => gridKey === listPath.join('/'))
  if (inside !== undefined) return sectionOf(dashboard, inside)
  const grid = { taken: [], from: 0, to: Number.POSITIVE_INFINITY, near: 0 }
  return { listPath, after: -1, grid, isSpanned: false }
}

/** The last tab, which is the one that was made for what belongs to none of the others. */
function tabPath({ json, bodyPath }: Dashboard): readonly (string | number)[] | undefined {
  const path = [...bodyPath, 'layout', 'spec', 'tabs']
  const tabs = valueAt(json, ...path)
  return Array.isArray(tabs) ? [...path, tabs.length - 1] : undefined
}

/** Says where in the finished file everything stands. */
function locate(dashboard: Dashboard, added: readonly Added[]): readonly Addition[] {
  return added.map((each) => {
    const panel = dashboard.panels.find((candidate) => isIt(candidate, each)) as DashboardPanel
    const target = panel.targets.findLast(({ refId }) => refId === each.refId) ?? panel.targets[0]
    return {
      ...each,
      kind: kindOf(each.metric),
      priority: priorityOf(each.metric),
      panel,
      line: each.how === 'target' ? (target?.line ?? panel.line) : panel.line,
    }
  })
}

function isIt({ id, element, path }: DashboardPanel, added: Added): boolean {
  if (added.element !== undefined) return element === added.element
  return added.id === undefined ? path.join('/') === added.path.join('/') : id === added.id
}
