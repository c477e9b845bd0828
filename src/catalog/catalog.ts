import { type ComponentCatalog, declarations, type MetricDefinition } from '@tidegauge/otel/catalog'
import { ownComponents } from '@tidegauge/otel/catalog/own'
import * as firehoseAlerts from './firehose/alerts.ts'
import * as firehoseMetrics from './firehose/metrics.ts'
import * as firehosePanels from './firehose/panels.ts'
import * as httpAlerts from './http/alerts.ts'
import * as httpMetrics from './http/metrics.ts'
import * as httpPanels from './http/panels.ts'
import * as indexerAlerts from './indexer/alerts.ts'
import * as indexerMetrics from './indexer/metrics.ts'
import * as indexerPanels from './indexer/panels.ts'
import * as ingesterAlerts from './ingester/alerts.ts'
import * as ingesterMetrics from './ingester/metrics.ts'
import * as ingesterPanels from './ingester/panels.ts'
import * as searchAlerts from './search/alerts.ts'
import * as searchMetrics from './search/metrics.ts'
import * as searchPanels from './search/panels.ts'
import * as storageAlerts from './storage/alerts.ts'
import * as storageMetrics from './storage/metrics.ts'
import * as storagePanels from './storage/panels.ts'

/** The components, in the order in which a reader meets them, each with its files. A new one joins by its line here alone. */
export const components: readonly ComponentCatalog[] = [
  ...[
    [httpMetrics, httpAlerts, httpPanels],
    [firehoseMetrics, firehoseAlerts, firehosePanels],
    [ingesterMetrics, ingesterAlerts, ingesterPanels],
    [indexerMetrics, indexerAlerts, indexerPanels],
    [storageMetrics, storageAlerts, storagePanels],
    [searchMetrics, searchAlerts, searchPanels],
  ].map(declarations),
  ...ownComponents,
]

/** Every metric that the service records. A component that exports a definition has declared it; there is no second list. */
export const catalog: readonly MetricDefinition[] = components
  .flatMap(({ metrics }) => metrics)
  .filter(({ recordedBy }) => recordedBy === undefined)
