import type { HrTime } from '@opentelemetry/api'
import type { DataPoint, ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'
import { type Exemplar, exemplarsOf } from '../sdk/exemplars.ts'
import type { ExemplarLabels } from './exemplar-labels.ts'
import type { Family, FamilyType } from './families.ts'
import type { Label } from './labels.ts'
import { nativeHistogram, type SparseBuckets } from './native.ts'
import type { Series } from './series.ts'
import { noDescription } from './text.ts'
import { WireWriter } from './wire.ts'

// Field numbers are those of io.prometheus.client in metrics.proto.

/** Writes labels as the fields of a `Metric` message. */
export function labelFields(labels: readonly Label[]): Uint8Array {
  const writer = new WireWriter()
  for (const label of labels) labelPair(writer, label)
  return writer.take()
}

export interface MessageRules {
  /** When the values were taken, if that is to be written. */
  readonly timestampMs: number | undefined
  readonly exemplarLabels: ExemplarLabels
}

/**
 * Writes a family as a delimited `MetricFamily`. Yields nothing, where the event loop may be let in, or a part
 * of the answer. Returns how many series it wrote.
 */
export function* familyMessage(
  family: Family,
  series: readonly Series[],
  rules: MessageRules,
): Generator<Uint8Array | undefined, number> {
  const parts: Uint8Array[] = []
  const writer = new WireWriter(2 * partSize)
  writer.string(1, family.name).string(2, (family.help || noDescription).toWellFormed())
  writer.uint(3, metricTypes[family.type])
  if (family.unit) writer.string(5, family.unit)
  let count = 0
  for (const { points, labels } of series) {
    for (let i = 0; i < points.length; i++) {
      const written = metric(family.type, points[i] as DataPoint<unknown>, labels.at(i), rules)
      if (written === undefined) continue
      writer.bytes(4, written)
      count++
      if (writer.length >= partSize) {
        parts.push(writer.take())
        yield undefined
      }
    }
  }
  parts.push(writer.take())
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  yield new WireWriter().varint(length).take()
  yield* parts
  return count
}

const partSize = 1 << 16

const metricTypes: Readonly<Record<FamilyType, number>> = { counter: 0, gauge: 1, histogram: 4, native: 4 }

/** Used for one message after the other, since most of what is written is copied at once. */
const metricWriter = new WireWriter(4096)
const valueWriter = new WireWriter(4096)

function metric(
  type: FamilyType,
  point: DataPoint<unknown>,
  labels: Uint8Array,
  { timestampMs, exemplarLabels }: MessageRules,
): Uint8Array | undefined {
  metricWriter.length = valueWriter.length = 0
  metricWriter.raw(labels)
  switch (type) {
    case 'gauge':
      metricWriter.bytes(2, valueWriter.double(1, point.value as number).view())
      break
    case 'counter':
      valueWriter.double(1, point.value as number)
      for (const exemplar of exemplarsOf(point)?.values() ?? [])
        exemplarMessage(valueWriter, 2, exemplar, exemplarLabels)
      metricWriter.bytes(3, created(valueWriter, 3, point).view())
      break
    case 'histogram':
      classicBuckets(valueWriter, point as DataPoint<Histogram>, exemplarLabels)
      metricWriter.bytes(7, created(valueWriter, 15, point).view())
      break
    case 'native':
      if (!nativeBuckets(valueWriter, point as DataPoint<ExponentialHistogram>, exemplarLabels))
        return undefined
      metricWriter.bytes(7, created(valueWriter, 15, point).view())
  }
  if (timestampMs !== undefined) metricWriter.uint(6, timestampMs)
  return metricWriter.view()
}

function classicBuckets(writer: WireWriter, point: DataPoint<Histogram>, labelsOf: ExemplarLabels): void {
  const { count, sum, buckets } = point.value
  const exemplars = exemplarsOf(point)
  // A sum that is not known must not pass for 0, which is what leaving it out would mean.
  writer.uint(1, count).double(2, sum ?? Number.NaN)
  let cumulative = 0
  for (const [i, bound] of [...buckets.boundaries, Infinity].entries()) {
    cumulative += buckets.counts[i] ?? 0
    const exemplar = exemplars?.get(i)
    writer.message(3, (bucket) => {
      bucket.uint(1, cumulative).double(2, bound)
      if (exemplar) exemplarMessage(bucket, 3, exemplar, labelsOf)
    })
    if (bound === Infinity) break
  }
}

function nativeBuckets(
  writer: WireWriter,
  point: DataPoint<ExponentialHistogram>,
  labelsOf: ExemplarLabels,
): boolean {
  const { count, sum, zeroCount } = point.value
  const native = nativeHistogram(point.value)
  if (native === undefined) return false
  writer.uint(1, count).double(2, sum ?? Number.NaN)
  writer.sint(5, native.schema).double(6, native.zeroThreshold).uint(7, zeroCount)
  sparseBuckets(writer, 9, native.negative)
  sparseBuckets(writer, 12, native.positive)
  for (const exemplar of exemplarsOf(point)?.values() ?? []) exemplarMessage(writer, 16, exemplar, labelsOf)
  return true
}

function sparseBuckets(writer: WireWriter, field: number, { spans, deltas }: SparseBuckets): void {
  for (const { offset, length } of spans) {
    writer.message(field, (span) => span.sint(1, offset).uint(2, length))
  }
  writer.packedSint(field + 1, deltas)
}

function created(writer: WireWriter, field: number, { startTime }: DataPoint<unknown>): WireWriter {
  return timestamp(writer, field, startTime)
}

function exemplarMessage(
  writer: WireWriter,
  field: number,
  exemplar: Exemplar,
  labelsOf: ExemplarLabels,
): void {
  const { value, timeMs } = exemplar
  writer.message(field, (message) => {
    for (const label of labelsOf(exemplar)) labelPair(message, label)
    message.double(2, value)
    timestamp(message, 3, [Math.floor(timeMs / 1000), Math.round((timeMs % 1000) * 1e6)])
  })
}

function timestamp(writer: WireWriter, field: number, [seconds, nanos]: HrTime): WireWriter {
  return writer.message(field, (message) => message.uint(1, seconds).uint(2, nanos))
}

function labelPair(writer: WireWriter, [name, value]: Label): void {
  writer.message(1, (pair) => pair.string(1, name).string(2, value))
}
