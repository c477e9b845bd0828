import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { Directory } from './directory.ts'
import {
  type Attributes,
  type KeptMetric,
  type KeptSeries,
  type Layout,
  type Row,
  type Shape,
  type ShapePart,
  widthOf,
} from './row.ts'
import { type Accumulated, explicitTotal, exponentialTotal } from './totals.ts'

const number: Layout = { type: 'number' }
const gauge: Layout = { type: 'gauge' }

/**
 * Turns what a reader has collected into rows. Counters and gauges are as they were collected; histograms are collected as
 * what has come since the last time, and added up here, so that minimum and maximum are those of the interval.
 */
export class Intake {
  readonly #directory: Directory
  readonly #known = new WeakMap<object, KeptSeries>()
  readonly #totals = new Map<KeptSeries, Accumulated>()
  #shape: Shape = { parts: [], width: 0 }

  constructor(directory: Directory) {
    this.#directory = directory
  }

  /** @param at when it was collected, in ms since 1970. */
  row({ scopeMetrics }: Pick<ResourceMetrics, 'scopeMetrics'>, at: number): Row {
    const draft = new Draft(this.#shape)
    for (const { scope, metrics } of scopeMetrics) {
      for (const metric of metrics) this.#take(draft, scope.name, metric)
    }
    for (const [series, total] of this.#totals) draft.add(series, total.layout, total.numbers())
    this.#shape = draft.shape()
    return { at, shape: this.#shape, values: draft.values() }
  }

  #take(draft: Draft, scope: string, data: MetricData): void {
    const { name, unit } = data.descriptor
    const metric = this.#directory.metric({ scope, name, unit, kind: kindOf(data) })
    switch (data.dataPointType) {
      case DataPointType.SUM:
      case DataPointType.GAUGE: {
        const layout = metric.kind === 'counter' ? number : gauge
        for (const point of data.dataPoints)
          draft.add(this.#seriesOf(metric, point), layout, [point.value, point.value, point.value])
        break
      }
      case DataPointType.HISTOGRAM:
        for (const point of data.dataPoints) this.#addUp(metric, point, explicitTotal)
        break
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        for (const point of data.dataPoints) this.#addUp(metric, point, exponentialTotal)
        break
    }
  }

  #addUp<Value extends Histogram | ExponentialHistogram>(
    metric: KeptMetric,
    point: DataPoint<Value>,
    begin: (value: Value) => Accumulated<Value>,
  ): void {
    const series = this.#seriesOf(metric, point)
    let total = this.#totals.get(series) as Accumulated<Value> | undefined
    if (!total?.fits(point.value)) {
      total = begin(point.value)
      this.#totals.set(series, total as Accumulated)
    }
    total.add(point.value)
  }

  /** The SDK has one object for the attributes of a series as long as it lives. */
  #seriesOf(metric: KeptMetric, { attributes }: DataPoint<unknown>): KeptSeries {
    const known = this.#known.get(attributes)
    // What was not there for as long as anything is kept has been forgotten.
    if (known?.metric === metric && this.#directory.byId(known.id) === known) return known
    const series = this.#directory.series(metric, textAttributes(attributes))
    this.#known.set(attributes, series)
    return series
  }
}

/** A row as it comes about; takes over the shape of the row before as long as that fits. */
class Draft {
  readonly #before: Shape
  readonly #parts: ShapePart[] = []
  readonly #seen = new Set<KeptSeries>()
  #values: Float64Array
  #width = 0
  #isSame = true

  constructor(before: Shape) {
    this.#before = before
    this.#values = new Float64Array(Math.max(64, before.width))
  }

  /** Adds the numbers that the layout has room for; a series that is there already stays as it is. */
  add(series: KeptSeries, layout: Layout, numbers: ArrayLike<number>): void {
    if (this.#seen.has(series)) return
    this.#seen.add(series)
    const before = this.#before.parts[this.#parts.length]
    const isSame = before?.series === series && before.layout === layout && before.at === this.#width
    this.#isSame &&= isSame
    this.#parts.push(isSame ? before : { series, layout, at: this.#width })
    const width = widthOf(layout)
    if (this.#width + width > this.#values.length) {
      const grown = new Float64Array(2 * (this.#width + width))
      grown.set(this.#values)
      this.#values = grown
    }
    for (let i = 0; i < width; i++) this.#values[this.#width + i] = numbers[i] as number
    this.#width += width
  }

  shape(): Shape {
    const isSame = this.#isSame && this.#parts.length === this.#before.parts.length
    return isSame ? this.#before : { parts: this.#parts, width: this.#width }
  }

  values(): Float64Array {
    return this.#values.slice(0, this.#width)
  }
}

function kindOf(data: MetricData): KeptMetric['kind'] {
  switch (data.dataPointType) {
    case DataPointType.SUM:
      return data.isMonotonic ? 'counter' : 'upDownCounter'
    case DataPointType.GAUGE:
      return 'gauge'
    default:
      return 'histogram'
  }
}

function textAttributes(attributes: object): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
    ]),
  )
}
