import { UsageError } from '../usage-error.ts'
import { evaluateSeries, type Measures } from './evaluate.ts'
import { type HistoryAnswer, type HistoryQuery, type QueryFunction, queryFunctions } from './question.ts'
import type { Attributes, KeptSeries } from './row.ts'
import type { SeriesRuns } from './runs.ts'
import type { Rows, TimeRange } from './segments.ts'

/** A metric's rows in a range, and what its series are. */
export interface QuerySource {
  readonly rows: (range: TimeRange) => Rows
  readonly series: (id: number) => KeptSeries | undefined
}

/** Values that are older than this are no longer so, as in Prometheus; where rows are further apart it is more. */
export const lookbackMs = 300_000

/** More points are nobody's question. */
const mostPoints = 11_000

/** @throws {UsageError} for a query that makes no sense, of the metric or at all. */
export function answerQuery(query: HistoryQuery, source: QuerySource, nowMs: number): HistoryAnswer {
  const { fn = 'value', by, where = {} } = query
  if (!queryFunctions.includes(fn))
    throw new UsageError(`${fn} is not a function of histories: use one of ${queryFunctions.join(', ')}`)
  const { times, windowMs } = checkedTimes(query, nowMs)
  const first = times[0] as number
  const until = times.at(-1) as number
  const gather = (backMs: number) => source.rows({ after: first - backMs, until })
  let rows = gather(Math.max(lookbackMs, windowMs ?? 0))
  // Where rows are far apart more of them are needed.
  const needMs = Math.max(4 * rows.resolutionMs, query.step ?? 0)
  if (needMs > Math.max(lookbackMs, windowMs ?? 0)) rows = gather(needMs)
  const measures: Measures = {
    fn,
    part: query.part ?? 'count',
    share: query.quantile ?? 0.5,
    times,
    windowMs: windowMs ?? needMs,
    lookbackMs: Math.max(lookbackMs, 1.5 * rows.resolutionMs),
  }
  const groups = groupsOf(rows.all, { source, where, by })
  const series = [...groups.values()].map(({ attributes, members }) => {
    checkKind(fn, members[0]?.series as KeptSeries)
    const values = evaluateSeries(
      members.map(({ runs }) => runs),
      rows.times,
      measures,
    )
    const points = times.flatMap((at, i): [number, number][] => {
      const value = values[i]
      return value === undefined ? [] : [[at, value]]
    })
    return { attributes, points }
  })
  return { series: series.filter(({ points }) => points.length > 0), resolutionMs: rows.resolutionMs }
}

interface Group {
  readonly attributes: Attributes
  readonly members: { readonly series: KeptSeries; readonly runs: SeriesRuns['runs'] }[]
}

function groupsOf(
  all: readonly SeriesRuns[],
  {
    source,
    where,
    by,
  }: { readonly source: QuerySource; readonly where: Attributes; readonly by: readonly string[] | undefined },
): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const { series: id, runs } of all) {
    const series = source.series(id)
    if (series === undefined) continue
    if (Object.entries(where).some(([key, value]) => series.attributes[key] !== value)) continue
    const entries = Object.entries(series.attributes)
    const attributes = Object.fromEntries(by ? entries.filter(([key]) => by.includes(key)) : entries)
    const key = by ? JSON.stringify(by.map((name) => series.attributes[name] ?? null)) : String(id)
    const group = groups.get(key) ?? { attributes, members: [] }
    groups.set(key, group)
    group.members.push({ series, runs })
  }
  return groups
}

/** The times of the points, and the window of each where that is settled. */
function checkedTimes({ since, until: given, step, window, quantile = 0.5 }: HistoryQuery, nowMs: number) {
  const until = given ?? nowMs
  const all = { since, until, step, window, quantile }
  for (const [key, value] of Object.entries(all))
    if (value !== undefined && !Number.isFinite(value))
      throw new UsageError(`${key} is ${value}: give a finite number`)
  for (const [key, value] of Object.entries({ step, window }))
    if (value !== undefined && value <= 0)
      throw new UsageError(`${key} is ${value}: give a number of ms above 0`)
  if (quantile < 0 || quantile > 1) throw new UsageError(`quantile is ${quantile}: give a number from 0 to 1`)
  if (since !== undefined && since > until)
    throw new UsageError(`since (${timeText(since)}) is after until (${timeText(until)}): swap them`)
  if (step === undefined || since === undefined) {
    if (step !== undefined) throw new UsageError('step is given without since: say from when on')
    const whole = since === undefined || since === until ? lookbackMs : until - since
    return { times: [until], windowMs: window ?? whole }
  }
  const points = Math.floor((until - since) / step) + 1
  if (points > mostPoints)
    throw new UsageError(
      `that would be ${points} points, at most ${mostPoints} are answered: give a larger step`,
    )
  return { times: Array.from({ length: points }, (_, i) => since + i * step), windowMs: window }
}

function timeText(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)
}

function checkKind(fn: QueryFunction, { metric: { name, kind } }: KeptSeries): void {
  const needs = { rate: 'counter', increase: 'counter', average: 'histogram', quantile: 'histogram' } as const
  const need = needs[fn as keyof typeof needs]
  if (need === undefined || kind === 'histogram' || kind === need) return
  const others = fn === 'rate' || fn === 'increase' ? 'counters and histograms' : 'histograms'
  throw new UsageError(`${name} is a ${kind}, and ${fn} is for ${others}: ask for value, min or max`)
}
