import { extremesOf, isSameLayout, type Layout, type Row, widthOf } from './row.ts'

/** Rows that follow one another and in which a series has one layout. */
export interface Run {
  /** Index of its first row. */
  readonly from: number
  readonly rows: number
  readonly layout: Layout
  /** One for each number of the layout, `rows` long. */
  readonly columns: readonly Float64Array[]
}

/** One series over some rows; in rows that no run has it was not there. */
export interface SeriesRuns {
  readonly series: number
  readonly runs: readonly Run[]
}

/** Runs of some rows, and how many rows those are. */
export interface RunsPart {
  readonly rows: number
  readonly all: readonly SeriesRuns[]
}

/** Turns rows into columns: the runs of each metric, by its id. */
export function runsOf(rows: readonly Row[]): Map<number, SeriesRuns[]> {
  const open = new Map<number, { metric: number; runs: OpenRun[] }>()
  for (const [index, { shape, values }] of rows.entries()) {
    for (const { series, layout, at } of shape.parts) {
      let found = open.get(series.id)
      if (found === undefined) {
        found = { metric: series.metric.id, runs: [] }
        open.set(series.id, found)
      }
      const last = found.runs.at(-1)
      const goesOn = last && last.from + last.rows === index && isSameLayout(last.layout, layout)
      const run = goesOn ? last : { from: index, rows: 0, layout, starts: [] }
      if (!goesOn) found.runs.push(run)
      run.rows++
      run.starts.push({ values, at })
    }
  }
  const metrics = new Map<number, SeriesRuns[]>()
  for (const [series, { metric, runs }] of open) {
    const list = metrics.get(metric) ?? []
    metrics.set(metric, list)
    list.push({ series, runs: runs.map(closed) })
  }
  return metrics
}

interface OpenRun {
  readonly from: number
  rows: number
  readonly layout: Layout
  readonly starts: { readonly values: Float64Array; readonly at: number }[]
}

function closed({ from, rows, layout, starts }: OpenRun): Run {
  const columns = Array.from({ length: widthOf(layout) }, () => new Float64Array(rows))
  for (const [row, { values, at }] of starts.entries())
    for (let i = 0; i < columns.length; i++) (columns[i] as Float64Array)[row] = values[at + i] as number
  return { from, rows, layout, columns }
}

/** Puts parts together, the rows of each after those of the one before. */
export function joinRuns(parts: readonly RunsPart[]): SeriesRuns[] {
  const joined = new Map<number, Run[]>()
  let before = 0
  for (const { rows, all } of parts) {
    for (const { series, runs } of all) {
      const list = joined.get(series) ?? []
      joined.set(series, list)
      for (const run of runs) list.push({ ...run, from: run.from + before })
    }
    before += rows
  }
  return [...joined].map(([series, runs]) => ({ series, runs: together(runs) }))
}

function together(runs: readonly Run[]): Run[] {
  const groups: Run[][] = []
  for (const run of runs) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (group && last && last.from + last.rows === run.from && isSameLayout(last.layout, run.layout))
      group.push(run)
    else groups.push([run])
  }
  return groups.map(joinedRun)
}

function joinedRun(group: readonly Run[]): Run {
  const [first] = group as [Run]
  if (group.length === 1) return first
  const rows = group.reduce((sum, run) => sum + run.rows, 0)
  const columns = first.columns.map((_, index) => {
    const column = new Float64Array(rows)
    let at = 0
    for (const { columns } of group) {
      const part = columns[index] as Float64Array
      column.set(part, at)
      at += part.length
    }
    return column
  })
  return { from: first.from, rows, layout: first.layout, columns }
}

/** Takes some rows, by their ascending indexes; minimum and maximum become those since the row that was taken before. */
export function takeRows({ series, runs }: SeriesRuns, kept: readonly number[]): SeriesRuns {
  const taken: Run[] = []
  let next = 0
  let carried = none
  for (const run of runs) {
    const end = run.from + run.rows
    while (next < kept.length && (kept[next] as number) < run.from) next++
    const first = next
    while (next < kept.length && (kept[next] as number) < end) next++
    const rows = kept.slice(first, next).map((row) => row - run.from)
    const columns = run.columns.map((column) => Float64Array.from(rows, (row) => column[row] as number))
    const extremes = extremesOf(run.layout)
    if (extremes === undefined) carried = none
    else {
      let from = 0
      for (const [i, row] of rows.entries()) {
        const { min, max } = widest(run, extremes, { from, to: row + 1 }, carried)
        ;(columns[extremes.min] as Float64Array)[i] = min
        ;(columns[extremes.max] as Float64Array)[i] = max
        carried = none
        from = row + 1
      }
      carried = widest(run, extremes, { from, to: run.rows }, carried)
    }
    if (rows.length > 0) taken.push({ from: first, rows: rows.length, layout: run.layout, columns })
  }
  return { series, runs: taken }
}

interface Extremes {
  readonly min: number
  readonly max: number
}

const none: Extremes = { min: Number.NaN, max: Number.NaN }

/** The extremes of some rows of a run and of what came before them. */
function widest(
  { columns }: Run,
  extremes: Extremes,
  { from, to }: { readonly from: number; readonly to: number },
  before: Extremes,
): Extremes {
  let { min, max } = before
  for (let row = from; row < to; row++) {
    min = least(min, columns[extremes.min]?.[row] as number)
    max = greatest(max, columns[extremes.max]?.[row] as number)
  }
  return { min, max }
}

/** The lesser of two numbers of which either may be missing, which NaN says. */
export function least(one: number, other: number): number {
  return Number.isNaN(one) || other < one ? other : one
}

/** The greater one, likewise. */
export function greatest(one: number, other: number): number {
  return Number.isNaN(one) || other > one ? other : one
}
