import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { encode, toBytes, toCidLink } from '@atcute/cbor'
import { CODEC_DCBOR, toString as cidText, create } from '@atcute/cid'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { createLog } from '../../model/log.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import type { Search, SearchQuery } from '../../state/search/search.ts'
import type { RecordQuery, RepoQuery, RepoState, Storage } from '../../state/storage/storage.ts'
import { type ApiOptions, createApi } from './api.ts'
import { type Listener, listen } from './listen.ts'
import { type Ask, askOf } from './testing/ask.ts'
import { createTestControl } from './testing/control.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa' as Did
const bytes = encode({
  $type: 'app.bsky.feed.post',
  text: 'grüße',
  embed: { data: toBytes(new Uint8Array([1, 2, 3])) },
})
const cid = await create(CODEC_DCBOR, bytes)
const record: StoredRecord = {
  did: alice,
  collection: 'app.bsky.feed.post',
  rkey: '3k2a',
  cid: cidText(cid),
  rev: '3k2b',
  bytes,
  indexedAtMs: 1_700_000_000_000,
}
const linking: StoredRecord = { ...record, rkey: 'link', bytes: encode({ subject: toCidLink(cid) }) }
const repo: RepoState = {
  content: 'synced',
  position: 7,
  did: alice,
  status: 'synced',
  rev: '3k2b',
  handle: 'alice.test',
  updatedAtMs: 1_700_000_000_000,
}

describe('the API', () => {
  const asked: { record?: RecordQuery; repo?: RepoQuery; search?: SearchQuery } = {}
  const log: string[] = []
  let api: Listener

  const storage = {
    get: async ({ rkey }) => {
      if (rkey === 'broken') throw new Error('the disk at /secret is gone')
      if (rkey === 'rotten') return { ...record, bytes: new Uint8Array([0xff]) }
      return rkey === record.rkey ? record : rkey === linking.rkey ? linking : undefined
    },
    query: async (query) => {
      if (query.cursor === 'bad') throw new InvalidError('the cursor is of another query')
      asked.record = query
      return { records: Array<StoredRecord>(Math.min(query.limit, 200)).fill(record), cursor: 'next' }
    },
    getRepo: async (did) => (did === alice ? repo : undefined),
    listRepos: async (query) => {
      asked.repo = query
      return { repos: [repo] }
    },
    totals: async () => ({ records: 2, collections: 1 }) as never,
  } satisfies Partial<Storage> as unknown as Storage
  const search = {
    query: async (query) => {
      asked.search = query
      return {
        hits: [
          { ...record, score: 2 },
          { ...record, rkey: 'hidden', score: 1 },
        ],
        cursor: 'more',
      }
    },
  } satisfies Partial<Search> as unknown as Search
  const options: ApiOptions = {
    storage,
    search,
    control: createTestControl(),
    log: createLog({ write: (line) => log.push(line) }),
    ready: () => ({ storage: 'ok', relay: 'ok' }),
    stats: () => ({ firehose: { connected: true, queued: 0 } }),
    config: () => ({ service: { port: { value: 3000, origin: 'default' } } }),
    version: '1.2.3',
    maxBodyBytes: 2000,
    maxUrlLength: 500,
  }

  before(async () => {
    api = await listen(createApi(options), { port: 0 })
  })
  after(() => api.close())
  const ask = (path: string, more?: Ask) => askOf(api, path, more)

  it('shows a record as JSON, with links and bytes as AT Protocol writes them', async () => {
    const { status, headers, body } = await ask(`/records/${alice}/app.bsky.feed.post/3k2a`)
    assert.equal(status, 200)
    assert.match(headers['content-type'] ?? '', /^application\/json/)
    assert.deepEqual(body, {
      uri: recordUri(record),
      cid: record.cid,
      rev: '3k2b',
      indexedAt: '2023-11-14T22:13:20.000Z',
      value: { $type: 'app.bsky.feed.post', text: 'grüße', embed: { data: { $bytes: 'AQID' } } },
    })
    const { body: other } = await ask(`/records/${alice}/app.bsky.feed.post/link`)
    assert.deepEqual(other.value, { subject: { $link: record.cid } })
  })

  it('answers 304 to a caller that already has the record, by its CID', async () => {
    const path = `/records/${alice}/app.bsky.feed.post/3k2a`
    const first = await ask(path)
    assert.equal(first.headers.etag, `"${record.cid}"`)
    const again = await ask(path, { headers: { 'if-none-match': `"${record.cid}"` } })
    assert.deepEqual([again.status, again.text], [304, ''])
    assert.equal((await ask(path, { headers: { 'if-none-match': '"other"' } })).status, 200)
  })

  it('answers a query with a page, and hands the storage just what was asked', async () => {
    const { status, body } = await ask('/query', {
      post: {
        collection: 'app.bsky.feed.like',
        linksTo: recordUri(record),
        where: { a: 1, b: true },
        limit: 3,
        cursor: 'c',
      },
    })
    assert.equal(status, 200)
    assert.deepEqual([body.records.length, body.cursor], [3, 'next'])
    assert.deepEqual(asked.record, {
      collection: 'app.bsky.feed.like',
      linksTo: recordUri(record),
      where: { a: 1, b: true },
      limit: 3,
      cursor: 'c',
      maxBytes: 1_048_576,
    })
    await ask('/query', { post: {} })
    assert.deepEqual(asked.record, { limit: 50, maxBytes: 1_048_576 })
  })

  it('fills search hits with their records, without those that are hidden', async () => {
    const { body } = await ask('/search?q=two%20words&collection=app.bsky.feed.post&limit=7&cursor=c')
    assert.deepEqual(asked.search, {
      text: 'two words',
      collection: 'app.bsky.feed.post',
      limit: 7,
      cursor: 'c',
    })
    assert.deepEqual(
      [body.hits.length, body.hits[0].uri, body.hits[0].score, body.cursor],
      [1, recordUri(record), 2, 'more'],
    )
  })

  it('lists repos and shows one', async () => {
    const shown = {
      did: alice,
      status: 'synced',
      rev: '3k2b',
      handle: 'alice.test',
      updatedAt: '2023-11-14T22:13:20.000Z',
    }
    assert.deepEqual((await ask('/repos?status=synced&limit=5')).body, { repos: [shown] })
    assert.deepEqual(asked.repo, { status: 'synced', limit: 5 })
    assert.deepEqual((await ask(`/repos/${alice}`)).body, { ...shown, tracked: false })
  })

  it('describes itself', async () => {
    assert.deepEqual((await ask('/health')).body, { status: 'alive' })
    assert.deepEqual((await ask('/ready')).body, { status: 'ready', checks: { storage: 'ok', relay: 'ok' } })
    assert.deepEqual((await ask('/config')).body, { service: { port: { value: 3000, origin: 'default' } } })
    const { uptimeSeconds, ...stats } = (await ask('/stats')).body
    assert.ok(uptimeSeconds > 0)
    assert.deepEqual(stats, {
      storage: { records: 2, collections: 1 },
      firehose: { connected: true, queued: 0 },
    })
    const { body } = await ask('/')
    assert.equal(body.version, '1.2.3')
    assert.ok('POST /query' in body.routes)
  })

  it('is not ready, with the reasons, when a part does not work', async () => {
    const relay = { reason: 'not connected', mend: 'wait', sinceMs: 1_700_000_000_000 }
    const ready = () => ({ storage: 'ok', relay }) as const
    await using lame = await listen(createApi({ ...options, ready }), { port: 0 })
    log.length = 0
    const { status, body, headers } = await askOf(lame, '/ready')
    assert.deepEqual(log, [])
    assert.equal(status, 503)
    assert.match(String(headers['content-type']), /^application\/problem\+json/)
    assert.equal(body.detail, 'relay: not connected')
    assert.deepEqual(body.checks, { storage: 'ok', relay: 'failing' })
    const since = '2023-11-14T22:13:20.000Z'
    assert.deepEqual(body.reasons, [{ part: 'relay', reason: 'not connected', since, mend: 'wait' }])
    assert.equal((await askOf(lame, '/health')).status, 200)
  })

  it('shows the API to everybody, as a document and as a page that runs and loads nothing', async () => {
    await using closed = await listen(createApi({ ...options, token: 'a-long-enough-token' }), { port: 0 })
    const { body } = await askOf(closed, '/openapi.json')
    assert.deepEqual([body.openapi, body.info.version], ['3.1.1', '1.2.3'])
    const { text, headers } = await askOf(closed, '/docs')
    assert.match(String(headers['content-type']), /^text\/html/)
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
    assert.doesNotMatch(
      text,
      /<script|<img|<link|@import|url\(|\son\w+=|javascript:|https?:\/\/(?!127\.0\.0\.1)/i,
    )
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    for (const [, id] of text.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.has(id), id)
  })

  it('names the kind of each problem by an address that tells more', async () => {
    const { body } = await ask('/nowhere')
    assert.equal(body.type, '/docs#problem-not-found')
    const [path, anchor] = body.type.split('#')
    assert.match((await ask(path)).text, new RegExp(`id="${anchor}"`))
  })

  const refused: readonly Refused[] = [
    { path: '/nowhere', status: 404 },
    { path: '/repos/did:plc:nobody', status: 404 },
    { path: `/records/${alice}/app.bsky.feed.post/nothing`, status: 404 },
    { path: `/records/alice/app.bsky.feed.post/3k2a`, status: 400, pointers: ['#/did'] },
    { path: `/records/${alice}/post/%20`, status: 400, pointers: ['#/collection', '#/rkey'] },
    { path: '/records/%zz/a.b.c/d', status: 400 },
    { path: '/repos/alice', status: 400, pointers: ['#/did'] },
    { path: '/repos?status=fine&limit=0&order=1', status: 400, pointers: ['#/status', '#/limit', '#'] },
    { path: `/repos/${alice}?colour=red`, status: 400, pointers: ['#'] },
    { path: '/repos?limit=1&limit=2', status: 400, pointers: ['#/limit'] },
    { path: '/search', status: 400, pointers: ['#/q'] },
    { path: '/search?q=', status: 400, pointers: ['#/q'] },
    { path: '/search?q=x&limit=101', status: 400, pointers: ['#/limit'] },
    { path: '/query', post: { limit: 1001 }, status: 400, pointers: ['#/limit'] },
    { path: '/query', post: { limit: '5' }, status: 400, pointers: ['#/limit'] },
    { path: '/query', post: { where: { a: 1 } }, status: 400, pointers: ['#/where'] },
    { path: '/query', post: { collection: 'a.b.c', where: { a: {} } }, status: 400, pointers: ['#/where/a'] },
    { path: '/query', post: { linksTo: 'https://example.org' }, status: 400, pointers: ['#/linksTo'] },
    { path: '/query', post: { colection: 'a.b.c' }, status: 400, pointers: ['#'] },
    { path: '/query', post: [], status: 400, pointers: ['#'] },
    { path: '/query', post: { cursor: 'bad' }, status: 400 },
    { path: '/query', raw: '{"limit":', status: 400 },
    { path: '/query', raw: '"text"', status: 400 },
    { path: '/query', raw: '{}', headers: { 'content-type': 'text/plain' }, status: 415 },
    { path: '/query', raw: '', headers: { 'content-type': 'text/plain' }, status: 415 },
    { path: '/query', raw: '{}', headers: { 'content-encoding': 'rot13' }, status: 415 },
    { path: '/query', raw: `"${'x'.repeat(3000)}"`, status: 413 },
    { path: `/search?q=${'x'.repeat(500)}`, status: 414 },
    { path: '/query', status: 405, allow: 'POST, OPTIONS' },
    { path: '/repos', method: 'DELETE', status: 405, allow: 'GET, POST, HEAD, OPTIONS' },
    { path: '/repos', post: {}, status: 400, pointers: ['#/did'] },
    { path: '/repos', post: { did: 'alice' }, status: 400, pointers: ['#/did'] },
    { path: '/repos/did:plc:nobody', method: 'DELETE', status: 404 },
    { path: '/repos/did:plc:nobody/errors', status: 404 },
    { path: `/repos/${alice}/sync`, status: 405, allow: 'POST, OPTIONS' },
    { path: `/repos/${alice}/sync?wait=never`, method: 'POST', status: 400, pointers: ['#/wait'] },
    { path: `/repos/${alice}/sync?trigger=mcp`, method: 'POST', status: 400, pointers: ['#/trigger'] },
    { path: '/repos/alice/sync', method: 'POST', status: 400, pointers: ['#/did'] },
    { path: '/dead-letters?kind=other', status: 400, pointers: ['#/kind'] },
    { path: '/dead-letters/17/retry', method: 'POST', status: 404 },
    { path: '/dead-letters/first/retry', method: 'POST', status: 400, pointers: ['#/id'] },
    { path: '/observers', method: 'POST', status: 405, allow: 'GET, HEAD, OPTIONS' },
    { path: '/observers/test', post: {}, status: 400, pointers: ['#/event'] },
    { path: '/observers/test', post: { event: { uri: 'at://alice.test/a.b.c/d' } }, status: 400 },
    { path: '/observers/test', post: { event: { uri: `at://${alice}/a.b.c/gone` } }, status: 404 },
    {
      path: '/observers/test',
      post: { event: { uri: recordUri(record) }, observers: [{ name: 'one', when: { did: 'alice' } }] },
      status: 400,
      pointers: ['#/observers/0/when/did'],
    },
    { path: '/observers/replay', post: {}, status: 400, pointers: ['#/since'] },
    { path: '/observers/replay', post: { since: 'yesterday' }, status: 400, pointers: ['#/since'] },
    { path: '/search/reindex', status: 405, allow: 'POST, OPTIONS' },
    { path: '/', headers: { host: 'rebound.example.org' }, status: 421 },
    { path: '/', headers: { origin: 'https://example.org' }, status: 403 },
    { path: '/health', headers: { origin: 'null' }, status: 403 },
    { path: '/health', method: 'PROPFIND', status: 405, allow: 'GET, HEAD, OPTIONS' },
  ]
  for (const { path, status, pointers, allow, ...how } of refused) {
    const sent = how.raw?.slice(0, 20) ?? JSON.stringify(how.post) ?? ''
    it(`answers ${status} to ${how.method ?? ''} ${path.slice(0, 60)} ${sent}`, async () => {
      log.length = 0
      const answer = await ask(path, how)
      assert.deepEqual(log, [])
      assert.equal(answer.status, status)
      assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/)
      assert.equal(answer.body.status, status)
      assert.ok(answer.body.title.length > 0 && answer.body.detail.length > 0)
      assert.equal(answer.headers.allow, allow)
      if (pointers)
        assert.deepEqual(
          answer.body.errors.map(({ pointer }: { pointer: string }) => pointer),
          pointers,
        )
    })
  }

  const failing = [{ rkey: 'broken', logged: /request failed .*the disk at \/secret is gone/ }]
  for (const { rkey, logged } of failing) {
    it(`says nothing of its inside when it fails on a ${rkey} record, and logs it once`, async () => {
      log.length = 0
      const { status, text, headers } = await ask(`/records/${alice}/app.bsky.feed.post/${rkey}`)
      assert.equal(status, 500)
      assert.deepEqual(JSON.parse(text), {
        type: '/docs#problem-internal',
        title: 'The service has failed',
        status: 500,
      })
      assert.equal(headers.etag, undefined)
      assert.equal(log.length, 1)
      assert.match(log[0] ?? '', logged)
    })
  }

  it('shows a rotten record as its bytes', async () => {
    const { status, text } = await ask(`/records/${alice}/app.bsky.feed.post/rotten`)
    const { value, bytes } = JSON.parse(text)
    assert.deepEqual([status, value, bytes], [200, null, '/w=='])
  })

  it('answers HEAD without a body and OPTIONS with what is allowed', async () => {
    assert.deepEqual(await ask('/repos', { method: 'HEAD' }).then(({ status, text }) => [status, text]), [
      200,
      '',
    ])
    const { status, headers } = await ask('/query', { method: 'OPTIONS' })
    assert.deepEqual([status, headers.allow], [204, 'POST, OPTIONS'])
  })

  it('compresses what is worth it, for callers that accept it', async () => {
    const many = await ask('/query', { post: { limit: 100 }, headers: { 'accept-encoding': 'gzip' } })
    assert.equal(many.headers['content-encoding'], 'gzip')
    assert.equal(JSON.parse(gunzipSync(many.bytes).toString()).records.length, 100)
    assert.equal((await ask('/query', { post: { limit: 100 } })).headers['content-encoding'], undefined)
  })

  it('lets no browser guess, embed or run what it answers', async () => {
    for (const path of ['/', '/nowhere']) {
      const { headers } = await ask(path)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(String(headers['content-security-policy']), /default-src 'none'/)
      assert.equal(headers['x-powered-by'], undefined)
    }
  })

  it('wants its token, where it has one, for all but probes', async () => {
    await using closed = await listen(createApi({ ...options, token: 'a-long-enough-token' }), { port: 0 })
    const statusOf = async (path: string, authorization?: string) =>
      (await askOf(closed, path, { headers: authorization ? { authorization } : {} })).status
    assert.equal(await statusOf('/health'), 200)
    assert.equal(await statusOf('/ready'), 200)
    assert.equal(await statusOf('/health?at=now'), 200)
    for (const path of ['/stats', '/repos', '/nowhere', '/']) assert.equal(await statusOf(path), 401, path)
    const change = { method: 'PATCH', post: { logLevel: 'debug' } }
    assert.equal((await askOf(closed, '/config', change)).status, 401)
    assert.equal(await statusOf('/stats', 'Bearer a-long-enough-token'), 200)
    assert.equal(await statusOf('/stats', 'bearer a-long-enough-token'), 200)
    for (const wrong of [
      'Bearer a-long-enough-toke',
      'Bearer ',
      'Basic a-long-enough-token',
      'a-long-enough-token',
    ])
      assert.equal(await statusOf('/stats', wrong), 401, wrong)
    const { headers, body } = await askOf(closed, '/stats')
    assert.match(headers['www-authenticate'] ?? '', /^Bearer /)
    assert.match(body.detail, /Authorization: Bearer/)
  })

  it('refuses a client that asks too often, but not its probes', async () => {
    await using slow = await listen(createApi({ ...options, rateLimit: 1 }), { port: 0 })
    const statuses: number[] = []
    for (let index = 0; index < 30; index++) statuses.push((await askOf(slow, '/')).status)
    assert.equal(statuses[0], 200)
    assert.equal(statuses.at(-1), 429)
    const { headers, body } = await askOf(slow, '/repos')
    assert.equal(headers['retry-after'], '1')
    assert.match(body.detail, /1 requests per second/)
    assert.equal((await askOf(slow, '/health')).status, 200)
  })
})

interface Refused extends Ask {
  readonly path: string
  readonly status: number
  readonly pointers?: readonly string[]
  readonly allow?: string
}
