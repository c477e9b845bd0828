import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parsePublicMultikey, Secp256k1PublicKey } from '@atcute/crypto'
import { verifyRecord } from '@atcute/repo'
import { cidText } from '../net/repo/cid.ts'
import type { Account } from './accounts.ts'
import { type DemoNetwork, startDemoNetwork } from './network.ts'

describe('the HTTP API', () => {
  let network: DemoNetwork
  let accounts: readonly Account[]
  before(async () => {
    network = await startDemoNetwork({ dir: ':memory:', eventsPerSecond: 0, accounts: 5, records: 60 })
    const [, deactivated, takendown, deleted] = network.accounts()
    await network.setStatus(deactivated?.did ?? assert.fail(), 'deactivated')
    await network.setStatus(takendown?.did ?? assert.fail(), 'takendown')
    await network.setStatus(deleted?.did ?? assert.fail(), 'deleted')
    accounts = network.accounts()
  })
  after(() => network[Symbol.asyncDispose]())

  const get = (path: string, params: Record<string, string | number> = {}) => {
    const url = new URL(path, network.relay)
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value))
    return fetch(url)
  }
  const sync = (name: string, params: Record<string, string | number> = {}) =>
    get(`/xrpc/com.atproto.sync.${name}`, params)
  const pages = async (name: string, params: Record<string, string | number>) => {
    const repos: Record<string, unknown>[] = []
    let cursor: string | undefined
    do {
      const page = (await (await sync(name, { ...params, ...(cursor && { cursor }) })).json()) as {
        cursor?: string
        repos: []
      }
      assert.ok(page.repos.length <= Number(params.limit))
      repos.push(...page.repos)
      cursor = page.cursor
    } while (cursor !== undefined)
    return repos
  }

  for (const limit of [1, 2, 5, 1000]) {
    it(`lists every repo once in pages of ${limit}`, async () => {
      const expected = accounts.map(({ did, status, head }) => ({
        did,
        head: cidText(head.commit.cid),
        rev: head.rev,
        active: status === 'active',
        ...(status !== 'active' && { status }),
      }))
      assert.deepEqual(await pages('listRepos', { limit }), expected)
    })
  }

  it('lists the active repos of a collection', async () => {
    const collection = 'app.bsky.actor.profile'
    assert.deepEqual(
      await pages('listReposByCollection', { limit: 1, collection }),
      accounts.filter(({ status }) => status === 'active').map(({ did }) => ({ did })),
    )
    assert.deepEqual(await pages('listReposByCollection', { limit: 10, collection: 'app.none.such' }), [])
  })

  it('gives a repo whose records can be verified with the key of the DID document', async () => {
    for (const { did, status } of accounts) {
      if (status !== 'active') continue
      const document = (await (await get(`/${did}`)).json()) as {
        verificationMethod: [{ publicKeyMultibase: string }]
      }
      const { publicKeyBytes } = parsePublicMultikey(document.verificationMethod[0].publicKeyMultibase)
      const publicKey = await Secp256k1PublicKey.importRaw(publicKeyBytes)
      const response = await sync('getRepo', { did })
      assert.equal(response.headers.get('content-type'), 'application/vnd.ipld.car')
      const carBytes = new Uint8Array(await response.arrayBuffer())
      for (const { path, cid } of network.records(did)) {
        const [collection = '', rkey = ''] = path.split('/')
        const found = await verifyRecord({
          did: did as `did:plc:${string}`,
          collection,
          rkey,
          publicKey,
          carBytes,
        })
        assert.equal(found.cid, cid)
      }
    }
  })

  it('writes DID documents as the PLC directory does, for accounts of any status', async () => {
    for (const { did, handle, multikey } of accounts) {
      for (const path of [`/${did}`, `/${encodeURIComponent(did)}`]) {
        const response = await get(path)
        assert.match(response.headers.get('content-type') ?? '', /^application\/did\+ld\+json/)
        const { '@context': _, ...document } = (await response.json()) as Record<string, unknown>
        assert.deepEqual(document, {
          id: did,
          alsoKnownAs: [`at://${handle}`],
          verificationMethod: [
            { id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: multikey },
          ],
          service: [
            { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: network.relay.origin },
          ],
        })
      }
    }
  })

  it('answers with the status and the latest commit of a repo', async () => {
    const [active, deactivated] = accounts as [Account, Account]
    const { did, head } = active
    assert.deepEqual(await (await sync('getRepoStatus', { did })).json(), {
      did,
      active: true,
      rev: head.rev,
    })
    assert.deepEqual(await (await sync('getLatestCommit', { did })).json(), {
      cid: cidText(head.commit.cid),
      rev: head.rev,
    })
    assert.deepEqual(await (await sync('getRepoStatus', { did: deactivated.did })).json(), {
      did: deactivated.did,
      active: false,
      status: 'deactivated',
    })
  })

  const did = (index: number) => () => ({ did: accounts[index]?.did ?? '' })
  const errors: readonly (readonly [
    name: string,
    params: () => Record<string, string | number>,
    status: number,
    error: string,
  ])[] = [
    ['getRepo', did(1), 400, 'RepoDeactivated'],
    ['getRepo', did(2), 400, 'RepoTakendown'],
    ['getRepo', did(3), 400, 'RepoNotFound'],
    ['getLatestCommit', did(1), 400, 'RepoDeactivated'],
    ['getRepo', () => ({ did: 'did:plc:nobody' }), 400, 'RepoNotFound'],
    ['getRepoStatus', () => ({ did: 'did:plc:nobody' }), 400, 'RepoNotFound'],
    ['getRepo', () => ({}), 400, 'InvalidRequest'],
    ['getRepo', () => ({ did: 'ada.test' }), 400, 'InvalidRequest'],
    ['getRepo', () => ({ ...did(0)(), since: 'abc' }), 400, 'InvalidRequest'],
    ['listRepos', () => ({ limit: 0 }), 400, 'InvalidRequest'],
    ['listRepos', () => ({ limit: 1001 }), 400, 'InvalidRequest'],
    ['listRepos', () => ({ limit: 'many' }), 400, 'InvalidRequest'],
    ['listRepos', () => ({ cursor: 'x' }), 400, 'InvalidRequest'],
    ['listReposByCollection', () => ({}), 400, 'InvalidRequest'],
    ['subscribeRepos', () => ({}), 426, 'InvalidRequest'],
    ['getBlob', () => ({}), 501, 'MethodNotImplemented'],
  ]
  for (const [name, params, status, error] of errors) {
    it(`answers ${name} that it cannot serve with ${status} ${error}`, async () => {
      const response = await sync(name, params())
      const body = (await response.json()) as { error: string; message: string }
      assert.deepEqual([response.status, body.error, typeof body.message], [status, error, 'string'])
    })
  }

  const others: readonly (readonly [path: string, status: number])[] = [
    ['/_health', 200],
    ['/xrpc/_health', 200],
    ['/xrpc/com.atproto.server.describeServer', 200],
    ['/did:plc:nobody', 404],
    ['/did:plc:%E0%A4%A', 404],
    ['/', 404],
    ['//', 404],
  ]
  for (const [path, status] of others) {
    it(`answers ${path} with ${status}`, async () => {
      const response = await fetch(network.relay.origin + path)
      assert.equal(response.status, status)
      assert.equal(typeof (await response.json()), 'object')
    })
  }

  it('resolves handles', async () => {
    const resolve = (handle: string) => get('/xrpc/com.atproto.identity.resolveHandle', { handle })
    assert.deepEqual(await (await resolve(accounts[0]?.handle ?? '')).json(), { did: accounts[0]?.did })
    assert.equal((await resolve('nobody.test')).status, 400)
  })

  it('takes nothing but GET', async () => {
    assert.equal((await fetch(network.relay, { method: 'POST', body: 'x' })).status, 405)
  })

  it('opens a WebSocket nowhere else', async () => {
    const socket = new WebSocket(new URL('/elsewhere', network.relay))
    await new Promise((resolve) => socket.addEventListener('error', resolve))
  })
})
