import type { KeptMetric, Layout, Row, Shape } from '../../otel/history/row.ts'
import { widthOf } from '../../otel/history/row.ts'
import { catalog } from '../../src/catalog/catalog.ts'

const minute = 60_000

/** Numbers that are the same in each run. */
export function random(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * The series of the service's own catalog, changing by a daily rhythm: each has a rate of its own, from never to a thousand
 * times a minute; a third of them hardly ever change, as errors do.
 */
export function simulated(series: number, next = random()): { readonly shape: Shape; row(at: number): Row } {
  const parts: Shape['parts'][number][] = []
  let width = 0
  for (const [id, { name, unit, instrument, buckets }] of catalog.entries()) {
    const metric: KeptMetric = { id: id + 1, scope: 'tidegauge', name, unit, kind: instrument }
    const count = Math.max(1, Math.round(series / catalog.length))
    for (let i = 0; i < count && parts.length < series; i++) {
      const layout = layoutOf(instrument, buckets)
      const attributes = { kind: String(i) }
      parts.push({ series: { id: parts.length + 1, metric, attributes }, layout, at: width })
      width += widthOf(layout)
    }
  }
  const shape = { parts, width }
  const values = new Float64Array(width)
  const rates = parts.map(() => (next() < 1 / 3 ? 0.001 : 10 ** (4 * next() - 1)))
  return {
    shape,
    row(at) {
      const day = 1 + 0.8 * Math.sin((at / (24 * 60 * minute)) * 2 * Math.PI)
      for (const [i, { layout, at: from }] of parts.entries())
        change(values.subarray(from), layout, day * (rates[i] as number) * (0.7 + 0.6 * next()), next)
      return { at, shape, values: values.slice() }
    },
  }
}

function layoutOf(instrument: KeptMetric['kind'], bounds: readonly number[] = []): Layout {
  if (instrument === 'histogram') return { type: 'explicit', bounds }
  return { type: instrument === 'counter' ? 'number' : 'gauge' }
}

function change(values: Float64Array, layout: Layout, rate: number, next: () => number): void {
  const events = Math.floor(rate) + (next() < rate % 1 ? 1 : 0)
  if (layout.type === 'number') values[0] = (values[0] as number) + events
  else if (layout.type === 'gauge') {
    if (events > 0) values[0] = Math.round(rate * (1 + next()))
    values[1] = Math.max(0, (values[0] as number) - Math.floor(3 * next() * Math.min(1, events)))
    values[2] = (values[0] as number) + Math.floor(3 * next() * Math.min(1, events))
  } else if (layout.type === 'explicit') observe(values, layout.bounds, events, next)
}

/** Durations about a third of the bounds, spread by factors. */
function observe(values: Float64Array, bounds: readonly number[], events: number, next: () => number): void {
  const middle = bounds[Math.floor(bounds.length / 3)] ?? 1
  values[2] = values[3] = Number.NaN
  for (let i = 0; i < events; i++) {
    const value = middle * Math.exp(1.5 * (next() + next() + next() - 1.5))
    const found = bounds.findIndex((bound) => value <= bound)
    const bucket = 4 + (found === -1 ? bounds.length : found)
    values[bucket] = (values[bucket] as number) + 1
    values[0] = (values[0] as number) + 1
    values[1] = (values[1] as number) + value
    values[2] = Number.isNaN(values[2] as number) ? value : Math.min(values[2] as number, value)
    values[3] = Number.isNaN(values[3] as number) ? value : Math.max(values[3] as number, value)
  }
}
