import { textAt } from '../../dashboards/value-at.ts'
import type { ChartSeries, ChartValue } from '../chart-spec.ts'
import type { SeriesField } from '../panel-view.ts'

/** Adds up the series that stack on each other, and fills between them. */
export function stacked(series: readonly ChartSeries[], fields: readonly SeriesField[]) {
  const groups = new Map<string, number[]>()
  for (const [index, { config }] of fields.entries()) {
    const mode = textAt(config.custom, 'stacking', 'mode')
    if (mode !== 'normal' && mode !== 'percent') continue
    const group = `${mode}/${textAt(config.custom, 'stacking', 'group') ?? 'A'}/${series[index]?.scale}`
    groups.set(group, [...(groups.get(group) ?? []), index])
  }
  const result = [...series]
  const bands: { upper: number; lower: number; color: string }[] = []
  for (const [group, members] of groups) {
    const totals = group.startsWith('percent/')
      ? sumOf(members.map((index) => series[index]?.values ?? []))
      : undefined
    const hasData = members
      .map((index) => series[index]?.values ?? [])
      .reduce<readonly boolean[]>(
        (any, values) => values.map((value, at) => any[at] === true || typeof value === 'number'),
        [],
      )
    let below: readonly number[] = []
    for (const [place, index] of members.entries()) {
      const own = series[index]
      if (own === undefined) continue
      const base = below
      // A gap in one series is not a gap in those that stand on it.
      const sums = own.values.map((value, at) => (base[at] ?? 0) + share(value, totals?.[at]))
      const values = sums.map((sum, at) => (hasData[at] === true ? sum : null))
      result[index] = { ...own, actual: own.values, values }
      const lower = members[place - 1]
      if (lower !== undefined && own.fill > 0) bands.push({ upper: index, lower, color: own.color })
      below = sums
    }
  }
  return { series: result, bands }
}

function share(value: ChartValue, total: number | undefined): number {
  if (typeof value !== 'number') return 0
  return total === undefined ? value : total === 0 ? 0 : value / total
}

function sumOf(lists: readonly (readonly ChartValue[])[]): readonly number[] {
  return (lists[0] ?? []).map((_, at) =>
    lists.reduce((sum, list) => sum + share(list[at] ?? null, undefined), 0),
  )
}

/** `Fill below to` another series, by its name. */
export function fillBelow(fields: readonly SeriesField[], series: readonly ChartSeries[]) {
  return fields.flatMap(({ config }, upper) => {
    const name = textAt(config.custom, 'fillBelowTo')
    const lower = name === undefined ? -1 : fields.findIndex((field) => field.name === name)
    return lower < 0 ? [] : [{ upper, lower, color: series[upper]?.color ?? '#808080' }]
  })
}
