import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { describe, it } from 'node:test'
import { createTestNode, did } from './testing/node.ts'
import { messagesIn, modern, serveTestNode } from './testing/served.ts'

const call = (name: string, given: object = {}) => ({ name, arguments: given })

interface Refused {
  readonly is: string
  readonly message?: object | string
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly code: number
}

describe('MCP over HTTP', () => {
  it('answers clients of 2025 without a session', async () => {
    await using served = await serveTestNode(createTestNode())
    const info = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
    const response = await served.post({ method: 'initialize', params: info })
    assert.equal(response.headers.get('mcp-session-id'), null)
    const [{ result }] = await messagesIn(response)
    assert.equal(result.protocolVersion, '2025-06-18')
    assert.deepEqual(result.capabilities, {
      tools: { listChanged: false },
      resources: { listChanged: false },
    })
    const [listed] = await messagesIn(await served.post({ method: 'tools/list' }))
    assert.ok(listed.result.tools.length > 5)
    const [called] = await messagesIn(await served.post({ method: 'tools/call', params: call('repos') }))
    assert.equal(called.result.structuredContent.repos[0].did, did)
  })

  it('answers clients of 2026, which make no handshake', async () => {
    await using served = await serveTestNode(createTestNode())
    const ask = async (method: string, params: Parameters<typeof modern>[1]) => {
      const { headers, message } = modern(method, params)
      const [{ result }] = await messagesIn(await served.post(message, headers))
      return result
    }
    assert.ok((await ask('server/discover', {})).supportedVersions.includes('2026-07-28'))
    assert.ok((await ask('tools/list', {})).tools.length > 5)
    assert.equal((await ask('tools/call', call('repos'))).structuredContent.repos[0].did, did)
  })

  it('ends a subscription at once, as nothing changes that could be told', async () => {
    await using served = await serveTestNode(createTestNode())
    const { headers, message } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
    const messages = await messagesIn(await served.post(message, headers))
    assert.deepEqual(
      messages.map(({ method, result }) => method ?? result.resultType),
      ['notifications/subscriptions/acknowledged', 'complete'],
    )
  })

  const list = { method: 'tools/list' }
  const envelope = modern('tools/list')
  const refused: readonly Refused[] = [
    { is: 'an Accept without events', headers: { Accept: 'application/json' }, status: 406, code: -32000 },
    { is: 'another media type', headers: { 'Content-Type': 'text/plain' }, status: 415, code: -32000 },
    {
      is: 'an unknown version of the protocol',
      headers: { 'MCP-Protocol-Version': '1999-01-01' },
      status: 400,
      code: -32000,
    },
    {
      is: 'headers that contradict the message',
      message: envelope.message,
      headers: { ...envelope.headers, 'Mcp-Method': 'tools/call' },
      status: 400,
      code: -32020,
    },
    { is: 'an envelope without its headers', message: envelope.message, status: 400, code: -32020 },
    {
      is: 'an unknown version in the envelope',
      message: JSON.stringify({ jsonrpc: '2.0', id: 1, ...envelope.message }).replace(
        '2026-07-28',
        '2027-01-01',
      ),
      headers: { ...envelope.headers, 'MCP-Protocol-Version': '2027-01-01' },
      status: 400,
      code: -32022,
    },
    { is: 'what is not JSON', message: '{nope', status: 400, code: -32700 },
    { is: 'an empty body', message: '', status: 400, code: -32700 },
    { is: 'what is not JSON-RPC', message: '{"a":1}', status: 400, code: -32600 },
    { is: 'an empty batch', message: '[]', status: 400, code: -32600 },
    {
      is: 'a body that is too large',
      message: JSON.stringify('x'.repeat(10_000)),
      status: 413,
      code: -32000,
    },
    {
      is: 'a method that 2026 does not know',
      message: modern('nope').message,
      headers: modern('nope').headers,
      status: 404,
      code: -32601,
    },
    { is: 'a method that 2025 does not know', message: { method: 'nope' }, status: 200, code: -32601 },
    {
      is: 'a tool that there is not',
      message: { method: 'tools/call', params: call('nope') },
      status: 200,
      code: -32602,
    },
    {
      is: 'a resource that there is not',
      message: { method: 'resources/read', params: { uri: `tidegauge://repos/did:plc:none` } },
      status: 200,
      code: -32602,
    },
  ]
  for (const { is, message = list, headers, status, code } of refused)
    it(`refuses ${is}`, async () => {
      await using served = await serveTestNode(createTestNode())
      const response = await served.post(message, headers)
      const [{ error }] = await messagesIn(response)
      assert.deepEqual([response.status, error.code], [status, code])
    })

  for (const method of ['GET', 'DELETE', 'PUT', 'OPTIONS'])
    it(`has no ${method}, which only sessions need`, async () => {
      await using served = await serveTestNode(createTestNode())
      const response = await fetch(served.url, { method, headers: { Accept: 'text/event-stream' } })
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'])
      await response.text()
    })

  it('stops reading a body without a length that is too large', async () => {
    await using served = await serveTestNode(createTestNode())
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
    const request = httpRequest(served.url, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject)
    request.write('x'.repeat(6000))
    request.end('x'.repeat(6000))
    assert.equal(await promise, 413)
  })

  it('gets through nesting that no stack can follow', async () => {
    await using served = await serveTestNode(createTestNode())
    const deep = `${'['.repeat(4500)}${']'.repeat(4500)}`
    const message = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: call('search', { q: 0 }),
    })
    const [{ result }] = await messagesIn(await served.post(message.replace('"q":0', `"q":${deep}`)))
    assert.equal(result.isError, true)
  })

  const eras = [
    {
      era: '2025',
      of: (given: object) => ({
        headers: {},
        message: {
          method: 'tools/call',
          params: { ...call('sync', given), _meta: { progressToken: 'here' } },
        },
      }),
    },
    { era: '2026', of: (given: object) => modern('tools/call', call('sync', given)) },
  ]
  for (const { era, of } of eras) {
    it(`tells clients of ${era} that a long call goes on`, async () => {
      await using served = await serveTestNode(createTestNode({ sync: () => new Promise(() => {}) }))
      const { headers, message } = of({ did, waitSeconds: 1.5 })
      const [progress, last] = await messagesIn(await served.post(message, headers))
      assert.deepEqual(
        [progress.method, progress.params],
        [
          'notifications/progress',
          { progressToken: 'here', progress: 1, message: `${did} is being fetched (1 s)` },
        ],
      )
      assert.deepEqual(last.result.structuredContent, { did, state: 'running' })
    })

    it(`lets go of a call when its client of ${era} hangs up`, async () => {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const { promise: ended, resolve: end } = Promise.withResolvers<boolean | undefined>()
      await using served = await serveTestNode(
        createTestNode({
          sync: () => {
            begin()
            return new Promise(() => {})
          },
        }),
        {
          measured:
            (callTool) =>
            async (...args) => {
              const result = await callTool(...args)
              end(result.isError)
              return result
            },
        },
      )
      const { headers, message } = of({ did, waitSeconds: 300 })
      const client = new AbortController()
      const response = served.post(message, headers, client.signal).then((answer) => answer.text())
      await begun
      client.abort()
      await assert.rejects(response)
      // A call that nobody waits for any more has not failed.
      assert.equal(await ended, undefined)
    })
  }

  it('ends calls that wait when the node stops', async () => {
    const node = new AbortController()
    await using served = await serveTestNode(
      createTestNode({
        sync: () => {
          node.abort()
          return new Promise(() => {})
        },
      }),
      { signal: node.signal },
    )
    const { headers, message } = modern('tools/call', call('sync', { did, waitSeconds: 300 }))
    const [{ result }] = await messagesIn(await served.post(message, headers))
    assert.equal(result.structuredContent.state, 'running')
  })
})
