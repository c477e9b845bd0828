import { type KeptMetric, type Layout, type Row, type Shape, widthOf } from './row.ts'

/** A whole number below a limit. */
export type Next = (limit: number) => number

/** Numbers that are the same for the same seed. */
export function random(seed: number): Next {
  let state = seed * 2_654_435_761
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

/** A column of any sort of numbers. */
export function aColumn(next: Next): Float64Array {
  const length = next(80)
  const kind = next(6)
  let value = next(1000)
  return Float64Array.from({ length }, () => {
    if (kind === 0) return value
    if (kind === 1) {
      value += next(100)
      return value
    }
    if (kind === 2) return next(2) * value
    if (kind === 3) return next(100_000) / 10 ** next(5)
    if (kind === 4) return (next(2 ** 31) / 2 ** 31) * 10 ** (next(40) - 20)
    return [Number.NaN, -0, 0, 1, Infinity, 2 ** 52][next(6)] as number
  })
}

/** A row of up to twenty series in five metrics, each of which may be missing. */
export function aRow(next: Next, at: number): Row {
  const parts: Shape['parts'][number][] = []
  let width = 0
  for (let id = 1; id <= 20; id++) {
    if (next(20) === 0) continue
    const metric: KeptMetric = {
      id: 1 + (id % 5),
      scope: 'test',
      name: `metric.${id % 5}`,
      kind: 'gauge',
      unit: '',
    }
    const layout = layouts[id % 5]?.(next) as Layout
    parts.push({ series: { id, metric, attributes: { id: String(id) } }, layout, at: width })
    width += widthOf(layout)
  }
  const values = Float64Array.from({ length: width }, () => next(1000) / (1 + next(3)))
  return { at, shape: { parts, width }, values }
}

const layouts: readonly ((next: Next) => Layout)[] = [
  () => ({ type: 'number' }),
  () => ({ type: 'gauge' }),
  () => ({ type: 'explicit', bounds: [0.005, 0.1, 2.5] }),
  (next) => ({ type: 'explicit', bounds: next(10) === 0 ? [1, 2] : [1, 3] }),
  (next) => ({
    type: 'exponential',
    scale: next(2),
    positive: { offset: -3, length: 1 + next(2) },
    negative: { offset: 0, length: 0 },
  }),
]
