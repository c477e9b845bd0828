import { added, type Exponential, exponentialAt, exponentialIncrease } from './exponential.ts'
import { classicQuantile, exponentialQuantile } from './quantile.ts'
import type { QueryFunction } from './question.ts'
import { increase, type Samples, type Window, Windows } from './rate.ts'
import { extremesOf, histogramColumns } from './row.ts'
import { greatest, least, type Run } from './runs.ts'

export interface Measures {
  readonly fn: QueryFunction
  readonly part: 'count' | 'sum'
  readonly share: number
  /** When, ascending, in ms. */
  readonly times: readonly number[]
  readonly windowMs: number
  readonly lookbackMs: number
}

/** The runs of each of some series. */
type Members = readonly (readonly Run[])[]

/** One value for each time, undefined where there is none. */
type Values = (number | undefined)[]

/** What some series are together, as `fn` puts them together. */
export function evaluateSeries(members: Members, rowTimes: Float64Array, measures: Measures): Values {
  const each = (one: (runs: readonly Run[]) => Values, together: (one: number, other: number) => number) =>
    members.map(one).reduce((all, values) => combined(all, values, together))
  const plus = (one: number, other: number) => one + other
  switch (measures.fn) {
    case 'value':
      return each((runs) => lastValues(runs, rowTimes, measures), plus)
    case 'rate':
      return each((runs) => increases(runs, rowTimes, measures), plus).map(
        (value) => value && (value / measures.windowMs) * 1000,
      )
    case 'increase':
      return each((runs) => increases(runs, rowTimes, measures), plus)
    case 'average': {
      const of = (part: 'count' | 'sum') =>
        each((runs) => increases(runs, rowTimes, { ...measures, part }), plus)
      const counts = of('count')
      return of('sum').map((sum, i) => (counts[i] ? (sum ?? 0) / counts[i] : undefined))
    }
    case 'quantile':
      return quantiles(members, rowTimes, measures)
    case 'min':
      return each((runs) => extremes(runs, rowTimes, measures), least)
    case 'max':
      return each((runs) => extremes(runs, rowTimes, measures), greatest)
  }
}

function combined(one: Values, other: Values, together: (one: number, other: number) => number): Values {
  return one.map((value, i) => {
    const second = other[i]
    return value === undefined ? second : second === undefined ? value : together(value, second)
  })
}

function windowsOf(rowTimes: Float64Array, { times, windowMs }: Measures): Window[] {
  const windows = new Windows(rowTimes)
  return times.map((at) => windows.next(at - windowMs, at))
}

/** The value of the last row, if that is not too old; a series that is missing in it is gone. */
function lastValues(runs: readonly Run[], rowTimes: Float64Array, { times, lookbackMs }: Measures): Values {
  const windows = new Windows(rowTimes)
  return times.map((at) => {
    const { from, to } = windows.next(at - lookbackMs, at)
    if (to === from) return undefined
    const run = runs.find(({ from: first, rows }) => to > first && to <= first + rows)
    return run?.columns[0]?.[to - 1 - run.from]
  })
}

/** Samples of one column over all runs. */
function samplesOf(
  runs: readonly Run[],
  rowTimes: Float64Array,
  column: (run: Run) => Float64Array | undefined,
): Samples {
  const parts = runs.flatMap((run) => {
    const values = column(run)
    return values ? [{ times: rowTimes.subarray(run.from, run.from + run.rows), values }] : []
  })
  const [only] = parts
  if (only && parts.length === 1) return only
  return {
    times: Float64Array.from(parts.flatMap(({ times }) => [...times])),
    values: Float64Array.from(parts.flatMap(({ values }) => [...values])),
  }
}

function increases(runs: readonly Run[], rowTimes: Float64Array, measures: Measures): Values {
  if (runs[0]?.layout.type === 'exponential') {
    return exponentialIncreases(runs, rowTimes, measures).map((grown) => grown?.[measures.part])
  }
  const column = (run: Run) =>
    run.columns[run.layout.type === 'explicit' ? histogramColumns[measures.part] : 0]
  const samples = samplesOf(runs, rowTimes, column)
  return windowsOf(samples.times, measures).map((window) => increase(samples, window))
}

function extremes(runs: readonly Run[], rowTimes: Float64Array, measures: Measures): Values {
  const isMin = measures.fn === 'min'
  const { times, values } = samplesOf(runs, rowTimes, ({ layout, columns }) => {
    const of = extremesOf(layout)
    return columns[of === undefined ? 0 : isMin ? of.min : of.max]
  })
  return windowsOf(times, measures).map(({ from, to }) => {
    const value = values.subarray(from, to).reduce(isMin ? least : greatest, Number.NaN)
    return Number.isNaN(value) ? undefined : value
  })
}

function quantiles(members: Members, rowTimes: Float64Array, measures: Measures): Values {
  const exponential = members.filter(([run]) => run?.layout.type === 'exponential')
  const classic = members.filter(([run]) => run?.layout.type === 'explicit')
  const ofExponential = exponential
    .map((runs) => exponentialIncreases(runs, rowTimes, measures))
    .reduce<(Exponential | undefined)[]>(
      (all, grown) => grown.map((one, i) => (one && all[i] ? added(all[i], one) : (one ?? all[i]))),
      [],
    )
  const ofClassic = bucketIncreases(classic, rowTimes, measures)
  return measures.times.map((_, i) => {
    const grown = ofExponential[i]
    if (grown) return numberOrNothing(exponentialQuantile(measures.share, grown))
    const buckets = [...ofClassic].flatMap(([bound, values]) => {
      const count = values[i]
      return count === undefined ? [] : [{ bound, count }]
    })
    return numberOrNothing(classicQuantile(measures.share, buckets))
  })
}

function numberOrNothing(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

/** How much has been counted up to each bound, by ascending bounds. */
function bucketIncreases(members: Members, rowTimes: Float64Array, measures: Measures): Map<number, Values> {
  const byBound = new Map<number, Values>()
  for (const runs of members) {
    const upTo = runs.map(cumulative)
    const bounds = new Set(upTo.flatMap((columns) => [...columns.keys()]))
    const { times } = samplesOf(runs, rowTimes, ({ columns }) => columns[0])
    const windows = windowsOf(times, measures)
    for (const bound of bounds) {
      const samples = samplesOf(runs, rowTimes, (run) => upTo[runs.indexOf(run)]?.get(bound))
      // Where bounds have changed, not all rows have this one.
      const own = samples.times.length === times.length ? windows : windowsOf(samples.times, measures)
      const values = own.map((window) => increase(samples, window))
      const before = byBound.get(bound)
      byBound.set(bound, before ? combined(before, values, (one, other) => one + other) : values)
    }
  }
  return new Map([...byBound].sort(([one], [other]) => one - other))
}

/** Counts up to each bound, the way Prometheus has buckets. */
function cumulative({ layout, rows, columns }: Run): Map<number, Float64Array> {
  if (layout.type !== 'explicit') return new Map()
  let before = new Float64Array(rows)
  return new Map(
    [...layout.bounds, Infinity].map((bound, i) => {
      const counts = columns[histogramColumns.buckets + i] as Float64Array
      before = before.map((count, row) => count + (counts[row] as number))
      return [bound, before]
    }),
  )
}

function exponentialIncreases(
  runs: readonly Run[],
  rowTimes: Float64Array,
  measures: Measures,
): (Exponential | undefined)[] {
  const histograms = runs.flatMap(({ layout, rows, columns }) =>
    layout.type === 'exponential'
      ? Array.from({ length: rows }, (_, row) => exponentialAt(layout, columns, row))
      : [],
  )
  const { times } = samplesOf(runs, rowTimes, ({ layout, columns }) =>
    layout.type === 'exponential' ? columns[0] : undefined,
  )
  return windowsOf(times, measures).map((window) => exponentialIncrease(times, histograms, window))
}
