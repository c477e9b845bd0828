import { type HrTime, ValueType } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type MetricProducer,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics'

/** Metrics of which there are many, without an SDK that has to record them first. */
export function manySeries(count: number): MetricProducer {
  const startTime: HrTime = [1, 0]
  const endTime: HrTime = [2, 0]
  const points = Array.from({ length: count }, (_, i) => ({
    value: i,
    attributes: { number: String(i), filler: 'a value that makes the line about as long as lines are' },
    startTime,
    endTime,
  }))
  const metric: SumMetricData = {
    descriptor: { name: 'many', description: 'Many.', unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: points,
  }
  const scopeMetrics = [{ scope: { name: 'many' }, metrics: [metric] }]
  return {
    collect: async () => ({ resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] }),
  }
}
