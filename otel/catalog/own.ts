import type { ComponentCatalog } from './component.ts'
import type { MetricDefinition } from './metric.ts'
import { pipeline } from './pipeline/pipeline.ts'
import { process } from './process/process.ts'

/** The components that the pipeline brings to every service, whatever that declares. */
export const ownComponents: readonly ComponentCatalog[] = [process, pipeline]

/** The metrics of these components that the pipeline itself records. */
export const ownMetrics: readonly MetricDefinition[] = ownComponents
  .flatMap(({ metrics }) => metrics)
  .filter(({ recordedBy }) => recordedBy === undefined)
