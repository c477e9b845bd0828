import type { Dashboard, DashboardPanel } from '../../../tools/dashboards/dashboard.ts'
import { readDashboard } from '../../../tools/dashboards/read.ts'
import type { Change, TextFile, Tree } from './mutant.ts'

/** A panel of the tree, and how it is changed. */
export interface PanelPlace {
  /** `dashboards/overview.json, Lag`. */
  readonly what: string
  readonly file: TextFile
  readonly dashboard: Dashboard
  readonly panel: DashboardPanel
  /** The panel as it stands in the file. */
  readonly json: PanelJson
  readonly change: (bend: (panel: PanelJson, whole: DashboardJson) => void) => Change
}

/** What is bent of a panel, as Grafana writes it. */
export interface PanelJson {
  id: number
  type: string
  title: string
  description?: string
  datasource?: { type: string; uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  options?: { reduceOptions?: { calcs: string[] }; [key: string]: unknown }
  fieldConfig: {
    defaults: {
      unit?: string
      thresholds?: { mode: string; steps: { value: number | null; color: string }[] }
      mappings?: { type: string; options: Record<string, { text: string; color: string; index: number }> }[]
      custom?: Record<string, unknown>
    }
  }
  targets: TargetJson[]
}

export interface TargetJson {
  expr?: string
  refId?: string
  legendFormat?: string
  hide?: boolean
  instant?: boolean
  range?: boolean
  datasource?: { type: string; uid: string }
}

export interface DashboardJson {
  uid?: string
  title?: string
  tags?: string[]
  description?: string
  time?: { from: string; to: string }
  refresh?: string
  editable?: boolean
  panels: PanelJson[]
  links: { title: string; type: string; url?: string; tags: string[] }[]
  templating: { list: VariableJson[] }
}

export interface VariableJson {
  name: string
  type: string
  query: unknown
  definition?: string
  refresh?: number
  multi?: boolean
  includeAll?: boolean
  datasource?: { type: string; uid: string }
}

export interface DashboardPlace {
  readonly file: TextFile
  readonly dashboard: Dashboard
  readonly json: DashboardJson
}

/** Read once for each tree: every kind asks for them. */
export function dashboardsOf(tree: Tree): readonly DashboardPlace[] {
  const known = read.get(tree)
  if (known !== undefined) return known
  const places = tree.dashboards.map((file) => ({
    file,
    dashboard: readDashboard(file),
    json: JSON.parse(file.text),
  }))
  read.set(tree, places)
  return places
}

const read = new WeakMap<Tree, readonly DashboardPlace[]>()

export function* panelsOf(tree: Tree): Generator<PanelPlace> {
  for (const { file, dashboard, json } of dashboardsOf(tree)) {
    for (const panel of dashboard.panels) {
      yield {
        what: `${file.file}, ${panel.title}`,
        file,
        dashboard,
        panel,
        json: objectAt(json, panel.path) as PanelJson,
        change: (bend) => changeJson(file, (whole) => bend(objectAt(whole, panel.path) as PanelJson, whole)),
      }
    }
  }
}

/** The file with something changed in what it holds. */
export function changeJson({ file, text }: TextFile, bend: (json: DashboardJson) => void): Change {
  const json: DashboardJson = JSON.parse(text)
  bend(json)
  return { input: 'dashboards', file, text: `${JSON.stringify(json, null, 2)}\n` }
}

export function objectAt(json: unknown, path: readonly (string | number)[]): object {
  return path.reduce((at, key) => (at as Record<string | number, unknown>)[key], json) as object
}
