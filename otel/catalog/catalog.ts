import * as firehose from './firehose.ts'
import * as http from './http.ts'
import * as indexer from './indexer.ts'
import * as ingester from './ingester.ts'
import type { MetricDefinition } from './metric.ts'
import * as pipeline from './pipeline.ts'
import * as process from './process.ts'
import * as search from './search.ts'
import * as storage from './storage.ts'

/** The metrics of each component, in the order in which a reader meets them. */
export const components: Readonly<Record<string, readonly MetricDefinition[]>> = {
  http: definitions(http),
  firehose: definitions(firehose),
  ingester: definitions(ingester),
  indexer: definitions(indexer),
  storage: definitions(storage),
  search: definitions(search),
  process: definitions(process),
  pipeline: definitions(pipeline),
}

/** Every metric there is. A component that exports a definition has declared it; there is no second list. */
export const catalog: readonly MetricDefinition[] = Object.values(components).flat()

function definitions(component: object): readonly MetricDefinition[] {
  return Object.values(component).filter(
    (value): value is MetricDefinition =>
      typeof value === 'object' && value !== null && 'instrument' in value,
  )
}
