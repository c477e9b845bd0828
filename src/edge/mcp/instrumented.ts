import type { Meter } from '@opentelemetry/api'
import { bind } from '@tidegauge/otel'
import { mcpRequests, mcpToolCalls, mcpToolErrors, type mcpTools } from '../../catalog/mcp/metrics.ts'
import type { CallTool } from './call-tool.ts'

/**
 * Counts the calls of each tool when they end. One that fails is an error, though MCP calls its answer a success. The
 * zeroes are there from now on, and not from the first call, which would be no increase to Prometheus.
 */
export function instrumentCallTool(meter: Meter): (callTool: CallTool) => CallTool {
  const calls = bind(meter, mcpToolCalls)
  const errors = bind(meter, mcpToolErrors)
  return (callTool) => async (tool, input, call) => {
    const attributes = { tool: tool.name as (typeof mcpTools)[number] }
    const result = await callTool(tool, input, call)
    calls.add(1, attributes)
    if (result.isError) errors.add(1, attributes)
    return result
  }
}

/** Counts each request as it comes in, whatever it asks. */
export function countMcpRequests(meter: Meter): () => void {
  const requests = bind(meter, mcpRequests)
  return () => requests.add(1)
}
