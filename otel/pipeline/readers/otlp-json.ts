import { type Attributes, type AttributeValue, ValueType } from '@opentelemetry/api'
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { type Exemplar, exemplarsOf } from '../../sdk/exemplars.ts'

/** Adds the exemplars of data points to a request in OTLP/JSON. Both list metrics and points in the same order. */
export function addJsonExemplars(request: Uint8Array, { scopeMetrics }: ResourceMetrics): Uint8Array {
  const parsed = JSON.parse(Buffer.from(request).toString()) as Request
  for (const [i, { metrics }] of scopeMetrics.entries()) {
    for (const [j, metric] of metrics.entries()) {
      const written = parsed.resourceMetrics[0]?.scopeMetrics[i]?.metrics[j]
      const { dataPoints = [] } =
        written?.sum ?? written?.gauge ?? written?.histogram ?? written?.exponentialHistogram ?? {}
      for (const [k, point] of metric.dataPoints.entries()) {
        const exemplars = exemplarsOf(point)
        const target = dataPoints[k]
        if (exemplars && target) target.exemplars = [...exemplars.values()].map((one) => jsonOf(one, metric))
      }
    }
  }
  return Buffer.from(JSON.stringify(parsed))
}

interface Request {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[]
  }[]
}

interface Metric {
  readonly sum?: Points
  readonly gauge?: Points
  readonly histogram?: Points
  readonly exponentialHistogram?: Points
}

interface Points {
  readonly dataPoints?: readonly { exemplars?: readonly object[] }[]
}

function jsonOf(
  { value, timeMs, traceId, spanId, filteredAttributes }: Exemplar,
  { descriptor }: MetricData,
) {
  return {
    ...(filteredAttributes && { filteredAttributes: keyValues(filteredAttributes) }),
    timeUnixNano: `${BigInt(timeMs) * 1_000_000n}`,
    ...(descriptor.valueType === ValueType.INT ? { asInt: `${BigInt(value)}` } : { asDouble: number(value) }),
    ...(traceId !== undefined && { traceId, spanId }),
  }
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: AttributeValue | null | undefined): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: `${value}` } : { doubleValue: number(value) }
  }
  return Array.isArray(value) ? { arrayValue: { values: value.map(anyValue) } } : {}
}

/** JSON has no numbers for some values; the mapping of protocol buffers spells them. */
function number(value: number): number | string {
  return Number.isFinite(value) ? value : `${value}`
}
