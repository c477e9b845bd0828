import type { Dashboard, DashboardPanel, DashboardTarget } from '../dashboards/dashboard.ts'
import { textAt, valueAt } from '../dashboards/value-at.ts'
import type { Prometheus } from '../server/server.ts'
import { type AdHocFilter, addFilters } from './ad-hoc.ts'
import { type FilledVariable, fillQuery, fillText } from './interpolate.ts'
import { builtIns, intervalsOf } from './interval.ts'
import { type Labels, seriesName } from './series-name.ts'
import { builtIn } from './variables.ts'

/** One series that a target of a panel gave. */
export interface Frame {
  readonly refId: string
  readonly name: string
  readonly labels: Labels
  /** As the target asks for it: `time_series`, `table`, `heatmap`. */
  readonly format: string
  readonly isInstant: boolean
  /** Time in milliseconds and value, without gaps marked. One point when instant. */
  readonly points: readonly (readonly [number, number])[]
  readonly stepMs: number
}

/** What the queries of a panel gave. */
export interface PanelData {
  readonly frames: readonly Frame[]
  /** What went wrong, in words, one for each query. */
  readonly errors: readonly string[]
  /** What is not drawn as it would be, in words. */
  readonly notes: readonly string[]
  readonly from: Date
  readonly to: Date
}

export interface QueryOptions {
  readonly dashboard: Dashboard
  readonly prometheus: Prometheus
  readonly from: Date
  readonly to: Date
  readonly variables: ReadonlyMap<string, FilledVariable>
  /** Added to every query. @default [] */
  readonly filters?: readonly AdHocFilter[]
  /** Width of the panel in pixels: so many points at most. */
  readonly widthPx: number
}

/** Runs the queries of a panel one after the other. A query that fails becomes a message; the others are still asked. */
export async function queryPanel(panel: DashboardPanel, options: QueryOptions): Promise<PanelData> {
  const frames: Frame[] = []
  const errors: string[] = []
  const notes: string[] = []
  for (const target of panel.targets) {
    if (target.isHidden) continue
    const refId = target.refId ?? 'A'
    if (target.expr === undefined) {
      errors.push(
        target.isEmpty
          ? `query ${refId} is empty`
          : `query ${refId} does not go to Prometheus and is not drawn`,
      )
      continue
    }
    try {
      const series = await queryTarget(target, target.expr, panel, options)
      const room = Math.max(0, maxSeries - frames.length)
      if (series.length > room)
        notes.push(`query ${refId} gives ${series.length} series, of which ${room} are drawn`)
      if (series.some(({ isNativeHistogram }) => isNativeHistogram))
        errors.push(`query ${refId}: native histograms are not drawn; ask for histogram_quantile() of them`)
      frames.push(...series.slice(0, room).filter(({ isNativeHistogram }) => !isNativeHistogram))
    } catch (error) {
      errors.push(`query ${refId}: ${(error as Error).message}`)
    }
  }
  return { frames, errors, notes, from: options.from, to: options.to }
}

/** Nobody can tell more of them apart in one panel, and a page of them is too heavy for a browser. */
const maxSeries = 500

async function queryTarget(
  target: DashboardTarget,
  text: string,
  panel: DashboardPanel,
  { dashboard, prometheus, from, to, variables, filters = [], widthPx }: QueryOptions,
): Promise<readonly (Frame & { readonly isNativeHistogram: boolean })[]> {
  const raw = rawTarget(dashboard, target)
  const intervals = intervalsOf({
    from,
    to,
    maxDataPoints: maxDataPointsOf(dashboard, panel) ?? widthPx,
    minInterval: target.intervalText && fillText(target.intervalText, variables),
    scrapeIntervalMs: prometheus.scrapeIntervalMs ?? defaultScrapeIntervalMs,
  })
  const all = new Map(variables)
  for (const [name, value] of builtIns({ from, to, ...intervals })) all.set(name, builtIn(name, value))
  const expr = addFilters(fillQuery(text, all), filters)
  const { stepMs } = intervals
  const shape = {
    refId: target.refId ?? 'A',
    format: textAt(raw, 'format') ?? 'time_series',
    isInstant: target.isInstant,
    stepMs,
  }
  const series = target.isInstant
    ? (await prometheus.query(expr, to)).map(({ labels, value, isNativeHistogram = false }) => ({
        labels,
        isNativeHistogram,
        points: [[to.getTime(), value] as const],
      }))
    : await prometheus.queryRange(expr, {
        from: new Date(Math.floor(from.getTime() / stepMs) * stepMs),
        to: new Date(Math.floor(to.getTime() / stepMs) * stepMs),
        stepMs,
      })
  const siblings = series.map(({ labels }) => labels)
  const legend = target.legend && fillText(target.legend, all)
  return series.map(({ labels, points, isNativeHistogram = false }) => ({
    ...shape,
    labels,
    isNativeHistogram,
    points,
    name: seriesName({ labels, legend, expr, siblings }),
  }))
}

/** What Grafana assumes of a Prometheus that it knows nothing about. */
const defaultScrapeIntervalMs = 15_000

function rawTarget({ json, schema }: Dashboard, { path }: DashboardTarget): unknown {
  return schema === 'v2' ? valueAt(json, ...path, 'spec', 'query', 'spec') : valueAt(json, ...path)
}

function maxDataPointsOf({ json, schema }: Dashboard, { path }: DashboardPanel): number | undefined {
  const of = schema === 'v2' ? ['spec', 'data', 'spec', 'queryOptions', 'maxDataPoints'] : ['maxDataPoints']
  const points = Number(valueAt(json, ...path, ...of))
  return points > 0 ? Math.min(points, 11_000) : undefined
}
