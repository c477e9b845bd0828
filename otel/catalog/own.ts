import type { MetricDefinition } from './metric.ts'
import * as pipeline from './pipeline.ts'
import * as process from './process.ts'

/** What the pipeline measures in every service, whatever that declares. */
export const ownMetrics: readonly MetricDefinition[] = [pipeline, process]
  .flatMap((file): readonly object[] => Object.values(file))
  .filter((declared) => 'instrument' in declared)
  .map((metric) => metric as MetricDefinition)
