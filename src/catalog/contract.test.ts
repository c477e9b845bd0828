import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prometheusLabelName, prometheusName } from '@tidegauge/otel/naming'
import { catalog } from './catalog.ts'

/** Names, kinds and labels that dashboards, alerts and other people's queries depend on. */
const contract = [
  ['http_request_duration_seconds', 'histogram', 'method path'],
  ['http_requests_total', 'counter', 'method path status'],
  ['firehose_connected', 'gauge', ''],
  ['firehose_last_seq', 'gauge', ''],
  ['firehose_lag_seconds', 'gauge', ''],
  ['firehose_events_total', 'counter', 'type'],
  ['firehose_operations_total', 'counter', 'op'],
  ['firehose_errors_total', 'counter', 'error'],
  ['firehose_reconnects_total', 'counter', ''],
  ['firehose_received_bytes_total', 'counter', ''],
  ['firehose_batch_write_seconds', 'histogram', ''],
  ['firehose_batch_size', 'histogram', ''],
  ['ingester_stream_events_total', 'counter', 'stream'],
  ['ingester_firehose_live_length', 'gauge', ''],
  ['ingester_firehose_filtered_operations_total', 'counter', ''],
  ['ingester_events_in_memory', 'gauge', ''],
  ['ingester_backpressure_active', 'gauge', ''],
  ['ingester_websocket_connections', 'gauge', ''],
  ['ingester_errors_total', 'counter', 'type'],
  ['indexer_events_processed_total', 'counter', 'type'],
  ['indexer_records_total', 'counter', 'collection'],
  ['indexer_db_writes_total', 'counter', ''],
  ['indexer_stale_writes_skipped_total', 'counter', ''],
  ['indexer_chain_breaks_total', 'counter', ''],
  ['indexer_ack_failures_total', 'counter', ''],
  ['indexer_errors_total', 'counter', 'kind'],
  ['indexer_pending_messages', 'gauge', ''],
  ['indexer_active_tasks', 'gauge', ''],
  ['storage_records', 'gauge', ''],
  ['storage_collections', 'gauge', ''],
  ['storage_disk_bytes', 'gauge', ''],
  ['storage_collection_records', 'gauge', 'collection'],
  ['storage_repos', 'gauge', 'status'],
  ['storage_operation_seconds', 'histogram', 'op'],
  ['search_queries_total', 'counter', ''],
  ['search_query_seconds', 'histogram', ''],
  ['search_reindex_records_total', 'counter', ''],
  ['search_disk_bytes', 'gauge', ''],
  ['uptime_seconds', 'gauge', ''],
  ['pipeline_scrapes_total', 'counter', 'format outcome'],
  ['pipeline_scrape_duration_seconds', 'histogram', ''],
  ['pipeline_series', 'gauge', ''],
  ['pipeline_overflows_total', 'counter', 'metric'],
  ['pipeline_measurements_dropped_total', 'counter', 'reason'],
  ['pipeline_callback_errors_total', 'counter', 'metric reason'],
  ['pipeline_exports_total', 'counter', 'exporter outcome'],
] as const

describe('the catalog, by its names in Prometheus', () => {
  const declared = new Map(catalog.map((metric) => [prometheusName(metric), metric]))

  for (const [name, instrument, labels] of contract) {
    it(`declares ${name} as a ${instrument} by ${labels || 'nothing'}`, () => {
      const metric = declared.get(name)
      assert.ok(metric, `no metric of the catalog is called ${name}`)
      assert.equal(metric.instrument, instrument)
      const keys = Object.keys(metric.attributes ?? {})
      const names = keys.map((key) => prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'))
      assert.deepEqual(names.sort(), labels.split(' ').filter(Boolean))
    })
  }

  it('gives no two metrics the same name', () => {
    assert.equal(declared.size, catalog.length)
  })
})
