import type { Prometheus } from '../../audit/planes.ts'
import type { Dashboard, DashboardPanel, DashboardTarget } from '../dashboard.ts'
import { textAt, valueAt } from '../value-at.ts'
import { type FilledVariable, fillQuery, fillText } from './interpolate.ts'
import { builtIns, intervalsOf } from './interval.ts'
import { seriesName } from './series-name.ts'
import { builtIn } from './variables.ts'

export type Labels = ReadonlyMap<string, string>

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
  readonly from: Date
  readonly to: Date
}

export interface QueryOptions {
  readonly dashboard: Dashboard
  readonly prometheus: Prometheus
  readonly from: Date
  readonly to: Date
  readonly variables: ReadonlyMap<string, FilledVariable>
  /** Width of the panel in pixels: so many points at most. */
  readonly widthPx: number
}

/** Runs the queries of a panel one after the other. A query that fails becomes a message; the others are still asked. */
export async function queryPanel(panel: DashboardPanel, options: QueryOptions): Promise<PanelData> {
  const frames: Frame[] = []
  const errors: string[] = []
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
      frames.push(...(await queryTarget(target, target.expr, panel, options)))
    } catch (error) {
      errors.push(`query ${refId}: ${(error as Error).message}`)
    }
  }
  return { frames, errors, from: options.from, to: options.to }
}

async function queryTarget(
  target: DashboardTarget,
  text: string,
  panel: DashboardPanel,
  { dashboard, prometheus, from, to, variables, widthPx }: QueryOptions,
): Promise<readonly Frame[]> {
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
  const expr = fillQuery(text, all)
  const { stepMs } = intervals
  const shape = {
    refId: target.refId ?? 'A',
    format: textAt(raw, 'format') ?? 'time_series',
    isInstant: target.isInstant,
    stepMs,
  }
  const series = target.isInstant
    ? (await prometheus.query(expr, to)).map(({ labels, value }) => ({
        labels,
        points: [[to.getTime(), value] as const],
      }))
    : await prometheus.queryRange(expr, {
        from: new Date(Math.floor(from.getTime() / stepMs) * stepMs),
        to: new Date(Math.floor(to.getTime() / stepMs) * stepMs),
        stepMs,
      })
  const siblings = series.map(({ labels }) => labels)
  const legend = target.legend && fillText(target.legend, all)
  return series.map(({ labels, points }) => ({
    ...shape,
    labels,
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
