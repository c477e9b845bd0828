import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { createFetch } from '../../net/fetch/fetch.ts'
import { signedHeaders } from './signature.ts'
import { alice, call } from './testing/call.ts'
import { createWebhook, type WebhookOptions } from './webhook.ts'

const nowMs = Date.UTC(2026, 0, 1)
const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')

describe('a signature', () => {
  it('is that of Standard Webhooks', () => {
    // The example of the libraries of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks).
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    }
    assert.deepEqual(signedHeaders(message, key), {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })
})

describe('a webhook', () => {
  it('posts the change as signed JSON, with its key', async () => {
    await using receiver = await startReceiver((_request, response) => void response.writeHead(204).end())
    assert.deepEqual(await send(receiver.url), { success: true })
    const [{ headers, body, method } = assert.fail('nothing came')] = receiver.requests
    assert.equal(method, 'POST')
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['x-own'], 'yes')
    const timestamp = nowMs / 1000
    for (const [name, value] of Object.entries(signedHeaders({ id: 'msg_2b3c', timestamp, body }, key)))
      assert.equal(headers[name], value)
    assert.deepEqual(JSON.parse(body), {
      type: 'record.create',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: {
        observer: 'one',
        uri: `at://${alice}/app.bsky.feed.post/3lc`,
        did: alice,
        collection: 'app.bsky.feed.post',
        rkey: '3lc',
        rev: '3lctide2222',
        cid: 'bafy',
        record: { value: { text: 'high tide', tags: ['sea', 'moon'], subject: 'did:plc:bob' } },
      },
    })
  })

  const answers: readonly (readonly [string, RequestListener, object])[] = [
    ['200 with a long body', (_, response) => void response.end('x'.repeat(1_000_000)), { success: true }],
    [
      '500',
      (_, response) => void response.writeHead(500).end(),
      { success: false, error: 'answers with 500' },
    ],
    [
      'a redirect, which is not followed',
      (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
      { success: false, error: 'answers with 302' },
    ],
    [
      '429 with Retry-After',
      (_, response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
      { success: false, error: 'answers with 429', retryAfterMs: 7000 },
    ],
    [
      '503 with a date',
      (_, response) =>
        void response
          .writeHead(503, {
            date: new Date(nowMs - 1000).toUTCString(),
            'retry-after': new Date(nowMs + 60_000).toUTCString(),
          })
          .end(),
      { success: false, error: 'answers with 503', retryAfterMs: 61_000 },
    ],
    [
      '410',
      (_, response) => void response.writeHead(410).end(),
      { success: false, error: 'answers with 410: it wants no more', isFinal: true },
    ],
  ]
  for (const [name, listener, outcome] of answers)
    it(`takes ${name} as ${JSON.stringify(outcome)}`, async () => {
      await using receiver = await startReceiver(listener)
      const { error, ...rest } = { error: undefined, ...(await send(receiver.url)) }
      const said = error === undefined ? {} : { error: String(error).replace(/^127\.0\.0\.1:\d+ /, '') }
      assert.deepEqual({ ...rest, ...said }, outcome)
      assert.equal(receiver.requests.length, 1)
    })

  it('fails where the connection is dropped', async () => {
    await using receiver = await startReceiver((request) => void request.socket.destroy())
    await assert.rejects(send(receiver.url), /failed to answer/)
  })

  it('does not call a private address that nobody has allowed', async () => {
    await using receiver = await startReceiver((_, response) => void response.end())
    await using fetch = createFetch({})
    await assert.rejects(send(receiver.url, { fetch }), /is not called: it is not reached by https/)
    await assert.rejects(send(new URL('https://10.0.0.1/'), { fetch }), /10\.0\.0\.1, which is not public/)
    assert.equal(receiver.requests.length, 0)
  })
})

interface Received {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function startReceiver(listener: RequestListener) {
  const requests: Received[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
    requests.push({ method: request.method, headers: request.headers, body })
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`),
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function send(url: URL, own: Partial<WebhookOptions> = {}) {
  await using fetch = createFetch({ trusted: url })
  return await createWebhook({ url, key, fetch, headers: { 'x-own': 'yes' }, now: () => nowMs, ...own })(
    call(),
  )
}
