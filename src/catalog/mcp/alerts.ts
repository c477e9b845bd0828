import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { promql, warning } from '@tidegauge/otel/catalog'
import { mcpToolCalls, mcpToolErrors } from './metrics.ts'

export const mcpToolErrorShare = {
  record: 'instance:mcp_tool_errors:ratio_rate5m',
  query: promql`sum by (job, instance) (rate(${mcpToolErrors}[5m])) / (sum by (job, instance) (rate(${mcpToolCalls}[5m])) > 0.02)`,
  unit: '1',
  description:
    'Share of the calls of MCP tools in the last 5 minutes that failed; absent below six calls in that time.',
  thresholds: { warning: 0.5 },
} as const satisfies Recording

export const mcpToolErrorsHigh = {
  alert: 'McpToolErrorsHigh',
  query: promql`${mcpToolErrorShare} > ${warning(mcpToolErrorShare)}`,
  for: '10m',
  severity: 'warning',
  summary: 'Most calls of MCP tools fail on {{ $labels.instance }}.',
  description: '{{ $value | humanizePercentage }} of the calls fail.',
  runbook: `A model that errs reads why and tries otherwise, so that single failures mean nothing. Here models get nowhere, though MCP
answers each of these calls with a success, which no other alert sees.

1. *MCP* dashboard, errors by tool: is it one tool or all of them?
2. The log, at level error: \`a tool failed\` names a fault of the node, with its cause. It deserves a report.
3. \`sync\` alone: the hosts fail; *Sync* dashboard, failures by reason.
4. No line in the log: models ask for what is not kept here, or with wrong arguments. The answer tells them how to mend it; does a client
   repeat the same call all the same?`,
  tests: {
    fires: {
      series: [
        { query: promql`${mcpToolErrors}{tool="sync"}`, values: '0+{warning*1.98}x240' },
        { query: promql`${mcpToolCalls}{tool="sync"}`, values: '0+1.8x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${mcpToolErrors}{tool="sync"}`, values: '0+{warning*1.62}x240' },
        { query: promql`${mcpToolCalls}{tool="sync"}`, values: '0+1.8x240' },
        // Every call to another node fails, but there are few of them.
        { query: promql`${mcpToolErrors}{instance="idle",tool="query"}`, values: '0+0.9x240' },
        { query: promql`${mcpToolCalls}{instance="idle",tool="query"}`, values: '0+0.9x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert
