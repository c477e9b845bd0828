import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { fromUint8Array } from '@atcute/repo'
import express from 'express'
import { decodeFrame, Follower } from '../../demo/testing/follower.ts'
import { Subscriber } from '../../demo/testing/subscriber.ts'
import { LocalRepo } from '../../flow/local/local-repo.ts'
import type { Did } from '../../model/did.ts'
import { createLog } from '../../model/log.ts'
import { readDocument } from '../../net/identity/document.ts'
import { readCar } from '../../net/repo/car.ts'
import { importSigningKey } from '../../net/repo/signing-key.ts'
import { Database } from '../../state/database.ts'
import { SqliteLocalStore } from '../../state/local/sqlite.ts'
import { Subscribers } from './subscribers.ts'
import { acceptSubscribers } from './upgrade.ts'
import { xrpcRoutes } from './xrpc.ts'

interface World {
  readonly repo: LocalRepo
  readonly subscribers: Subscribers
  readonly url: URL
  readonly get: (path: string, params?: Record<string, string>) => Promise<Response>
}

interface WorldOptions {
  readonly did?: Did
  readonly handle?: string
  readonly keepEvents?: number
  readonly mostFiles?: number
  readonly refusal?: (request: IncomingMessage) => number | undefined
}

const secret = new Uint8Array(32).fill(7)
const collection = 'a.b.note'

async function serve(options: WorldOptions, test: (world: World) => Promise<void>): Promise<void> {
  const {
    did = 'did:web:localhost%3A3000',
    handle,
    keepEvents = 1000,
    mostFiles = 16,
    refusal = () => undefined,
  } = options
  using database = new Database()
  const store = new SqliteLocalStore({ database, keepEvents })
  await using repo = await LocalRepo.open({ store, did, handle, key: await importSigningKey(secret) })
  const subscribers = new Subscribers({ events: repo.events, most: 3 })
  repo.events.listen(() => subscribers.notify())
  const app = express()
  const server = createServer(app)
  const url = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const log = createLog({ level: 'error', write: () => {} })
  app.use(xrpcRoutes({ repo: () => repo, address: url, version: '1', log, mostFiles }))
  acceptSubscribers(server, { subscribers: () => subscribers, refusal })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const get: World['get'] = (path, params = {}) =>
    fetch(new URL(`${path}?${new URLSearchParams(params)}`, url()))
  try {
    await test({ repo, subscribers, url: url(), get })
  } finally {
    subscribers.close()
    server.closeAllConnections()
    server.close()
  }
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

describe('what the node answers about its own repo', () => {
  it('says that there is none before the first record', () =>
    serve({}, async ({ repo, get }) => {
      for (const method of ['getRepo', 'getLatestCommit', 'getRepoStatus']) {
        const response = await get(`/xrpc/com.atproto.sync.${method}`, { did: repo.did })
        assert.equal(response.status, 400)
        assert.equal(((await response.json()) as { error: string }).error, 'RepoNotFound')
      }
      assert.deepEqual(await (await get('/xrpc/com.atproto.sync.listRepos')).json(), { repos: [] })
      // Whoever makes its DID in a directory needs the key before that.
      const about = await get('/xrpc/com.atproto.repo.describeRepo', { repo: repo.did })
      const { collections, didDoc } = (await about.json()) as { collections: string[]; didDoc: object }
      assert.deepEqual(collections, [])
      assert.match(JSON.stringify(didDoc), new RegExp(repo.key.multikey))
    }))

  it('gives out the whole repo, and what has changed', () =>
    serve({}, async ({ repo, get }) => {
      for (let n = 0; n < 50; n++) await repo.put({ collection, rkey: `k${n}` }, { n })
      const since = (await repo.head())?.rev ?? ''
      await repo.put({ collection, rkey: 'last' }, { n: 50 })
      const { did } = repo
      const whole = await get('/xrpc/com.atproto.sync.getRepo', { did })
      assert.equal(whole.headers.get('content-type'), 'application/vnd.ipld.car')
      assert.equal([...fromUint8Array(await bytesOf(whole))].length, 51)
      const changed = await bytesOf(await get('/xrpc/com.atproto.sync.getRepo', { did, since }))
      assert.ok(readCar(Buffer.from(changed)).blocks.size < 10)
    }))

  it('proves what a record is, and that there is none', () =>
    serve({}, async ({ repo, get }) => {
      for (let n = 0; n < 50; n++) await repo.put({ collection, rkey: `k${n}` }, { n })
      const { cid } = await repo.put({ collection, rkey: 'x' }, { n: 1000 })
      const proof = async (rkey: string) => {
        const params = { did: repo.did, collection, rkey }
        const { roots, blocks } = readCar(
          Buffer.from(await bytesOf(await get('/xrpc/com.atproto.sync.getRecord', params))),
        )
        return { roots, blocks }
      }
      const { roots, blocks } = await proof('x')
      assert.ok(blocks.has(roots[0] ?? ''))
      const { parseCid } = await import('../../net/repo/cid.ts')
      assert.ok(blocks.has(parseCid(cid)))
      assert.ok((await proof('absent')).blocks.size < blocks.size + 3)
    }))

  it('says where the repo stands, in all of its answers the same', () =>
    serve({}, async ({ repo, get }) => {
      const { rev } = await repo.put({ collection, rkey: 'x' }, { n: 1 })
      const { did } = repo
      const latest = (await (await get('/xrpc/com.atproto.sync.getLatestCommit', { did })).json()) as {
        cid: string
      }
      const status = await (await get('/xrpc/com.atproto.sync.getRepoStatus', { did })).json()
      const list = await (await get('/xrpc/com.atproto.sync.listRepos')).json()
      assert.deepEqual(status, { did, active: true, rev })
      assert.deepEqual(list, { repos: [{ did, head: latest.cid, rev, active: true }] })
      const { blocks } = readCar(
        Buffer.from(await bytesOf(await get('/xrpc/com.atproto.sync.getBlocks', { did, cids: latest.cid }))),
      )
      assert.equal(blocks.size, 1)
    }))

  it('shows records one by one and page by page', () =>
    serve({ did: 'did:web:own.example', handle: 'own.example' }, async ({ repo, get }) => {
      for (let n = 0; n < 5; n++) await repo.put({ collection, rkey: `k${n}` }, { n })
      const one = await get('/xrpc/com.atproto.repo.getRecord', {
        repo: 'own.example',
        collection,
        rkey: 'k3',
      })
      assert.deepEqual(((await one.json()) as { value: unknown }).value, { $type: collection, n: 3 })
      const found: string[] = []
      for (let cursor: string | undefined; ; ) {
        const params = { repo: repo.did, collection, limit: '2', ...(cursor && { cursor }) }
        const page = (await (await get('/xrpc/com.atproto.repo.listRecords', params)).json()) as {
          cursor?: string
          records: { uri: string }[]
        }
        found.push(...page.records.map(({ uri }) => uri.slice(-2)))
        cursor = page.cursor
        if (cursor === undefined) break
      }
      assert.deepEqual(found, ['k4', 'k3', 'k2', 'k1', 'k0'])
      const about = (await (await get('/xrpc/com.atproto.repo.describeRepo', { repo: repo.did })).json()) as {
        handle: string
        collections: string[]
      }
      assert.deepEqual([about.handle, about.collections], ['own.example', [collection]])
    }))

  it('has a DID document that leads here, and a handle that leads to the DID', () =>
    serve({ did: 'did:web:own.example', handle: 'own.example' }, async ({ repo, url, get }) => {
      const info = readDocument(repo.did, await (await get('/.well-known/did.json')).json())
      const expected = {
        did: repo.did,
        signingKey: repo.key.multikey,
        pds: url.origin,
        handle: 'own.example',
      }
      assert.deepEqual({ ...info }, expected)
      assert.equal(await (await get('/.well-known/atproto-did')).text(), repo.did)
      const resolved = await get('/xrpc/com.atproto.identity.resolveHandle', { handle: 'Own.example' })
      assert.deepEqual(await resolved.json(), { did: repo.did })
    }))

  it('leaves the document of another kind of DID to its directory', () =>
    serve({ did: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz' }, async ({ get }) => {
      assert.equal((await get('/.well-known/did.json')).status, 404)
    }))

  it('sends so many files at a time, and asks others to come back', () =>
    serve({ mostFiles: 1 }, async ({ repo, url, get }) => {
      const text = 'x'.repeat(900_000)
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => repo.put({ collection, rkey: `k${n}` }, { n, text })),
      )
      const { did } = repo
      const path = `/xrpc/com.atproto.sync.getRepo?${new URLSearchParams({ did })}`
      // Whoever does not read keeps the file waiting.
      const reading = httpRequest(new URL(path, url))
      const answered = once(reading, 'response')
      reading.end()
      const [response] = (await answered) as [IncomingMessage]
      const refused = await get('/xrpc/com.atproto.sync.getRepo', { did })
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1'])
      response.destroy()
      for (let status = 429; status === 429; )
        status = (await get('/xrpc/com.atproto.sync.getRepo', { did })).status
    }))

  const did = 'did:web:localhost%3A3000'
  const wrong: readonly (readonly [
    path: string,
    params: Record<string, string>,
    status: number,
    error: string,
  ])[] = [
    ['sync.getRepo', {}, 400, 'InvalidRequest'],
    ['sync.getRepo', { did: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz' }, 400, 'RepoNotFound'],
    ['sync.getRepo', { did, since: 'x' }, 400, 'InvalidRequest'],
    ['sync.getRecord', { did, collection: 'x', rkey: 'y' }, 400, 'InvalidRequest'],
    ['sync.getBlocks', { did, cids: 'x' }, 400, 'InvalidRequest'],
    [
      'sync.getBlocks',
      { did, cids: 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm' },
      400,
      'BlockNotFound',
    ],
    ['sync.listRepos', { limit: '0' }, 400, 'InvalidRequest'],
    ['sync.subscribeRepos', {}, 426, 'InvalidRequest'],
    ['sync.listHosts', {}, 404, 'XRPCNotSupported'],
    ['repo.getRecord', { repo: did, collection, rkey: 'absent' }, 400, 'RecordNotFound'],
    ['repo.getRecord', { repo: 'else.example', collection, rkey: 'x' }, 400, 'InvalidRequest'],
    ['repo.listRecords', { repo: did, collection, limit: '101' }, 400, 'InvalidRequest'],
    ['repo.listRecords', { repo: did, collection, reverse: 'yes' }, 400, 'InvalidRequest'],
    ['identity.resolveHandle', { handle: 'else.example' }, 400, 'InvalidRequest'],
  ]
  for (const [method, params, status, error] of wrong) {
    it(`answers ${method} ${JSON.stringify(params)} with ${status} ${error}`, () =>
      serve({}, async ({ repo, get }) => {
        await repo.put({ collection, rkey: 'x' }, { n: 1 })
        const response = await get(`/xrpc/com.atproto.${method}`, params)
        assert.deepEqual(
          [response.status, ((await response.json()) as { error: string }).error],
          [status, error],
        )
      }))
  }
})

describe('subscribeRepos of the own repo', () => {
  it('tells all from the beginning, then what happens, in a chain that holds', () =>
    serve({}, async ({ repo, url }) => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => repo.put({ collection, rkey: `k${n}` }, { n })))
      using subscriber = new Subscriber(url, 0)
      const follower = new Follower(() => repo.key.multikey)
      for (const frame of await subscriber.take(104)) await follower.take(frame)
      await repo.delete({ collection, rkey: 'k5' })
      for (const frame of await subscriber.take(1)) await follower.take(frame)
      const followed = follower.repos.get(repo.did)
      assert.deepEqual([followed?.rev, followed?.records.size], [(await repo.head())?.rev, 99])
    }))

  it('begins after the cursor, and with what happens where there is none', () =>
    serve({}, async ({ repo, url }) => {
      for (let n = 0; n < 5; n++) await repo.put({ collection, rkey: `k${n}` }, { n })
      using since = new Subscriber(url, repo.events.last - 1)
      using live = await new Subscriber(url).opened()
      await repo.put({ collection, rkey: 'last' }, { n: 5 })
      const seqs = async (subscriber: Subscriber, count: number) =>
        (await subscriber.take(count)).map((frame) => decodeFrame(frame).seq)
      const { last } = repo.events
      assert.deepEqual(await seqs(since, 2), [last - 1, last])
      assert.deepEqual(await seqs(live, 1), [last])
    }))

  const refused: readonly (readonly [cursor: string, error: string])[] = [
    ['100', 'FutureCursor'],
    ['x', 'InvalidRequest'],
  ]
  for (const [cursor, error] of refused) {
    it(`ends with ${error} for the cursor ${cursor}`, () =>
      serve({}, async ({ repo, url }) => {
        await repo.put({ collection, rkey: 'x' }, { n: 1 })
        using subscriber = new Subscriber(url, cursor)
        const [frame] = (await subscriber.take(2)).map(decodeFrame)
        assert.deepEqual([frame?.type, frame?.type === 'error' && frame.body.error], ['error', error])
        assert.equal(subscriber.closed, 1008)
      }))
  }

  it('says so where the cursor is older than what is kept', () =>
    serve({ keepEvents: 10 }, async ({ repo, url }) => {
      for (let n = 0; n < 30; n++) await repo.put({ collection, rkey: `k${n}` }, { n })
      using subscriber = new Subscriber(url, 1)
      const [info, first] = (await subscriber.take(2)).map(decodeFrame)
      assert.deepEqual([info?.type, info?.type === '#info' && info.body.name], ['#info', 'OutdatedCursor'])
      assert.equal(first?.seq, repo.events.oldest)
    }))

  it('takes no more subscribers than it has room for, and none that is refused', async () => {
    await serve({}, async ({ subscribers, url }) => {
      const all = await Promise.all([1, 2, 3].map(() => new Subscriber(url).opened()))
      assert.equal(subscribers.size, 3)
      using more = new Subscriber(url)
      await more.take(1)
      assert.equal(more.closed, 1006)
      for (const one of all) one[Symbol.dispose]()
    })
    await serve({ refusal: () => 421 }, async ({ url }) => {
      using subscriber = new Subscriber(url)
      await subscriber.take(1)
      assert.equal(subscriber.closed, 1006)
    })
  })

  it('answers who asks for another protocol elsewhere as if nobody had', () =>
    serve({}, async ({ url }) => {
      const { promise, resolve } = Promise.withResolvers<number | undefined>()
      const headers = { Connection: 'Upgrade', Upgrade: 'h2c' }
      httpRequest(new URL('/xrpc/_health', url), { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end()
      assert.equal(await promise, 200)
    }))
})
