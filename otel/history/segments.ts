import { joinRuns, type Run, type SeriesRuns } from './runs.ts'

/** Rows of one metric that were written together, their times ascending. */
export interface Segment {
  /** What was written later has a higher one, and counts for the time that it covers. */
  readonly rank: number
  /** How far apart its rows are at most as long as nothing fails, in ms. */
  readonly resolutionMs: number
  readonly times: Float64Array
  readonly all: readonly SeriesRuns[]
}

/** Rows in the order of time, whoever has kept them. */
export interface Rows {
  readonly times: Float64Array
  /** The largest of what is in it; 0 where there is nothing. */
  readonly resolutionMs: number
  readonly all: readonly SeriesRuns[]
}

/** Times, the first excluded and the last included, in ms since 1970. */
export interface TimeRange {
  readonly after: number
  readonly until: number
}

/**
 * Joins what was kept of a range. Where the clock was set back, segments overlap: what was written later stands for the
 * time that it covers.
 */
export function joinSegments(segments: readonly Segment[], range: TimeRange): Rows {
  const covered: { first: number; last: number }[] = []
  const pieces: Piece[] = []
  for (const segment of segments.toSorted((one, other) => other.rank - one.rank)) {
    pieces.push(...piecesOf(segment, range, covered))
    const { times } = segment
    if (times.length > 0) covered.push({ first: times[0] as number, last: times.at(-1) as number })
  }
  pieces.sort((one, other) => timeOf(one) - timeOf(other))
  const times = Float64Array.from(
    pieces.flatMap(({ segment, from, to }) => [...segment.times.subarray(from, to)]),
  )
  const parts = pieces.map(({ segment, from, to }) => ({
    rows: to - from,
    all: from === 0 && to === segment.times.length ? segment.all : sliceRuns(segment.all, from, to),
  }))
  return {
    times,
    resolutionMs: Math.max(0, ...pieces.map(({ segment }) => segment.resolutionMs)),
    all: joinRuns(parts),
  }
}

/** Rows of a segment that follow one another. */
interface Piece {
  readonly segment: Segment
  readonly from: number
  readonly to: number
}

function timeOf({ segment, from }: Piece): number {
  return segment.times[from] as number
}

function piecesOf(
  segment: Segment,
  { after, until }: TimeRange,
  covered: readonly { readonly first: number; readonly last: number }[],
): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  const { times } = segment
  const isWanted = (time: number) =>
    time > after && time <= until && !covered.some(({ first, last }) => time >= first && time <= last)
  for (let row = 0; row <= times.length; row++) {
    if (row < times.length && isWanted(times[row] as number)) continue
    if (row > from) pieces.push({ segment, from, to: row })
    from = row + 1
  }
  return pieces
}

/** The rows from one index until before another. */
function sliceRuns(all: readonly SeriesRuns[], from: number, to: number): SeriesRuns[] {
  const sliced = all.map(({ series, runs }) => ({
    series,
    runs: runs.flatMap((run) => slice(run, from, to)),
  }))
  return sliced.filter(({ runs }) => runs.length > 0)
}

function slice({ from, rows, layout, columns }: Run, first: number, end: number): Run[] {
  const begin = Math.max(from, first)
  const stop = Math.min(from + rows, end)
  if (begin >= stop) return []
  const cut = columns.map((column) => column.subarray(begin - from, stop - from))
  return [{ from: begin - first, rows: stop - begin, layout, columns: cut }]
}
