import assert from 'node:assert/strict'
import { request } from './network.ts'
import type { Tidegauge } from './tidegauge.ts'

/** Calls a tool as a model's program does. To MCP a call that fails is answered with success as well. */
export async function callTool({ url }: Pick<Tidegauge, 'url'>, name: string, args: object): Promise<void> {
  const params = { name, arguments: args }
  const response = await request(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  assert.equal(response.status, 200)
  await response.arrayBuffer()
}
