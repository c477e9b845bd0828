import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { decodeEnumeratedRepo } from '../../model/enumerated.ts'
import { HttpHosts } from '../../net/host/http.ts'
import { FakeHost, type Route } from '../../net/host/testing/fake-host.ts'
import { httpFetch } from '../../net/host/testing/http-fetch.ts'
import { Database } from '../../state/database.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { repoBackfill } from '../../state/streams/streams.ts'
import { Enumeration, type EnumerationOptions } from './enumerate.ts'

const repo = (number: number) => ({ did: `did:plc:${String(number).padStart(6, '0')}` as Did })
const page = (params: URLSearchParams) => Number(params.get('cursor') ?? 0)
const next = (params: URLSearchParams) => String(page(params) + 1)

/** A listing whose pages have one repo each, and which goes on as `next` says. */
const going =
  (next: (page: number) => number): Route =>
  (params) => ({ repos: [repo(page(params))], cursor: String(next(page(params))) })

const circles: readonly { readonly what: string; readonly list: Route; readonly repos: number }[] = [
  { what: 'leads to itself', list: going(() => 1), repos: 2 },
  { what: 'goes to and fro', list: going((at) => (at === 1 ? 2 : 1)), repos: 3 },
  { what: 'goes back to the first page', list: going((at) => (at + 1) % 7), repos: 7 },
  { what: 'goes in a circle after a while', list: going((at) => (at < 40 ? at + 1 : 23)), repos: 41 },
  { what: 'goes back by a page now and then', list: going((at) => (at === 9 ? 5 : at + 1)), repos: 10 },
  {
    what: 'goes in a circle of empty pages',
    list: (params) => ({ repos: [], cursor: String((page(params) + 1) % 3) }),
    repos: 0,
  },
]

describe('a listing', () => {
  for (const { what, list, repos } of circles)
    it(`comes to an end where it ${what}, with every repo in it`, async () => {
      await using host = await FakeHost.start({ listRepos: list })
      const { enumeration, listed } = setUp(host.url)
      await enumeration.run()
      assert.equal(new Set(await listed()).size, repos)
      assert.ok(host.requests.length <= 4 * (repos + 3), `${host.requests.length} requests`)
      assert.equal(enumeration.progress.isComplete, true)
    })

  const endless: readonly { readonly what: string; readonly list: Route; readonly repos: number }[] = [
    { what: 'the same repo', list: (params) => ({ repos: [repo(1)], cursor: next(params) }), repos: 1 },
    {
      what: 'the same hundred repos by turns',
      list: (params) => ({ repos: [repo(page(params) % 100)], cursor: next(params) }),
      repos: 100,
    },
    { what: 'nothing', list: (params) => ({ repos: [], cursor: next(params) }), repos: 0 },
    {
      what: 'nothing more after a while',
      list: (params) => ({ repos: page(params) < 30 ? [repo(page(params))] : [], cursor: next(params) }),
      repos: 30,
    },
  ]
  for (const { what, list, repos } of endless)
    it(`comes to an end where it has ${what} under ever new cursors, and says so`, async () => {
      await using host = await FakeHost.start({ listRepos: list })
      const told: string[] = []
      const { enumeration, listed } = setUp(host.url, { onEndless: ({ host }) => told.push(host) })
      await enumeration.run()
      assert.equal(new Set(await listed()).size, repos)
      assert.ok(host.requests.length <= 110 + 8 * repos, `${host.requests.length} requests`)
      assert.deepEqual([enumeration.progress.isComplete, told], [true, [host.url.host]])
    })

  it('is not cut short where each repo comes twice, or each page has one', async () => {
    for (const pageRepos of [1, 40]) {
      await using host = await FakeHost.start({
        listRepos: (params) => ({
          repos: Array.from({ length: pageRepos }, (_, at) => repo((page(params) * pageRepos + at) >> 1)),
          ...(page(params) < 2_000 / pageRepos && { cursor: next(params) }),
        }),
      })
      const { enumeration, listed } = setUp(host.url, { onEndless: () => assert.fail('it was cut short') })
      await enumeration.run()
      assert.ok(new Set(await listed()).size >= 1_000)
    }
  })

  it('of hosts comes to an end where it has the same one under ever new cursors', async () => {
    await using pds = await FakeHost.start({ listRepos: () => ({ repos: [repo(1)] }) })
    await using relay = await FakeHost.start({
      listHosts: (params) => ({ hosts: [{ hostname: pds.url.host }], cursor: next(params) }),
    })
    const { enumeration } = setUp(relay.url)
    await enumeration.run()
    assert.ok(relay.requests.length <= 110, `${relay.requests.length} requests`)
  })

  it('of hosts comes to an end where it goes in a circle', async () => {
    await using pds = await FakeHost.start({ listRepos: () => ({ repos: [repo(1)] }) })
    await using relay = await FakeHost.start({
      listHosts: (params) => ({
        hosts: [{ hostname: pds.url.host }],
        cursor: String((page(params) + 1) % 5),
      }),
    })
    const { enumeration, listed } = setUp(relay.url)
    await enumeration.run()
    assert.deepEqual(new Set(await listed()), new Set([repo(1).did]))
    assert.ok(relay.requests.length <= 25, `${relay.requests.length} requests`)
  })

  it('names strangers’ hosts, of which only those are asked that may be', async () => {
    const hostnames = [
      '10.0.0.1',
      '169.254.169.254',
      '[fd00::1]',
      '127.0.0.1:22',
      'a@b',
      'a/b',
      'x'.repeat(300),
      '',
    ]
    await using relay = await FakeHost.start({
      listHosts: () => ({ hosts: hostnames.map((hostname) => ({ hostname })) }),
    })
    const skipped: string[] = []
    const { enumeration, listed } = setUp(relay.url, { onHostSkip: ({ host }) => skipped.push(host) })
    await enumeration.run()
    assert.deepEqual(await listed(), [])
    assert.ok(skipped.every((host) => hostnames.includes(host)))
  })

  it('that repeats a repo, or names what is none, has each repo once in the end', async () => {
    const odd = [
      { did: 'did:plc:' },
      { did: 7 },
      {},
      null,
      'x',
      [],
      { did: 'did:plc:000001', rev: 7, active: 'no', status: {} },
    ]
    await using host = await FakeHost.start({
      listRepos: (params) => ({
        repos: [...odd, ...Array.from({ length: 500 }, () => repo(2))],
        ...(page(params) < 3 && { cursor: String(page(params) + 1) }),
      }),
    })
    const { enumeration, listed } = setUp(host.url)
    await enumeration.run()
    assert.deepEqual(new Set(await listed()), new Set([repo(1).did, repo(2).did]))
  })
})

function setUp(source: URL, options: Partial<EnumerationOptions> = {}) {
  const database = new Database()
  const streams = new SqliteStreams({ database })
  const enumeration = new Enumeration({
    source,
    // A guarded fetch refuses such addresses; here it is enough that no other is asked.
    hosts: new HttpHosts({
      fetch: async (url, options) => (isOwn(url) ? httpFetch(url, options) : refuse(url)),
    }),
    streams,
    storage: new SqliteStorage({ database }),
    allowLoopback: true,
    maxAttempts: 1,
    backoff: { firstMs: 1, maxMs: 1 },
    patience: 100,
    ...options,
  })
  const listed = async () =>
    (await streams.read(repoBackfill, 'everything', 1e6)).map(
      ({ payload }) => decodeEnumeratedRepo(payload).did,
    )
  return { enumeration, listed }
}

const isOwn = ({ hostname, port }: URL) => hostname === '127.0.0.1' && Number(port) > 1024

function refuse({ host }: URL): never {
  throw new Error(`${host} is not called`)
}
