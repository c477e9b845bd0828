import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { guardedPool, type Resolver } from './connector.ts'
import { createFetch, type FetchOptions } from './fetch.ts'
import type { FetchPolicy } from './policy.ts'
import { WebServer } from './testing/web-server.ts'

const family = (address: string) => (address.includes(':') ? 6 : 4)
const answers = (...addresses: string[]): Resolver & { asked: string[] } => {
  const asked: string[] = []
  const resolve: Resolver = async (hostname) => {
    asked.push(hostname)
    return addresses.map((address) => ({ address, family: family(address) }))
  }
  return Object.assign(resolve, { asked })
}

async function reasonOf(url: string, policy: FetchPolicy, options: FetchOptions): Promise<Error> {
  await using fetch = createFetch(policy, options)
  const response = await fetch(new URL(url)).catch((error) => error)
  assert.ok(response instanceof Error, `${url} was called`)
  return response
}

describe('a name that a stranger wrote', () => {
  const closed = [
    '10.0.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '127.0.0.1',
    '::1',
    'fd00::1',
    '::ffff:10.0.0.1',
  ]
  for (const address of [...closed, '0.0.0.0'])
    it(`is not called when it leads to ${address}`, async () => {
      const resolver = answers(address)
      const error = await reasonOf('https://stranger.example/', {}, { resolver })
      assert.equal(error.name, 'InvalidError')
      assert.ok(error.message.includes(address), error.message)
      assert.deepEqual(resolver.asked, ['stranger.example'])
    })

  it('is not called when one of its addresses is private, wherever that stands', async () => {
    for (const addresses of [
      ['192.0.2.1', '1.1.1.1'],
      ['1.1.1.1', '10.0.0.1'],
      ['2606:4700::1111', '1.1.1.1', '::1'],
    ])
      assert.equal(
        (await reasonOf('https://stranger.example/', {}, { resolver: answers(...addresses) })).name,
        'InvalidError',
      )
  })

  it('is judged anew for each connection, so that a change between two look-ups is of no use', async () => {
    await using server = await WebServer.start((response) =>
      response.setHeader('connection', 'close').end('yes'),
    )
    const turns = ['127.0.0.1', '10.0.0.1', '127.0.0.1']
    const resolver: Resolver = async () => [{ address: turns.shift() as string, family: 4 }]
    await using fetch = createFetch({ allowLoopback: true }, { resolver })
    const url = new URL(`http://localhost:${server.url.port}/`)
    assert.equal(await (await fetch(url)).text(), 'yes')
    await assert.rejects(fetch(url), { name: 'InvalidError' })
    assert.equal(await (await fetch(url)).text(), 'yes')
    assert.equal(server.asked.length, 2)
  })

  it('gets no request in the clear when it looks local and leads elsewhere', async () => {
    const error = await reasonOf(
      'http://localhost/',
      { allowLoopback: true },
      { resolver: answers('1.1.1.1') },
    )
    assert.equal(error.name, 'InvalidError')
  })

  it('without an address, or a resolver that fails, is a failure that may pass', async () => {
    assert.equal((await reasonOf('https://a.example/', {}, { resolver: answers() })).name, 'UpstreamError')
    const failing: Resolver = async () => {
      throw new Error('server failure')
    }
    const error = await reasonOf('https://a.example/', {}, { resolver: failing })
    assert.equal(error.name, 'UpstreamError')
    assert.match(error.message, /server failure/)
  })

  it('does not hold up its caller while nobody answers for it', async () => {
    const silent: Resolver = () => new Promise(() => {})
    const error = await reasonOf('https://a.example/', {}, { resolver: silent, connectMs: 50 })
    assert.equal(error.name, 'TimeoutError')
    assert.match(error.message, /^no connection to a\.example within 50 ms$/)
  })
})

it('an origin that the operator chose may lead anywhere, and another by the same look-up may not', async () => {
  await using server = await WebServer.start((response) => response.end('yes'))
  const trusted = new URL(`http://relay.internal:${server.url.port}`)
  await using fetch = createFetch({ trusted }, { resolver: answers('127.0.0.1') })
  assert.equal(await (await fetch(new URL('/path', trusted))).text(), 'yes')
  await assert.rejects(fetch(new URL(`https://relay.internal:${server.url.port}/`)), { name: 'InvalidError' })
  await assert.rejects(fetch(new URL('https://other.internal/')), { name: 'InvalidError' })
  assert.deepEqual(server.asked, ['/path'])
})

it('an address that is written as a number is judged by the connection as well, which asks no resolver for it', async () => {
  const connector = { policy: {}, resolver: answers('1.1.1.1'), connectMs: 1000 }
  for (const origin of ['https://127.0.0.1:8443', 'https://10.0.0.1', 'https://[::1]:8443']) {
    await using stack = new AsyncDisposableStack()
    const pool = guardedPool(new URL(origin), {}, connector)
    stack.defer(() => pool.destroy())
    await assert.rejects(pool.request({ path: '/', method: 'GET' }), { name: 'InvalidError' })
  }
  assert.deepEqual(connector.resolver.asked, [])
})
