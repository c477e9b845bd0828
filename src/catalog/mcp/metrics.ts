import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'

export const mcpComponent = {
  name: 'mcp',
  title: 'MCP',
  description:
    'Models that search, read and sync by the Model Context Protocol, over HTTP or by tidegauge mcp.',
} as const satisfies Component

/** The tools that the server lists. */
export const mcpTools = [
  'search',
  'query',
  'get_record',
  'put_record',
  'edit_record',
  'delete_record',
  'repos',
  'sync',
  'audit',
] as const

export const mcpRequests = {
  name: 'mcp.requests',
  instrument: 'counter',
  unit: '{request}',
  description:
    'HTTP requests to /mcp that were let in, whatever they asked and however they were answered; tidegauge mcp makes one for each call.',
  noAlert:
    'How much models ask is not ours to judge; HttpErrorRatioHigh watches what the listener fails to answer.',
} as const satisfies MetricDefinition

export const mcpToolCalls = {
  name: 'mcp.tool_calls',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls of tools that have ended, failed ones included.',
  attributes: { tool: mcpTools },
  formerly: ['writestead_mcp_tool_calls_by_tool_total'],
} as const satisfies MetricDefinition

export const mcpToolErrors = {
  name: 'mcp.tool_errors',
  instrument: 'counter',
  unit: '{call}',
  description:
    'Calls of tools that failed: wrong arguments, what is not kept here, a sync that failed, a fault of the node. MCP sends them with a successful answer.',
  attributes: { tool: mcpTools },
} as const satisfies MetricDefinition
