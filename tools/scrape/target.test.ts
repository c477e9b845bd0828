import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { readTarget, type TargetOptions } from './target.ts'

/** Scrapes a server that answers in this way. */
async function scrape(answer: RequestListener, options: TargetOptions = {}, credentials = '') {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    return await readTarget(`http://${credentials}127.0.0.1:${port}/metrics`, options)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('readTarget', () => {
  it('scrapes as often as asked', async () => {
    let count = 0
    const target = await scrape((_, response) => response.end(`a_total ${++count}\n`), {
      scrapes: 3,
      intervalMs: 1,
    })
    const values = target.scrapes.map(({ families }) => families.get('a_total')?.samples[0]?.value)
    assert.deepEqual(values, [1, 2, 3])
  })

  it('sends user and password of the URL, which it never shows, and headers', async () => {
    let seen: (string | undefined)[] = []
    const target = await scrape(
      ({ headers }, response) => {
        seen = [headers.authorization, headers['x-shop'] as string, headers.accept?.split(';')[0]]
        response.end('a 1\n')
      },
      { headers: { 'x-shop': 'yes' } },
      'ann:se%20cret@',
    )
    assert.deepEqual(seen, [
      `Basic ${Buffer.from('ann:se cret').toString('base64')}`,
      'yes',
      'application/openmetrics-text',
    ])
    assert.doesNotMatch(target.url, /ann|cret/)
  })

  it('follows a redirect', async () => {
    const target = await scrape(({ url }, response) =>
      url === '/metrics' ? response.writeHead(302, { location: '/real' }).end() : response.end('a 1\n'),
    )
    assert.ok(target.scrapes[0]?.families.has('a'))
  })

  const refused: {
    readonly says: RegExp
    readonly answer: RequestListener
    readonly options?: TargetOptions
  }[] = [
    { says: /401: it asks for credentials/, answer: (_, response) => response.writeHead(401).end() },
    { says: /404: there is nothing at this path/, answer: (_, response) => response.writeHead(404).end() },
    { says: /500: boom; the service/, answer: (_, response) => response.writeHead(500).end('boom\nstack') },
    { says: /holds no series/, answer: (_, response) => response.end('') },
    {
      says: /it is a web page, not a scrape/,
      answer: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    },
    { says: /it is a web page, not a scrape/, answer: (_, response) => response.end('<!doctype html>\n<p>') },
    {
      says: /:1: .*; give a scrape in the Prometheus text format/,
      answer: (_, response) => response.end('{"a": 1}'),
    },
    {
      says: /it holds more than 100000 metrics/,
      answer: (_, response) =>
        response.end(Array.from({ length: 100_001 }, (_, at) => `m${at} 1\n`).join('')),
    },
    { says: /no whole answer within 0.05 s/, answer: () => {}, options: { timeoutMs: 50 } },
    { says: /it broke off the connection/, answer: (_, response) => response.destroy() },
  ]
  for (const { says, answer, options } of refused) {
    it(`says in one line: ${says.source}`, async () => {
      await assert.rejects(scrape(answer, options), ({ message, type }: Error & { type: string }) => {
        assert.match(message, says)
        assert.match(message, /^http:\/\/127\.0\.0\.1:\d+\/metrics:/)
        return type === 'usage' && !message.includes('\n')
      })
    })
  }

  it('says where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    await assert.rejects(readTarget(`http://127.0.0.1:${port}/metrics`), /nobody listens there/)
  })

  it('says which file is not there', async () => {
    await assert.rejects(readTarget('missing.txt'), /^UsageError: missing.txt: there is no such file/)
  })
})
