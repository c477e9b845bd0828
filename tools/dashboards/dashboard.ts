/** A Grafana dashboard of either schema, read into one shape; every part remembers where it stands in the file. */
export interface Dashboard {
  readonly file: string
  readonly schema: 'v1' | 'v2'
  readonly uid: string | undefined
  readonly title: string
  readonly refresh: string | undefined
  readonly tags: readonly string[]
  readonly variables: readonly DashboardVariable[]
  /** All panels, those in rows, tabs, library panels and panels inside of panels included; rows themselves are not among them. */
  readonly panels: readonly DashboardPanel[]
  readonly rows: readonly DashboardRow[]
  /** The parsed file as it is, for what the fields above leave out. */
  readonly json: unknown
  /** Keys that lead to the object in `json` that holds title and panels; empty when there is no envelope. */
  readonly bodyPath: readonly (string | number)[]
}

/** The heading of a row. In v1 it takes a place in the grid and an id, as panels do. */
export interface DashboardRow {
  readonly title: string
  readonly id: number | undefined
  readonly isCollapsed: boolean
  readonly grid: GridPosition | undefined
  readonly gridKey: string
  readonly path: readonly (string | number)[]
  readonly line: number
}

export interface DashboardPanel {
  /** In v1 the number `id`; in v2 the number in the panel's spec. Undefined when missing. */
  readonly id: number | undefined
  /** Name of the element in v2. */
  readonly element: string | undefined
  readonly title: string
  readonly description: string | undefined
  /** `timeseries`, `stat`, … as the file says. */
  readonly type: string
  /** Titles of the rows, tabs and panels around it, outermost first. */
  readonly within: readonly string[]
  /** Where it stands among the panels of the same grid; undefined in layouts without a grid. */
  readonly grid: GridPosition | undefined
  /** Panels with the same one share a grid: the dashboard's, that of a collapsed row, of a tab. */
  readonly gridKey: string
  readonly targets: readonly DashboardTarget[]
  readonly unit: string | undefined
  readonly thresholds: readonly { readonly value: number | null; readonly color: string }[]
  readonly datasource: DatasourceReference | undefined
  /** Refers to a library panel, whose queries are not in this file. */
  readonly library: { readonly uid: string; readonly name: string } | undefined
  /** Keys and indices that lead to it in `json`. */
  readonly path: readonly (string | number)[]
  /** Beginning at 1. */
  readonly line: number
}

export interface GridPosition {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface DashboardTarget {
  readonly refId: string | undefined
  /** Text of the query as it stands there, variables and all; undefined for targets that are not PromQL. */
  readonly expr: string | undefined
  /** A query to Prometheus whose text is missing or empty. */
  readonly isEmpty: boolean
  readonly legend: string | undefined
  readonly isHidden: boolean
  /** Asks for one moment rather than a range. */
  readonly isInstant: boolean
  readonly intervalText: string | undefined
  /** As the target itself says; undefined when it takes that of its panel. */
  readonly datasource: DatasourceReference | undefined
  /** Keys and indices that lead to it in `json`. */
  readonly path: readonly (string | number)[]
  readonly line: number
}

/** In files that name a data source by its name, the name stands as `uid`. */
export interface DatasourceReference {
  readonly type: string | undefined
  readonly uid: string | undefined
}

export interface DashboardVariable {
  readonly name: string
  /** `query`, `datasource`, `interval`, `custom`, `constant`, `textbox`, `adhoc`, … */
  readonly type: string
  /** Text of the query, for variables that ask Prometheus: `label_values(up, job)`. */
  readonly query: string | undefined
  /** Value that is selected, or the first one offered. */
  readonly current: string | undefined
  readonly isMulti: boolean
  readonly includesAll: boolean
  readonly regex: string | undefined
  readonly datasource: DatasourceReference | undefined
  /** Keys and indices that lead to it in `json`. */
  readonly path: readonly (string | number)[]
  readonly line: number
}
