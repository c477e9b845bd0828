import type { ComponentCatalog, MetricDefinition } from '@tidegauge/otel/catalog'
import { ownComponents } from '@tidegauge/otel/catalog/own'
import { backfiller } from './backfiller/backfiller.ts'
import { firehose } from './firehose/firehose.ts'
import { http } from './http/http.ts'
import { identity } from './identity/identity.ts'
import { indexer } from './indexer/indexer.ts'
import { ingester } from './ingester/ingester.ts'
import { mcp } from './mcp/mcp.ts'
import { observers } from './observers/observers.ts'
import { search } from './search/search.ts'
import { storage } from './storage/storage.ts'
import { sync } from './sync/sync.ts'

/** The components, in the order in which a reader meets them. */
export const components: readonly ComponentCatalog[] = [
  http,
  mcp,
  firehose,
  identity,
  ingester,
  backfiller,
  sync,
  indexer,
  storage,
  search,
  observers,
  ...ownComponents,
]

/** Every metric that the service records. A component that exports a definition has declared it: no list repeats it. */
export const catalog: readonly MetricDefinition[] = components
  .flatMap(({ metrics }) => metrics)
  .filter(({ recordedBy }) => recordedBy === undefined)
