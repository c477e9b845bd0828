/** Values of one series in the order of time; null where there is none. */
export type Values = readonly (number | null)[]

/** Makes one value of many, as Grafana's calculation of that id does. Undefined for an id that it does not know. */
export function reduce(calculation: string, values: Values): number | null | undefined {
  const known = Object.hasOwn(calculations, calculation) ? calculations[calculation] : undefined
  return known?.of(values)
}

/** How a legend names a calculation: `Last *`, `Mean`. */
export function calculationName(calculation: string): string {
  return (Object.hasOwn(calculations, calculation) && calculations[calculation]?.name) || calculation
}

interface Calculation {
  readonly name: string
  readonly of: (values: Values) => number | null
}

const numbers = (values: Values) =>
  values.filter((value): value is number => value !== null && !Number.isNaN(value))

/** A calculation of the numbers alone; null when there are none. */
function ofNumbers(name: string, of: (values: readonly number[]) => number): Calculation {
  return {
    name,
    of: (values) => {
      const present = numbers(values)
      return present.length === 0 ? null : of(present)
    },
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
const min = (values: readonly number[]) => values.reduce((least, value) => Math.min(least, value))
const max = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, value))
const first = (values: readonly number[]) => values[0] ?? Number.NaN
const last = (values: readonly number[]) => values.at(-1) ?? Number.NaN
const variance = (values: readonly number[]) => {
  const middle = mean(values)
  return mean(values.map((value) => (value - middle) ** 2))
}
const percentile = (share: number) => (values: readonly number[]) => {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN
}

const calculations: Readonly<Record<string, Calculation>> = {
  last: { name: 'Last', of: (values) => values.at(-1) ?? null },
  lastNotNull: ofNumbers('Last *', last),
  first: { name: 'First', of: (values) => values[0] ?? null },
  firstNotNull: ofNumbers('First *', first),
  min: ofNumbers('Min', min),
  max: ofNumbers('Max', max),
  mean: ofNumbers('Mean', mean),
  sum: ofNumbers('Total', sum),
  count: { name: 'Count', of: (values) => values.length },
  range: ofNumbers('Range', (values) => max(values) - min(values)),
  delta: ofNumbers('Delta', (values) =>
    values.reduce((total, value, index) => {
      const before = values[index - 1]
      if (before === undefined) return 0
      return total + (value < before ? value : value - before)
    }, 0),
  ),
  diff: ofNumbers('Difference', (values) => last(values) - first(values)),
  diffperc: ofNumbers('Difference percent', (values) => (last(values) - first(values)) / first(values)),
  step: ofNumbers('Step', (values) =>
    values.reduce(
      (least, value, index) => (index === 0 ? least : Math.min(least, value - (values[index - 1] ?? 0))),
      Number.POSITIVE_INFINITY,
    ),
  ),
  logmin: ofNumbers('Min (above zero)', (values) =>
    min(values.filter((value) => value > 0).concat(Number.POSITIVE_INFINITY)),
  ),
  changeCount: {
    name: 'Change count',
    of: (values) => values.filter((value, index) => index > 0 && value !== values[index - 1]).length,
  },
  distinctCount: { name: 'Distinct count', of: (values) => new Set(values).size },
  median: ofNumbers('Median', percentile(0.5)),
  p50: ofNumbers('50th %', percentile(0.5)),
  p90: ofNumbers('90th %', percentile(0.9)),
  p95: ofNumbers('95th %', percentile(0.95)),
  p99: ofNumbers('99th %', percentile(0.99)),
  variance: ofNumbers('Variance', variance),
  stdDev: ofNumbers('StdDev', (values) => Math.sqrt(variance(values))),
}

/** Names of calculations in dashboards before version 7, and what they are called now. */
export function currentCalculation(name: string): string {
  const renamed: Readonly<Record<string, string>> = { current: 'lastNotNull', avg: 'mean', total: 'sum' }
  return Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name
}
