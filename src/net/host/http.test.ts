import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Did } from '../../model/did.ts'
import type { RepoBody } from './host.ts'
import { HttpHosts } from './http.ts'
import { FakeHost, listing, Refusal } from './testing/fake-host.ts'
import { httpFetch } from './testing/http-fetch.ts'

const did: Did = 'did:plc:alice'
const rev = '3lbxqzaaaaa2a'

describe('HttpHosts', () => {
  it('reads pages of repos, with what they say of each', async () => {
    const repos = [
      { did, rev, head: 'bafy', active: true },
      { did: 'did:plc:bob', rev: '', active: false, status: 'takendown' },
      { did: 'did:web:carol.test' },
    ]
    await using host = await FakeHost.start({ listRepos: listing(() => repos) })
    const hosts = new HttpHosts({ fetch: httpFetch })
    const first = await hosts.listRepos(host.url, { limit: 2 })
    assert.deepEqual(first, {
      repos: [
        { did, rev, active: true },
        { did: 'did:plc:bob', active: false, status: 'takendown' },
      ],
      cursor: '2',
    })
    const last = await hosts.listRepos(host.url, { limit: 2, cursor: '2' })
    assert.deepEqual(last, { repos: [{ did: 'did:web:carol.test' }] })
    assert.deepEqual(host.requests, ['listRepos?limit=2', 'listRepos?limit=2&cursor=2'])
  })

  it('reads pages of repos by collection, and of hosts', async () => {
    await using host = await FakeHost.start({
      listReposByCollection: (params) => ({ repos: params.get('collection') === 'a.b.c' ? [{ did }] : [] }),
      listHosts: () => ({
        hosts: [{ hostname: 'pds.test', seq: 5, status: 'active' }, { hostname: 7 }],
        cursor: 'x',
      }),
    })
    const hosts = new HttpHosts({ fetch: httpFetch })
    const byCollection = await hosts.listReposByCollection(host.url, { collection: 'a.b.c' })
    assert.deepEqual(byCollection, { repos: [{ did }] })
    const page = await hosts.listHosts(host.url, {})
    assert.deepEqual(page, { hosts: [{ hostname: 'pds.test', status: 'active' }], cursor: 'x' })
  })

  it('reads what a host says of an account', async () => {
    const answers: unknown[] = [
      { did, active: true, rev },
      { did, active: false, status: 'takendown' },
      { did, active: false },
    ]
    await using host = await FakeHost.start({
      getRepoStatus: () => {
        if (answers.length === 0) throw new Refusal(400, 'RepoNotFound')
        return answers.shift()
      },
    })
    const hosts = new HttpHosts({ fetch: httpFetch })
    const ask = () => hosts.getRepoStatus(host.url, did)
    assert.deepEqual(await ask(), { active: true })
    assert.deepEqual(await ask(), { active: false, status: 'takendown' })
    assert.deepEqual(await ask(), { active: false })
    await assert.rejects(ask(), { name: 'UnavailableRepoError', status: 'unknown' })
    answers.push({ did })
    await assert.rejects(ask(), { name: 'InvalidError', message: /answered getRepoStatus, but/ })
    await using other = await FakeHost.start({})
    await assert.rejects(hosts.getRepoStatus(other.url, did), { name: 'UnsupportedMethod' })
  })

  it('leaves out entries that are not repos, and refuses answers that are no page', async () => {
    const answers: unknown[] = [{ repos: [{ did }, { did: 'alice' }, null, 7] }, { repos: {} }, [], 'x', null]
    await using host = await FakeHost.start({ listRepos: () => answers.shift() })
    const hosts = new HttpHosts({ fetch: httpFetch })
    assert.deepEqual(await hosts.listRepos(host.url, {}), { repos: [{ did }] })
    while (answers.length > 0) {
      await assert.rejects(hosts.listRepos(host.url, {}), {
        name: 'InvalidError',
        message: /answered listRepos, but/,
      })
    }
  })

  it('refuses an answer that is too long, or not JSON', async () => {
    let text = `{"rev":"${rev}","cid":"bafy"}`
    await using host = await FakeHost.start({ getLatestCommit: (_, { response }) => response.end(text) })
    const hosts = new HttpHosts({ fetch: httpFetch, maxAnswerBytes: 100 })
    assert.deepEqual(await hosts.getLatestCommit(host.url, did), { rev, cid: 'bafy' })
    text = `{"rev":"${rev}","cid":"bafy","more":"${'x'.repeat(100)}"}`
    await assert.rejects(hosts.getLatestCommit(host.url, did), {
      name: 'InvalidError',
      message: /longer than 100/,
    })
    text = '<html>'
    await assert.rejects(hosts.getLatestCommit(host.url, did), { name: 'InvalidError', message: /not JSON/ })
    text = '{"rev":"tomorrow","cid":"bafy"}'
    await assert.rejects(hosts.getLatestCommit(host.url, did), {
      name: 'InvalidError',
      message: /no revision/,
    })
  })

  it('hands over a repo, or the blocks that were asked for, as they come', async () => {
    const car = Buffer.from('a CAR file')
    await using host = await FakeHost.start({
      getRepo: (_, { response }) => response.setHeader('content-encoding', 'gzip').end(gzipSync(car)),
      getBlocks: (_, { response }) => response.end(car),
    })
    const hosts = new HttpHosts({ fetch: httpFetch })
    assert.equal(await text(await hosts.getRepo(host.url, did, { since: rev })), 'a CAR file')
    assert.equal(await text(await hosts.getBlocks(host.url, did, ['bafy1', 'bafy2'])), 'a CAR file')
    assert.deepEqual(host.requests, [
      `getRepo?did=did%3Aplc%3Aalice&since=${rev}`,
      'getBlocks?did=did%3Aplc%3Aalice&cids=bafy1&cids=bafy2',
    ])
  })

  it('says that a host failed to answer when the body is cut off', async () => {
    await using host = await FakeHost.start({
      getRepo: (_, { response }) => {
        response.write('half', () => response.destroy())
      },
    })
    const hosts = new HttpHosts({ fetch: httpFetch })
    const body = await hosts.getRepo(host.url, did)
    await assert.rejects(text(body), { name: 'UpstreamError', message: /failed to answer/ })
  })

  it('says that a host failed to answer when there is none', async () => {
    const host = await FakeHost.start({})
    const { url } = host
    await host[Symbol.asyncDispose]()
    const hosts = new HttpHosts({ fetch: httpFetch })
    await assert.rejects(hosts.listRepos(url, {}), { name: 'UpstreamError', message: /ECONNREFUSED/ })
  })

  const failures: readonly (readonly [status: number, name: string, expected: object])[] = [
    [400, 'RepoNotFound', { name: 'UnavailableRepoError', status: 'unknown' }],
    [400, 'RepoDeactivated', { name: 'UnavailableRepoError', status: 'deactivated' }],
    [400, 'RepoTakendown', { name: 'UnavailableRepoError', status: 'takendown' }],
    [400, 'RepoSuspended', { name: 'UnavailableRepoError', status: 'suspended' }],
    [403, 'RepoTakendown', { name: 'UnavailableRepoError', status: 'takendown' }],
    [404, 'RepoNotFound', { name: 'UnavailableRepoError', status: 'unknown' }],
    [400, 'InvalidRequest', { name: 'InvalidError', message: /HTTP 400, InvalidRequest: refused/ }],
    [401, 'AuthMissing', { name: 'AuthError' }],
    [403, 'Forbidden', { name: 'AuthError' }],
    [404, 'NotFound', { name: 'UnsupportedMethod' }],
    [501, 'MethodNotImplemented', { name: 'UnsupportedMethod' }],
    [408, 'RequestTimeout', { name: 'TimeoutError', type: 'timeout' }],
    [429, 'RateLimitExceeded', { name: 'RateLimitedError', type: 'rate_limited' }],
    [500, 'InternalServerError', { name: 'UpstreamError', type: 'network' }],
    [502, 'UpstreamFailure', { name: 'UpstreamError' }],
    [302, 'Elsewhere', { name: 'InvalidError' }],
  ]
  for (const [status, name, expected] of failures) {
    it(`takes HTTP ${status} ${name} for what it is`, async () => {
      await using host = await FakeHost.start({
        getRepo: () => {
          throw new Refusal(status, name)
        },
      })
      await assert.rejects(new HttpHosts({ fetch: httpFetch }).getRepo(host.url, did), expected)
    })
  }

  it('tells a method that a host lacks from one that it does not let us use', async () => {
    await using host = await FakeHost.start({})
    const hosts = new HttpHosts({ fetch: httpFetch })
    await assert.rejects(hosts.listHosts(host.url, {}), { name: 'UnsupportedMethod' })
    const query = { collection: 'a.b.c' }
    await assert.rejects(hosts.listReposByCollection(host.url, query), { name: 'UnsupportedMethod' })
    await assert.rejects(hosts.listRepos(host.url, {}), { name: 'UnsupportedMethod' })
    await assert.rejects(hosts.getLatestCommit(host.url, did), { name: 'AuthError' })
  })

  it('says when a host may be asked again, and does not ask it before', async () => {
    await using host = await FakeHost.start({
      getRepo: () => {
        throw new Refusal(429, 'RateLimitExceeded', { 'retry-after': '60' })
      },
    })
    let nowMs = 1_000_000
    const hosts = new HttpHosts({ fetch: httpFetch, now: () => nowMs })
    assert.equal(hosts.blockedUntilMs(host.url), undefined)
    await assert.rejects(hosts.getRepo(host.url, did), { name: 'RateLimitedError', retryAfterMs: 60_000 })
    assert.equal(hosts.blockedUntilMs(host.url), 1_060_000)
    nowMs += 10_000
    await assert.rejects(hosts.getRepo(host.url, did), { name: 'RateLimitedError', retryAfterMs: 50_000 })
    assert.equal(host.requests.length, 1)
    nowMs += 50_000
    assert.equal(hosts.blockedUntilMs(host.url), undefined)
    await assert.rejects(hosts.getRepo(host.url, did), { name: 'RateLimitedError' })
    assert.equal(host.requests.length, 2)
  })

  it('leaves a host alone whose requests are used up, as its answers say', async () => {
    await using host = await FakeHost.start({
      listRepos: (_, { response }) => {
        response.setHeader('ratelimit-limit', '2').setHeader('ratelimit-remaining', '0')
        response.setHeader('ratelimit-reset', '2000000300').setHeader('ratelimit-policy', '2;w=300')
        response.setHeader('date', new Date(2_000_000_000_000).toUTCString())
        return { repos: [] }
      },
    })
    const hosts = new HttpHosts({ fetch: httpFetch, now: () => 2_000_000_000_000 })
    await hosts.listRepos(host.url, {})
    assert.equal(hosts.blockedUntilMs(host.url), 2_000_000_300_000)
    await assert.rejects(hosts.listRepos(host.url, {}), { name: 'RateLimitedError', retryAfterMs: 300_000 })
    assert.equal(host.requests.length, 1)
  })

  it('has no more requests to a host under way than it may, until their bodies have ended', async () => {
    await using host = await FakeHost.start({
      getRepo: (_, { response }) => void response.write('begun'),
    })
    await using other = await FakeHost.start({ listRepos: listing(() => []) })
    const hosts = new HttpHosts({ fetch: httpFetch, concurrencyPerHost: 2 })
    const [first, second] = await Promise.all([hosts.getRepo(host.url, did), hosts.getRepo(host.url, did)])
    const third = hosts.getRepo(host.url, did)
    const stop = new AbortController()
    const fourth = hosts.getRepo(host.url, did, { signal: stop.signal })
    stop.abort(new Error('stopped'))
    await assert.rejects(fourth, /stopped/)
    await hosts.listRepos(other.url, {})
    assert.equal(host.requests.length, 2)
    await cancel(first)
    const body = await third
    assert.equal(host.requests.length, 3)
    await Promise.all([cancel(second), cancel(body)])
  })

  it('throws the reason of a signal that aborts while a body is read', async () => {
    await using host = await FakeHost.start({ getRepo: (_, { response }) => void response.write('begun') })
    const stop = new AbortController()
    const { chunks } = await new HttpHosts({ fetch: httpFetch }).getRepo(host.url, did, {
      signal: stop.signal,
    })
    const iterator = chunks[Symbol.asyncIterator]()
    await iterator.next()
    const next = iterator.next()
    stop.abort(new Error('stopped'))
    await assert.rejects(next, /stopped/)
  })
})

async function text({ chunks }: RepoBody): Promise<string> {
  const parts = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

async function cancel({ chunks }: RepoBody): Promise<void> {
  await chunks[Symbol.asyncIterator]().return?.()
}
