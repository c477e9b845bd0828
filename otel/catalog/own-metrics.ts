import type { MetricDefinition } from './metric.ts'
import * as pipelineMetrics from './pipeline/metrics.ts'
import * as processMetrics from './process/metrics.ts'
import * as runtimeMetrics from './process/runtime.ts'

/** The metrics of its own components that the pipeline itself records. */
export const ownMetrics: readonly MetricDefinition[] = [processMetrics, runtimeMetrics, pipelineMetrics]
  .flatMap((file) => Object.values(file))
  .filter((declaration) => 'instrument' in declaration)
  .filter((metric: MetricDefinition) => metric.recordedBy === undefined)
