import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { post } from './harness/hosted-repo.ts'
import { type Hosted, HostileNetwork } from './harness/hostile-network.ts'
import { honest, only } from './harness/hostile-server.ts'
import { getJson, request } from './harness/network.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually, until } from './harness/until.ts'

describe('callers that misbehave', () => {
  let network: HostileNetwork
  let service: Tidegauge
  let alice: Hosted
  let bob: Hosted

  before(async () => {
    network = await HostileNetwork.start()
    ;[alice, bob] = [await network.host('alice'), await network.host('bob')]
    service = await startTidegauge({ pds: network.pds, args: ['--backfill', 'none'] })
  })

  after(async () => {
    await service?.[Symbol.asyncDispose]()
    await network[Symbol.asyncDispose]()
  })

  it('reach no route by a name of their own, nor from a page of their own', async () => {
    const { routes } = await getJson<{ routes: Record<string, string> }>(`${service.url}/`)
    const { host, port } = new URL(service.url)
    const strangers: readonly Readonly<Record<string, string>>[] = [
      { host: 'evil.example' },
      { host: `evil.example:${port}` },
      { host: `localhost.evil.example:${port}` },
      { host: `127.0.0.1.nip.io:${port}` },
      { host: `evil.example#@${host}` },
      { host, origin: 'http://evil.example' },
      { host, origin: `http://127.0.0.1.nip.io:${port}` },
      { host, origin: 'null' },
      { host, origin: `http://localhost:${port}` },
      { host, origin: 'file://' },
    ]
    let asked = 0
    for (const route of [...Object.keys(routes), 'GET /', 'GET /metrics', 'GET /nowhere']) {
      const [method = '', path = ''] = route.split(' ')
      const at = path.replace('{did}', alice.repo.did).replace(/\{\w+\}/g, 'x')
      for (const headers of strangers) {
        const body = JSON.stringify({ did: alice.repo.did })
        const status = await statusOf(at, { method, headers, body })
        assert.equal(status, headers.origin === undefined ? 421 : 403, `${route} ${JSON.stringify(headers)}`)
        asked++
      }
    }
    assert.ok(asked > 150, `${asked} requests`)
    assert.deepEqual((await service.get<{ repos: unknown[] }>('/repos')).repos, [])
  })

  const nonsense: readonly (readonly [body: string, status: number, type?: string])[] = [
    ['', 400],
    ['{', 400],
    ['null', 400],
    ['[]', 400],
    ['"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"', 400],
    ['{}', 400],
    ['{"did":7}', 400],
    ['{"did":null}', 400],
    ['{"did":["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"]}', 400],
    ['{"did":"alice.test"}', 400],
    ['{"did":"did:"}', 400],
    ['{"did":"did:plc:"}', 400],
    ['{"did":"did:plc:../../etc/passwd"}', 400],
    ['{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa\\u0000"}', 400],
    ['{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa\\n"}', 400],
    [`{"did":"did:web:${'a'.repeat(3000)}"}`, 400],
    ['{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","more":1}', 400],
    ['{"__proto__":{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}}', 400],
    [`{"did":"${'x'.repeat(70_000)}"}`, 413],
    ['['.repeat(30_000), 400],
    ['did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', 415, 'application/x-www-form-urlencoded'],
    ['{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}', 415, 'text/plain'],
  ]
  for (const [body, status, type = 'application/json'] of nonsense) {
    it(`get ${status} for ${JSON.stringify(body.slice(0, 60))} as ${type}`, async () => {
      const headers = { 'content-type': type }
      const response = await request(`${service.url}/repos`, { method: 'POST', headers, body })
      assert.equal(response.status, status, await response.text())
      assert.deepEqual((await service.get<{ repos: unknown[] }>('/repos')).repos, [])
    })
  }

  it('share one run, where 100 ask for the same repo at the same time', async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>()
    alice.host.answer = only('getRepo', async ({ honestly }) => {
      await goOn
      honestly()
    })
    const before = await service.scrape()
    const calls = Array.from({ length: 100 }, () => sync(alice))
    await until('99 have joined', async () => sumOf(await service.scrape(), 'sync_joined_total') === 99)
    resolve()
    const answers = await Promise.all(calls)
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal(answers.filter(({ joined }) => joined).length, 99)
    const after = await service.scrape()
    assert.equal(sumOf(after, 'sync_runs_total') - sumOf(before, 'sync_runs_total'), 1)
    assert.equal(alice.host.count('getRepo'), 1)
    assert.equal((await service.records(alice.repo.did)).size, alice.repo.records.size)
  })

  it('may remove a repo while it is being fetched: nothing of it is left, or comes back', async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>()
    const { promise: isRead, resolve: read } = Promise.withResolvers<void>()
    bob.host.answer = only('getRepo', async ({ response, repo }) => {
      const body = repo?.car() ?? Buffer.of()
      response.writeHead(200).write(body.subarray(0, body.length / 2))
      read()
      await goOn
      response.end(body.subarray(body.length / 2))
    })
    const run = sync(bob)
    await isRead
    const gone = await request(`${service.url}/repos/${bob.repo.did}`, { method: 'DELETE' })
    assert.equal(gone.status, 204)
    resolve()
    const { status } = await run
    assert.ok(status >= 400 && status < 600 && status !== 500, `${status}`)
    const path = `/repos/${bob.repo.did}`
    assert.equal((await request(service.url + path)).status, 404)
    assert.equal((await service.records(bob.repo.did)).size, 0)

    network.send({ type: '#commit', body: await bob.repo.commit([post('after', 'after')]) })
    const seq = network.send({ type: '#commit', body: await alice.repo.commit([post('last', 'last')]) })
    await eventually(async () => {
      assert.equal(sumOf(await service.scrape(), 'firehose_last_seq'), seq)
      await service.record(`at://${alice.repo.did}/app.bsky.feed.post/last`)
    })
    assert.equal((await request(service.url + path)).status, 404)
    assert.equal((await service.records(bob.repo.did)).size, 0)
    assert.equal(sumOf(await service.scrape(), 'sync_completed_total', { status: 'panic' }), 0)
  })

  it('cannot sync a repo that was removed, until it is tracked again', async () => {
    bob.host.answer = honest
    const before = await service.scrape()
    const refused = await sync(bob)
    assert.equal(refused.status, 404)
    assert.equal(sumOf(await service.scrape(), 'sync_runs_total'), sumOf(before, 'sync_runs_total'))
    const tracked = await request(`${service.url}/repos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ did: bob.repo.did }),
    })
    assert.equal(tracked.status, 202)
    await eventually(async () => {
      const { status, rev } = await service.get<{ status: string; rev: string }>(`/repos/${bob.repo.did}`)
      assert.deepEqual({ status, rev }, { status: 'synced', rev: bob.repo.head.rev })
    })
    const served = await service.records(bob.repo.did)
    assert.deepEqual(new Map([...served].map(([uri, { cid }]) => [uri, cid])), bob.repo.records)
  })

  it('may track, remove and sync one repo again and again at the same time', async () => {
    const act = (at: number) => {
      const path = `${service.url}/repos`
      const headers = { 'content-type': 'application/json' }
      if (at % 3 === 0)
        return request(path, { method: 'POST', headers, body: JSON.stringify({ did: bob.repo.did }) })
      if (at % 3 === 1) return request(`${path}/${bob.repo.did}/sync`, { method: 'POST' })
      return request(`${path}/${bob.repo.did}`, { method: 'DELETE' })
    }
    const answers = await Promise.all(Array.from({ length: 90 }, (_, at) => act(at)))
    const failed = answers.filter(({ status }) => status === 500)
    assert.deepEqual(await Promise.all(failed.map((answer) => answer.text())), [])
    await request(`${service.url}/repos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ did: bob.repo.did }),
    })
    await eventually(async () => {
      const { status, rev } = await service.get<{ status: string; rev: string }>(`/repos/${bob.repo.did}`)
      assert.deepEqual({ status, rev }, { status: 'synced', rev: bob.repo.head.rev })
    })
    const served = await service.records(bob.repo.did)
    assert.deepEqual(new Map([...served].map(([uri, { cid }]) => [uri, cid])), bob.repo.records)
    const scrape = await service.scrape()
    assert.equal(sumOf(scrape, 'sync_completed_total', { status: 'panic' }), 0)
    assert.equal(sumOf(scrape, 'indexer_errors_total', { type: 'unexpected' }), 0)
  })

  async function sync({ repo }: Hosted): Promise<{ status: number; joined?: boolean }> {
    const response = await request(`${service.url}/repos/${repo.did}/sync?wait=60`, { method: 'POST' })
    return { ...((await response.json()) as { joined?: boolean }), status: response.status }
  }

  /** `fetch` lets nobody choose these headers. */
  async function statusOf(
    path: string,
    { method, headers, body }: { method: string; headers: Readonly<Record<string, string>>; body: string },
  ): Promise<number | undefined> {
    const sent = httpRequest(service.url + path, { method, agent: false, headers })
    if (method === 'POST') sent.setHeader('content-type', 'application/json')
    sent.end(method === 'POST' ? body : undefined)
    const [response] = await once(sent, 'response')
    response.resume()
    return response.statusCode
  }
})
