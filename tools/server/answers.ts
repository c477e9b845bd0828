import { UsageError } from '@tidegauge/otel/usage-error'
import type { MetricType } from '../scrape/scrape.ts'
import type { InstantSeries, RangeSeries } from './server.ts'

/** An answer of another shape than the HTTP API of Prometheus has. */
export class UnexpectedAnswer extends UsageError {
  constructor() {
    super('it answers otherwise than the HTTP API of Prometheus does; check the address')
  }
}

export function instantSeries(data: unknown): InstantSeries[] {
  const { resultType, result } = objectOf(data)
  if (resultType === 'scalar' || resultType === 'string')
    return [{ labels: new Map(), value: pointOf(result)[1] }]
  if (resultType !== 'vector' && resultType !== 'matrix') throw new UnexpectedAnswer()
  return listOf(result).map((series) => {
    const { metric, value, values, histogram } = objectOf(series)
    const last = resultType === 'vector' ? value : values === undefined ? undefined : listOf(values).at(-1)
    return {
      labels: labelsOf(metric),
      value: last === undefined ? Number.NaN : pointOf(last)[1],
      ...(histogram !== undefined && { isNativeHistogram: true }),
    }
  })
}

export function rangeSeries(data: unknown): RangeSeries[] {
  return listOf(objectOf(data).result).map((series) => {
    const { metric, values = [], histograms } = objectOf(series)
    return {
      labels: labelsOf(metric),
      points: listOf(values).map(pointOf),
      ...(histograms !== undefined && { isNativeHistogram: true }),
    }
  })
}

export function labelSets(data: unknown): Map<string, string>[] {
  return listOf(data).map(labelsOf)
}

export function names(data: unknown): string[] {
  return listOf(data).map(textOf)
}

export function metadata(data: unknown): Map<string, MetricMetadata> {
  return new Map(
    Object.entries(objectOf(data)).flatMap(([name, entries]) => {
      const [first] = listOf(entries)
      if (first === undefined) return []
      const { type, help = '', unit = '' } = objectOf(first)
      return [[name, { type: typeOf(type), help: textOf(help), unit: textOf(unit) }]]
    }),
  )
}

export interface MetricMetadata {
  readonly type: MetricType
  readonly help: string
  readonly unit: string
}

const types: readonly unknown[] = ['counter', 'gauge', 'histogram', 'summary'] satisfies MetricType[]

function typeOf(value: unknown): MetricType {
  return types.includes(value) ? (value as MetricType) : 'unknown'
}

function labelsOf(value: unknown): Map<string, string> {
  const labels = new Map(Object.entries(objectOf(value)))
  for (const label of labels.values()) textOf(label)
  return labels as Map<string, string>
}

/** Time in milliseconds and value. */
function pointOf(value: unknown): readonly [number, number] {
  const [time, text] = listOf(value)
  if (typeof time !== 'number') throw new UnexpectedAnswer()
  return [time * 1000, numberOf(textOf(text))]
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new UnexpectedAnswer()
  return value as Readonly<Record<string, unknown>>
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnexpectedAnswer()
  return value
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new UnexpectedAnswer()
  return value
}
