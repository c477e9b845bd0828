import { extremesOf, histogramColumns, type Row, type Shape } from './row.ts'
import { greatest, least } from './runs.ts'

/** The last of some rows, with the minimum and maximum of all of them. */
export function condense(rows: readonly Row[]): Row {
  const last = rows.at(-1) as Row
  const values = last.values.slice()
  for (const row of rows.slice(0, -1)) {
    const places = row.shape === last.shape ? undefined : placesOf(row.shape)
    for (const { series, layout, at } of last.shape.parts) {
      const extremes = extremesOf(layout)
      const from = places === undefined ? at : places.get(series.id)
      if (extremes === undefined || from === undefined) continue
      const [min, max] = [at + extremes.min, at + extremes.max]
      values[min] = least(values[min] as number, row.values[from + extremes.min] as number)
      values[max] = greatest(values[max] as number, row.values[from + extremes.max] as number)
    }
  }
  return { at: last.at, shape: last.shape, values }
}

/** Whether some counter stands lower than before: rows around that are kept when others are thinned out. */
export function hasReset(row: Row, before: Row): boolean {
  const places = row.shape === before.shape ? undefined : placesOf(before.shape)
  return row.shape.parts.some(({ series, layout, at }) => {
    if (layout.type === 'gauge') return false
    const from = places === undefined ? at : places.get(series.id)
    return from !== undefined && (row.values[at] as number) < (before.values[from + count] as number)
  })
}

/** A counter is its first number, and so is the count of a histogram. */
const { count } = histogramColumns

function placesOf({ parts }: Shape): Map<number, number> {
  return new Map(parts.map(({ series, at }) => [series.id, at]))
}
