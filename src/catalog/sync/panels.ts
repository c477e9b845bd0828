import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { mcpToolCalls, mcpToolErrors } from '../mcp/metrics.ts'
import {
  syncCompleted,
  syncDesyncs,
  syncDuration,
  syncErrors,
  syncHeldDropped,
  syncHeldEvents,
  syncJoined,
  syncQueueDepth,
  syncRecords,
  syncRepoSize,
  syncResyncOldestAge,
  syncResyncWaiting,
  syncRuns,
  syncWorkersActive,
} from './metrics.ts'
import { triggerPanels } from './trigger-panels.ts'

export const syncPanels: readonly Panel[] = [
  {
    panel: 'Queue depth',
    description: 'Repos that wait for a sync, whatever for.',
    kind: 'stat',
    unit: '{repo}',
    overview: true,
    targets: [{ query: promql`sum(${syncQueueDepth})`, legend: 'waiting' }],
  },
  {
    panel: 'Active workers',
    description: 'Sync runs under way.',
    kind: 'stat',
    unit: '{run}',
    overview: true,
    targets: [{ query: promql`sum(${syncWorkersActive})`, legend: 'running' }],
  },
  {
    panel: 'Oldest resync that waits',
    description: 'How long the repo that has waited longest for its resync has waited.',
    kind: 'stat',
    unit: 's',
    overview: true,
    targets: [{ query: promql`max(${syncResyncOldestAge})`, legend: 'oldest' }],
  },
  {
    panel: 'Successes per minute',
    description: 'Sync runs per minute that succeeded, whatever began them.',
    kind: 'stat',
    unit: '{run}/min',
    targets: [
      {
        query: promql`sum(rate(${syncCompleted}{status="success"}[$__rate_interval])) * 60`,
        legend: 'successes',
      },
    ],
  },
  {
    panel: 'Errors per minute',
    description: 'Sync runs per minute that failed, whatever began them.',
    kind: 'stat',
    unit: '{run}/min',
    targets: [{ query: promql`sum(rate(${syncErrors}[$__rate_interval])) * 60`, legend: 'errors' }],
  },
  {
    panel: 'Held events',
    description:
      'Events kept aside on disk until a sync run of their repo ends or the key of their DID is known.',
    kind: 'stat',
    unit: '{event}',
    targets: [{ query: promql`sum(${syncHeldEvents})`, legend: 'held' }],
  },
  {
    panel: 'Held events dropped',
    description:
      'Events that waited and were dropped, since more did than may: of their repo, or of all. Their repos are fetched once they can be.',
    kind: 'timeseries',
    unit: '{event}/s',
    row: 'Held events',
    targets: [
      { query: promql`sum by (limit) (rate(${syncHeldDropped}[$__rate_interval]))`, legend: '{{limit}}' },
    ],
  },
  {
    panel: 'Runs by trigger',
    description: 'Sync runs per second, under the trigger that began them.',
    kind: 'timeseries',
    unit: '{run}/s',
    row: 'Runs',
    stacked: true,
    targets: [
      { query: promql`sum by (trigger) (rate(${syncRuns}[$__rate_interval]))`, legend: '{{trigger}}' },
    ],
  },
  {
    panel: 'Runs by outcome',
    description: 'Sync runs per second, by how they ended.',
    kind: 'timeseries',
    unit: '{run}/s',
    row: 'Runs',
    stacked: true,
    targets: [
      { query: promql`sum by (status) (rate(${syncCompleted}[$__rate_interval]))`, legend: '{{status}}' },
    ],
  },
  {
    panel: 'Failures by trigger',
    description: 'Sync runs that failed, per second, under the trigger that began them.',
    kind: 'timeseries',
    unit: '{run}/s',
    row: 'Runs',
    stacked: true,
    targets: [
      { query: promql`sum by (trigger) (rate(${syncErrors}[$__rate_interval]))`, legend: '{{trigger}}' },
    ],
  },
  {
    panel: 'Failures by reason',
    description: 'Sync runs that failed, per second, by reason.',
    kind: 'timeseries',
    unit: '{run}/s',
    row: 'Runs',
    targets: [
      { query: promql`sum by (reason) (rate(${syncErrors}[$__rate_interval]))`, legend: '{{reason}}' },
    ],
  },
  {
    panel: 'Duration p95 by trigger',
    description: '95th percentile of the duration of sync runs, by trigger.',
    kind: 'timeseries',
    unit: 's',
    row: 'Runs',
    overview: true,
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (le, trigger) (rate(${syncDuration}_bucket[$__rate_interval])))`,
        legend: '{{trigger}}',
      },
    ],
  },
  {
    panel: 'Joined calls',
    description: 'Calls per second that joined a run of the same repo that was under way.',
    kind: 'timeseries',
    unit: '{call}/s',
    row: 'Runs',
    targets: [
      { query: promql`sum by (trigger) (rate(${syncJoined}[$__rate_interval]))`, legend: '{{trigger}}' },
    ],
  },
  {
    panel: 'Records applied',
    description: 'Records that sync runs created, updated or deleted, per second.',
    kind: 'timeseries',
    unit: '{record}/s',
    row: 'Content',
    targets: [{ query: promql`sum(rate(${syncRecords}[$__rate_interval]))`, legend: 'records' }],
  },
  {
    panel: 'Size of repos',
    description: 'Size of the CAR files that were read: the median, and the largest twentieth.',
    kind: 'timeseries',
    unit: 'By',
    row: 'Content',
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${syncRepoSize}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${syncRepoSize}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
    ],
  },
  {
    panel: 'Desyncs by reason',
    description: 'Repos per second that stopped being synced, by why.',
    kind: 'timeseries',
    unit: '{repo}/s',
    row: 'Desyncs',
    overview: true,
    targets: [
      { query: promql`sum by (reason) (rate(${syncDesyncs}[$__rate_interval]))`, legend: '{{reason}}' },
    ],
  },
  {
    panel: 'Resyncs that wait',
    description: 'Repos that are not synced any more and wait to be fetched again.',
    kind: 'timeseries',
    unit: '{repo}',
    row: 'Desyncs',
    targets: [{ query: promql`sum(${syncResyncWaiting})`, legend: 'waiting' }],
  },
  ...triggerPanels,
  {
    panel: 'MCP tool calls',
    description: 'Calls of MCP tools per minute by tool; sync is the one that begins sync runs.',
    kind: 'timeseries',
    unit: '{call}/min',
    row: 'MCP',
    stacked: true,
    targets: [
      { query: promql`sum by (tool) (rate(${mcpToolCalls}[$__rate_interval])) * 60`, legend: '{{tool}}' },
    ],
  },
  {
    panel: 'MCP tool errors',
    description: 'Calls of MCP tools that failed, per minute by tool.',
    kind: 'timeseries',
    unit: '{call}/min',
    row: 'MCP',
    targets: [
      { query: promql`sum by (tool) (rate(${mcpToolErrors}[$__rate_interval])) * 60`, legend: '{{tool}}' },
    ],
  },
]
