import type { ChartAxis } from '../chart-spec.ts'

/** What a value axis reaches from and to: the data with some air, and zero where the data is not far from it. */
export function rangeOf(axis: ChartAxis, low: number | null, high: number | null): [number, number] {
  if (axis.log !== undefined) return logRange(axis, low, high)
  let [from, to] = low === null || high === null ? [0, 1] : [low, high]
  from = Math.min(from, axis.softMin ?? from)
  to = Math.max(to, axis.softMax ?? to)
  const isFlat = from === to
  if (isFlat) [from, to] = from === 0 ? [0, 1] : from > 0 ? [0, from * 2] : [from * 2, 0]
  // Data above zero shows its size only with zero in sight, unless it is a narrow band far up.
  if (from > 0 && from < to * 0.7) from = 0
  if (to < 0 && to > from * 0.7) to = 0
  const air = isFlat ? 0 : (to - from) * 0.06
  let least = from === 0 ? 0 : from - air
  let most = to === 0 ? 0 : to + air
  if (axis.isCentered) {
    most = Math.max(Math.abs(least), Math.abs(most))
    least = -most
  }
  least = axis.min ?? least
  most = axis.max ?? most
  return most > least ? [least, most] : [least, least + 1]
}

/** Whole powers around the data. */
function logRange(
  { log = 10, min, max }: ChartAxis,
  low: number | null,
  high: number | null,
): [number, number] {
  const power = (value: number, round: (value: number) => number) =>
    log ** round(Math.log(value) / Math.log(log))
  const from = power(Math.max(low ?? 1, 1e-9), Math.floor)
  const to = power(Math.max(high ?? 10, 1e-9), Math.ceil)
  return [
    min !== undefined && min > 0 ? min : from,
    max !== undefined && max > 0 ? max : to > from ? to : from * log,
  ]
}
