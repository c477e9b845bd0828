import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventsOf } from './events.ts'
import { createForwardBackend, type PostToNode } from './forward-backend.ts'
import type { McpNode } from './node.ts'
import { createTestNode, did } from './testing/node.ts'
import { serveTestNode } from './testing/served.ts'
import type { Call } from './tool.ts'

const patient: Call = { signal: new AbortController().signal, onProgress: () => {} }

async function forwarding(node: Partial<McpNode> = {}) {
  const served = await serveTestNode(createTestNode(node))
  const post: PostToNode = (request) => fetch(served.url, { method: 'POST', ...request })
  return { served, backend: createForwardBackend((ask) => ask(post), '1.2.3') }
}

function answering(response: () => Response) {
  return createForwardBackend((ask) => ask(async () => response()), '1.2.3')
}

describe('a backend that passes calls on', () => {
  it('gives the results of the node', async () => {
    const { served, backend } = await forwarding()
    await using _served = served
    const { structuredContent, isError } = await backend.callTool('repos', {}, patient)
    assert.deepEqual(
      [(structuredContent as { repos: { did: string }[] }).repos[0]?.did, isError],
      [did, undefined],
    )
    assert.equal((await backend.callTool('repos', { limit: 0 }, patient)).isError, true)
    const { contents } = await backend.readResource('tidegauge://metrics', patient)
    assert.equal(contents.length, 1)
    assert.equal((await backend.listResources(patient)).length, 2)
  })

  it('gives the errors of the node, with their codes', async () => {
    const { served, backend } = await forwarding()
    await using _served = served
    const uri = 'tidegauge://repos/did:plc:none'
    await assert.rejects(backend.readResource(uri, patient), { code: -32602, data: { uri } })
  })

  it('passes on progress, and that nobody waits any more', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const { served, backend } = await forwarding({ sync: () => new Promise(() => {}) })
    await using _served = served
    const client = new AbortController()
    served.server.once('request', (_request, response) => response.once('close', end))
    const told: string[] = []
    const result = await backend.callTool(
      'sync',
      { did },
      {
        signal: client.signal,
        onProgress: (message) => {
          told.push(message)
          client.abort()
        },
      },
    )
    assert.equal(result.isError, true)
    assert.deepEqual(told, [`${did} is being fetched (1 s)`])
    await ended
  })

  it('says to a model why no node has answered', async () => {
    const nowhere = createForwardBackend(
      () => Promise.reject(new Error('nothing is kept in ./data')),
      '1.2.3',
    )
    const { content, isError } = await nowhere.callTool('repos', {}, patient)
    assert.deepEqual([content, isError], [[{ type: 'text', text: 'nothing is kept in ./data' }], true])
  })

  const strangers = [
    {
      is: 'another program',
      response: () => new Response('<html>', { status: 404 }),
      says: /is not a node \(404/,
    },
    {
      is: 'a node that ends in the middle',
      response: () => new Response(': keepalive\n\n', { headers: { 'Content-Type': 'text/event-stream' } }),
      says: /has not answered to resources\/list/,
    },
  ]
  for (const { is, response, says } of strangers)
    it(`does not take ${is} for an answer`, () =>
      assert.rejects(answering(response).listResources(patient), { message: says }))
})

describe('server-sent events', () => {
  const text =
    'event: message\r\ndata: {"a":1}\r\n\r\n: keepalive\n\ndata: two\ndata:lines\n\ndata: ünfinished'
  for (const size of [1, 3, 1000])
    it(`are the same in parts of ${size} bytes`, async () => {
      const bytes = Buffer.from(text)
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const events = await Array.fromAsync(eventsOf(new Response(ReadableStream.from(parts))))
      assert.deepEqual(events, ['{"a":1}', 'two\nlines'])
    })
})
