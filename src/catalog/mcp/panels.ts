import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { mcpToolErrorShare } from './alerts.ts'
import { mcpRequests, mcpToolCalls, mcpToolErrors } from './metrics.ts'

export const mcpPanels: readonly Panel[] = [
  {
    panel: 'Tool calls',
    description: 'Calls of tools per second, whatever became of them.',
    kind: 'stat',
    unit: '{call}/s',
    overview: true,
    targets: [{ query: promql`sum(rate(${mcpToolCalls}[$__rate_interval]))`, legend: 'calls' }],
  },
  {
    panel: 'Tool errors',
    description: 'Share of the calls of tools that failed. Empty while there are no calls.',
    kind: 'stat',
    unit: '1',
    thresholdsOf: mcpToolErrorShare,
    targets: [
      {
        query: promql`sum(rate(${mcpToolErrors}[$__rate_interval])) / (sum(rate(${mcpToolCalls}[$__rate_interval])) > 0)`,
        legend: 'errors',
      },
    ],
  },
  {
    panel: 'Requests',
    description: 'HTTP requests to /mcp that were let in, per second.',
    kind: 'timeseries',
    unit: '{request}/s',
    row: 'Calls',
    targets: [{ query: promql`sum(rate(${mcpRequests}[$__rate_interval]))`, legend: 'requests' }],
  },
  {
    panel: 'Calls by tool',
    description: 'Calls per second by tool, failed ones included.',
    kind: 'timeseries',
    unit: '{call}/s',
    row: 'Calls',
    overview: true,
    stacked: true,
    targets: [{ query: promql`sum by (tool) (rate(${mcpToolCalls}[$__rate_interval]))`, legend: '{{tool}}' }],
  },
  {
    panel: 'Errors by tool',
    description: 'Calls that failed, per second by tool.',
    kind: 'timeseries',
    unit: '{call}/s',
    row: 'Calls',
    targets: [
      { query: promql`sum by (tool) (rate(${mcpToolErrors}[$__rate_interval]))`, legend: '{{tool}}' },
    ],
  },
]
