import * as firehose from './firehose.ts'
import * as http from './http.ts'
import * as indexer from './indexer.ts'
import * as ingester from './ingester.ts'
import type { MetricDefinition } from './metric.ts'
import * as firehosePanels from './panels/firehose.ts'
import * as httpPanels from './panels/http.ts'
import * as indexerPanels from './panels/indexer.ts'
import * as ingesterPanels from './panels/ingester.ts'
import * as pipelinePanels from './panels/pipeline.ts'
import * as processPanels from './panels/process.ts'
import * as searchPanels from './panels/search.ts'
import * as storagePanels from './panels/storage.ts'
import * as pipeline from './pipeline.ts'
import * as process from './process.ts'
import type { Alert, Component, Panel, Recording } from './rule.ts'
import * as firehoseRules from './rules/firehose.ts'
import * as httpRules from './rules/http.ts'
import * as indexerRules from './rules/indexer.ts'
import * as ingesterRules from './rules/ingester.ts'
import * as pipelineRules from './rules/pipeline.ts'
import * as processRules from './rules/process.ts'
import * as searchRules from './rules/search.ts'
import * as storageRules from './rules/storage.ts'
import * as runtime from './runtime.ts'
import * as search from './search.ts'
import * as storage from './storage.ts'

/** All that is declared about one component. */
export interface ComponentCatalog extends Component {
  readonly metrics: readonly MetricDefinition[]
  readonly recordings: readonly Recording[]
  readonly panels: readonly Panel[]
  readonly alerts: readonly Alert[]
}

/** The components, in the order in which a reader meets them, each with its files. A new one joins by its line here alone. */
export const components: readonly ComponentCatalog[] = [
  [http, httpRules, httpPanels],
  [firehose, firehoseRules, firehosePanels],
  [ingester, ingesterRules, ingesterPanels],
  [indexer, indexerRules, indexerPanels],
  [storage, storageRules, storagePanels],
  [search, searchRules, searchPanels],
  [process, runtime, processRules, processPanels],
  [pipeline, pipelineRules, pipelinePanels],
].map(declarations)

/** Every metric that the service records. A component that exports a definition has declared it; there is no second list. */
export const catalog: readonly MetricDefinition[] = components
  .flatMap(({ metrics }) => metrics)
  .filter(({ recordedBy }) => recordedBy === undefined)

/**
 * Sorts what the files of a component export by its kind, which the first field of each declaration tells. Names come
 * in the order of the alphabet: what has an order of its own, such as panels, is exported as a list.
 */
export function declarations(files: readonly Readonly<Record<string, unknown>>[]): ComponentCatalog {
  const exported = files.flatMap((file) => Object.values(file)).flat()
  const all = exported.filter((value) => typeof value === 'object' && value !== null)
  const having = <Declaration>(key: string) => all.filter((value) => key in value) as Declaration[]
  const [component] = having<Component>('title')
  if (component === undefined) throw new Error('no file of the catalog exports a component')
  return {
    ...component,
    metrics: having('instrument'),
    recordings: having('record'),
    panels: having('panel'),
    alerts: having('alert'),
  }
}
