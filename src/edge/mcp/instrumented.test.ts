import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import { mcpRequests, mcpToolCalls, mcpToolErrors } from '../../catalog/mcp/metrics.ts'
import { createCallTool, toolNamed } from './call-tool.ts'
import { countMcpRequests, instrumentCallTool } from './instrumented.ts'
import { createTestNode, did } from './testing/node.ts'

const call = { signal: new AbortController().signal, onProgress: () => {} }

describe('the metrics of MCP', () => {
  const cases = [
    { is: 'a call that succeeds', tool: 'repos', input: {}, errors: 0 },
    { is: 'wrong arguments', tool: 'repos', input: { limit: 0 }, errors: 1 },
    { is: 'a sync that fails', tool: 'sync', input: { did }, errors: 1 },
  ] as const
  for (const { is, tool, input, errors } of cases)
    it(`count ${is}`, async () => {
      const { meter, value } = createTestMeter()
      const node = createTestNode({ sync: () => Promise.reject(new Error('down')) })
      const named = toolNamed(tool)
      assert.ok(named)
      const callTool = instrumentCallTool(meter)(createCallTool({ node, onError: () => {} }))
      await callTool(named, input, call)
      assert.equal(await value(mcpToolCalls, { tool }), 1)
      assert.equal(await value(mcpToolErrors, { tool }), errors)
      assert.equal(await value(mcpToolCalls, { tool: 'query' }), 0)
    })

  it('are there before there is anything to count', async () => {
    const { meter, value } = createTestMeter()
    instrumentCallTool(meter)
    assert.equal(await value(mcpToolErrors, { tool: 'sync' }), 0)
  })

  it('count requests', async () => {
    const { meter, value } = createTestMeter()
    const count = countMcpRequests(meter)
    count()
    count()
    assert.equal(await value(mcpRequests, {}), 2)
  })
})
