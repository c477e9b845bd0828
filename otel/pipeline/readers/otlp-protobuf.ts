import { type Attributes, type AttributeValue, ValueType } from '@opentelemetry/api'
import {
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { WireWriter } from '../../exposition/wire.ts'
import { type Exemplar, exemplarsOf } from '../../sdk/exemplars.ts'
import { rewritten } from './rewritten.ts'

// Field numbers are those of opentelemetry.proto.collector.metrics.v1 and opentelemetry.proto.metrics.v1.

/** Adds the exemplars of data points to an `ExportMetricsServiceRequest`. Both list metrics and points in the same order. */
export function addProtobufExemplars(request: Uint8Array, { scopeMetrics }: ResourceMetrics): Uint8Array {
  return rewritten(request, [1], (resource) =>
    rewritten(resource, [2], (scope, i) =>
      rewritten(scope, [2], (metric, j) => withExemplars(metric, scopeMetrics[i]?.metrics[j])),
    ),
  )
}

function withExemplars(written: Uint8Array, metric: MetricData | undefined): Uint8Array {
  const points = (metric?.dataPoints ?? []) as readonly DataPoint<unknown>[]
  if (metric === undefined || points.every((point) => exemplarsOf(point) === undefined)) return written
  const isInt = metric.descriptor.valueType === ValueType.INT
  return rewritten(written, dataFields, (data) =>
    rewritten(data, [1], (point, k) => {
      const exemplars = points[k] && exemplarsOf(points[k])
      if (exemplars === undefined) return point
      const writer = new WireWriter(point.length + 256).raw(point)
      for (const exemplar of exemplars.values()) {
        writer.message(exemplarsFields[metric.dataPointType], (message) =>
          exemplarMessage(message, exemplar, isInt),
        )
      }
      return writer.take()
    }),
  )
}

/** Where a `Metric` has its gauge, sum, histogram or exponential histogram. */
const dataFields = [5, 7, 9, 10]

/** Where a data point has its exemplars. */
const exemplarsFields: Readonly<Record<DataPointType, number>> = {
  [DataPointType.GAUGE]: 5,
  [DataPointType.SUM]: 5,
  [DataPointType.HISTOGRAM]: 8,
  [DataPointType.EXPONENTIAL_HISTOGRAM]: 11,
}

function exemplarMessage(writer: WireWriter, exemplar: Exemplar, isInt: boolean): void {
  const { value, timeMs, traceId, spanId, filteredAttributes = {} } = exemplar
  writer.fixed64(2, BigInt(timeMs) * 1_000_000n)
  if (isInt) writer.fixed64(6, BigInt(value))
  else writer.double(3, value)
  if (spanId !== undefined) writer.bytes(4, Buffer.from(spanId, 'hex'))
  if (traceId !== undefined) writer.bytes(5, Buffer.from(traceId, 'hex'))
  keyValues(writer, 7, filteredAttributes)
}

function keyValues(writer: WireWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    writer.message(field, (pair) => pair.string(1, key).message(2, (any) => anyValue(any, value)))
  }
}

function anyValue(writer: WireWriter, value: AttributeValue | null | undefined): void {
  if (typeof value === 'string') writer.string(1, value)
  else if (typeof value === 'boolean') writer.uint(2, value ? 1 : 0)
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) writer.int(3, value)
    else writer.double(4, value)
  } else if (Array.isArray(value)) {
    writer.message(5, (array) => {
      for (const item of value) array.message(1, (any) => anyValue(any, item))
    })
  }
}
