import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prometheusLabelName, prometheusName } from '@tidegauge/otel/naming'
import { catalog } from './catalog.ts'

/** Names, kinds and labels, with their values where these are a closed list, that other people's queries depend on. */
const contract = [
  ['http_request_duration_seconds', 'histogram', 'method; path'],
  ['http_requests_total', 'counter', 'method; path; status'],
  [
    'http_config_changes_total',
    'counter',
    'setting: collections backfillConcurrency hostConcurrency logLevel',
  ],
  ['mcp_requests_total', 'counter', ''],
  [
    'mcp_tool_calls_total',
    'counter',
    'tool: search query get_record put_record edit_record delete_record repos sync audit',
  ],
  [
    'mcp_tool_errors_total',
    'counter',
    'tool: search query get_record put_record edit_record delete_record repos sync audit',
  ],
  ['firehose_connected', 'gauge', ''],
  ['firehose_last_seq', 'gauge', ''],
  ['firehose_lag_seconds', 'gauge', ''],
  ['firehose_events_total', 'counter', 'type: commit sync identity account info unknown'],
  ['firehose_operations_total', 'counter', 'op: create update delete'],
  [
    'firehose_errors_total',
    'counter',
    'error: connect connection frame decode canonical depth size cid signature mst cursor unknown_type',
  ],
  ['firehose_reconnects_total', 'counter', ''],
  ['firehose_received_bytes_total', 'counter', ''],
  ['firehose_batch_write_seconds', 'histogram', ''],
  ['firehose_batch_size', 'histogram', ''],
  [
    'identity_lookups_total',
    'counter',
    'method: plc web dns well_known; outcome: success not_found rate_limited timeout error',
  ],
  ['identity_lookup_duration_seconds', 'histogram', 'method: plc web dns well_known'],
  ['identity_cache_hits_total', 'counter', ''],
  ['identity_cache_misses_total', 'counter', ''],
  ['identity_cache_entries', 'gauge', ''],
  ['identity_waiting_dids', 'gauge', ''],
  ['ingester_stream_events_total', 'counter', 'stream: firehose_live firehose_backfill repo_backfill'],
  ['ingester_firehose_live_length', 'gauge', ''],
  ['ingester_firehose_filtered_operations_total', 'counter', ''],
  ['ingester_events_in_memory', 'gauge', ''],
  ['ingester_backpressure_active', 'gauge', ''],
  ['ingester_websocket_connections', 'gauge', ''],
  ['ingester_errors_total', 'counter', 'type: connection enumerate stream store'],
  ['ingester_firehose_backfill_length', 'gauge', ''],
  ['ingester_repo_backfill_length', 'gauge', ''],
  ['ingester_backfill_repos_fetched_total', 'counter', ''],
  ['ingester_backfill_repos_written_total', 'counter', ''],
  ['ingester_backfill_fetch_errors_total', 'counter', ''],
  ['ingester_backfill_cursor_skips_total', 'counter', ''],
  ['ingester_backfill_complete', 'gauge', ''],
  ['backfiller_repos_processed_total', 'counter', ''],
  ['backfiller_repos_failed_total', 'counter', ''],
  ['backfiller_repos_dead_lettered_total', 'counter', ''],
  ['backfiller_retries_attempted_total', 'counter', ''],
  ['backfiller_records_extracted_total', 'counter', ''],
  ['backfiller_records_filtered_total', 'counter', ''],
  ['backfiller_repos_waiting', 'gauge', ''],
  ['backfiller_repos_running', 'gauge', ''],
  ['backfiller_output_stream_length', 'gauge', ''],
  ['backfiller_car_fetch_errors_total', 'counter', ''],
  ['backfiller_car_parse_errors_total', 'counter', ''],
  ['backfiller_verification_errors_total', 'counter', ''],
  ['backfiller_backpressure_events_total', 'counter', ''],
  ['sync_runs_total', 'counter', 'trigger: mcp write edit cli api background backfill resync observer'],
  ['sync_joined_total', 'counter', 'trigger: mcp write edit cli api background backfill resync observer'],
  [
    'sync_errors_total',
    'counter',
    'trigger: mcp write edit cli api background backfill resync observer; reason: auth network conflict rate_limited invalid timeout internal',
  ],
  [
    'sync_duration_seconds',
    'histogram',
    'trigger: mcp write edit cli api background backfill resync observer',
  ],
  ['sync_completed_total', 'counter', 'status: success error rate_limited panic'],
  ['sync_records_total', 'counter', ''],
  ['sync_repo_size_bytes', 'histogram', ''],
  ['sync_queue_depth', 'gauge', ''],
  ['sync_workers_active', 'gauge', ''],
  ['sync_desyncs_total', 'counter', 'reason: rejected gap chain sync_event filter key rev'],
  ['sync_resync_waiting', 'gauge', ''],
  ['sync_resync_oldest_age_seconds', 'gauge', ''],
  ['sync_held_events', 'gauge', ''],
  ['indexer_events_processed_total', 'counter', 'type: create update delete repo account identity'],
  ['indexer_records_total', 'counter', 'collection: post like repost follow block profile other'],
  ['indexer_db_writes_total', 'counter', ''],
  ['indexer_stale_writes_skipped_total', 'counter', ''],
  ['indexer_chain_breaks_total', 'counter', ''],
  ['indexer_ack_failures_total', 'counter', ''],
  ['indexer_errors_total', 'counter', 'kind: expected unexpected'],
  ['indexer_pending_messages', 'gauge', ''],
  ['indexer_active_tasks', 'gauge', ''],
  ['storage_records', 'gauge', ''],
  ['storage_collections', 'gauge', ''],
  ['storage_disk_bytes', 'gauge', ''],
  ['storage_collection_records', 'gauge', 'collection: post like repost follow block profile other'],
  [
    'storage_repos',
    'gauge',
    'status: pending syncing synced error desync deactivated suspended takendown deleted',
  ],
  ['storage_operation_seconds', 'histogram', 'op: get lookup put put_batch delete query scan'],
  ['search_queries_total', 'counter', ''],
  ['search_query_seconds', 'histogram', ''],
  ['search_reindex_records_total', 'counter', ''],
  ['search_disk_bytes', 'gauge', ''],
  ['events_processed_total', 'counter', 'outcome: success failure'],
  ['event_processing_duration_seconds', 'histogram', ''],
  ['events_in_flight', 'upDownCounter', ''],
  ['actions_executed_total', 'counter', 'action: webhook log search cache sync custom'],
  ['action_success_total', 'counter', 'action: webhook log search cache sync custom'],
  ['action_failure_total', 'counter', 'action: webhook log search cache sync custom'],
  ['action_timeout_total', 'counter', 'action: webhook log search cache sync custom'],
  ['action_duration_seconds', 'histogram', 'action: webhook log search cache sync custom'],
  ['queue_depth', 'gauge', ''],
  ['queue_oldest_job_age_seconds', 'gauge', ''],
  ['queue_jobs_enqueued_total', 'counter', ''],
  ['queue_jobs_processed_total', 'counter', ''],
  ['queue_retry_total', 'counter', ''],
  ['queue_deadletter_total', 'counter', ''],
  ['cache_hits_total', 'counter', ''],
  ['cache_misses_total', 'counter', ''],
  ['cache_evictions_total', 'counter', ''],
  ['cache_hit_rate', 'gauge', ''],
  ['cache_size_bytes', 'gauge', ''],
  ['dedup_checks_total', 'counter', ''],
  ['dedup_duplicates_found_total', 'counter', ''],
  ['dedup_hit_rate', 'gauge', ''],
  ['checkpoint_saves_total', 'counter', ''],
  ['checkpoint_recovery_total', 'counter', ''],
  ['checkpoint_save_duration_seconds', 'histogram', ''],
  ['uptime_seconds', 'gauge', ''],
  [
    'pipeline_scrapes_total',
    'counter',
    'format: text openmetrics protobuf; outcome: success partial timeout error',
  ],
  ['pipeline_scrape_duration_seconds', 'histogram', ''],
  ['pipeline_series', 'gauge', ''],
  ['pipeline_overflows_total', 'counter', 'metric'],
  [
    'pipeline_measurements_dropped_total',
    'counter',
    'reason: undeclared_attribute undeclared_value not_finite',
  ],
  ['pipeline_callback_errors_total', 'counter', 'metric; reason: error timeout'],
  ['pipeline_exports_total', 'counter', 'exporter: otlp_http otlp_grpc console; outcome'],
] as const

describe('the catalog, by its names in Prometheus', () => {
  const declared = new Map(catalog.map((metric) => [prometheusName(metric), metric]))

  for (const [name, instrument, labels] of contract) {
    it(`declares ${name} as a ${instrument} by ${labels || 'nothing'}`, () => {
      const metric = declared.get(name)
      assert.ok(metric, `no metric of the catalog is called ${name}`)
      assert.equal(metric.instrument, instrument)
      const attributes = Object.entries(metric.attributes ?? {}).map(
        ([key, values]) => [prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'), values] as const,
      )
      const promised = labels.split('; ').filter(Boolean)
      assert.deepEqual(
        attributes.map(([label]) => label),
        promised.map((label) => label.split(': ')[0]),
      )
      for (const [label, values] of attributes) {
        const listed = promised.find((one) => one.startsWith(`${label}: `))?.slice(label.length + 2)
        if (listed !== undefined) assert.deepEqual(values, listed.split(' '))
      }
    })
  }

  it('gives no two metrics the same name', () => {
    assert.equal(declared.size, catalog.length)
  })
})
