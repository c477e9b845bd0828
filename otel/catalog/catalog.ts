import * as firehose from './firehose.ts'
import * as http from './http.ts'
import * as indexer from './indexer.ts'
import * as ingester from './ingester.ts'
import type { MetricDefinition } from './metric.ts'
import * as pipeline from './pipeline.ts'
import * as process from './process.ts'
import type { Alert, Component, Panel, Recording } from './rule.ts'
import * as search from './search.ts'
import * as storage from './storage.ts'

/** All that is declared about one component. */
export interface ComponentCatalog extends Component {
  readonly metrics: readonly MetricDefinition[]
  readonly recordings: readonly Recording[]
  readonly panels: readonly Panel[]
  readonly alerts: readonly Alert[]
}

/** The components, in the order in which a reader meets them. A new one joins by its line here alone. */
export const components: readonly ComponentCatalog[] = [
  http,
  firehose,
  ingester,
  indexer,
  storage,
  search,
  process,
  pipeline,
].map(declarations)

/** Every metric there is. A component that exports a definition has declared it; there is no second list. */
export const catalog: readonly MetricDefinition[] = components.flatMap(({ metrics }) => metrics)

/** Sorts what a file of the catalog exports by its kind, which the first field of each declaration tells. */
function declarations(file: Readonly<Record<string, unknown>>): ComponentCatalog {
  const all = Object.values(file).filter((value) => typeof value === 'object' && value !== null)
  const having = <Declaration>(key: string) => all.filter((value) => key in value) as Declaration[]
  const [component] = having<Component>('title')
  if (component === undefined) throw new Error('a file of the catalog exports no component')
  return {
    ...component,
    metrics: having('instrument'),
    recordings: having('record'),
    panels: having('panel'),
    alerts: having('alert'),
  }
}
