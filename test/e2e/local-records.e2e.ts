import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Follower } from '../../src/demo/testing/follower.ts'
import { Subscriber } from '../../src/demo/testing/subscriber.ts'
import { request } from './harness/network.ts'
import { createRandom } from './harness/random.ts'
import { RepoVerifier } from './harness/repo-verifier.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

const collection = 'a.b.note'

/** A node that follows a network in which nothing happens. */
async function startQuiet(): Promise<Tidegauge> {
  const node = await startTidegauge({ args: ['--demo-rate', '0'] })
  await eventually(() => node.get('/xrpc/com.atproto.sync.listRepos'), { everyMs: 50 })
  return node
}

describe('the own repo of a node', () => {
  it('is followed by a second node, commit by commit, and read by the libraries of others', async () => {
    await using first = await startQuiet()
    const did = didOf(first)
    await Promise.all(Array.from({ length: 50 }, (_, n) => put(first, `k${n}`, { n })))
    const relay = { url: first.url, plc: first.url }
    await using second = await startTidegauge({ pds: relay })
    await sameRecords(first, second)
    for (let n = 0; n < 50; n += 2) await put(first, `k${n}`, { n, again: true })
    for (let n = 0; n < 50; n += 5) assert.equal(await remove(first, `k${n}`), 200)
    await sameRecords(first, second)
    const metrics = await second.scrape()
    assert.equal(sumOf(metrics, 'firehose_errors_total'), 0)
    // From its first commit on it was followed without a gap: nothing had to be fetched.
    assert.equal(sumOf(metrics, 'sync_runs_total'), 0)
    const repo = await second.get<{ status: string }>(`/repos/${encodeURIComponent(did)}`)
    assert.equal(repo.status, 'synced')

    const verifier = await RepoVerifier.open(did)
    await followAll(first, verifier)
    const records = await verifier.records(await carOf(first, 'getRepo', { did }))
    assert.deepEqual(records, cidsOf(await first.records(did)))
    const key = { did, collection, rkey: 'k1' }
    const [proven] = await verifier.proven(await carOf(first, 'getRecord', key))
    assert.equal(proven?.path, `${collection}/k1`)
  })

  it('counts each write as one sync by its own trigger', async () => {
    await using node = await startQuiet()
    for (let n = 0; n < 5; n++) await synced(node, await put(node, `k${n}`, { n }))
    for (let n = 0; n < 3; n++) await synced(node, await put(node, `k${n}`, { n: n + 10 }))
    const { body } = await node.call('DELETE', pathOf(node, 'k4'))
    await synced(node, body as Written)
    // What changes nothing is no write.
    assert.equal((await node.call('PUT', pathOf(node, 'k3'), { n: 3 })).status, 200)
    const metrics = await node.scrape()
    const count = (family: string, ...triggers: string[]) =>
      triggers.map((trigger) => sumOf(metrics, family, { trigger }))
    assert.deepEqual(count('sync_runs_total', 'write', 'edit', 'api', 'mcp'), [5, 4, 0, 0])
    assert.deepEqual(count('sync_joined_total', 'write', 'edit'), [0, 0])
  })

  it('loses no write that was answered, whenever the node is killed, and its chain stays whole', async () => {
    const random = createRandom()
    console.log(`E2E_SEED=${random.seed}`)
    await using node = await startQuiet()
    /** The value that each record may have: one where the last write was answered, two where nobody knows. */
    const known = new Map<string, readonly (number | undefined)[]>()
    let answered = 0
    let asked = 0
    const writer = async (id: number) => {
      while (answered < 1000) {
        const n = asked++
        const rkey = `w${id}-${random.below(60)}`
        const before = known.get(rkey) ?? [undefined]
        const isDelete = before[0] !== undefined && random.below(5) === 0
        known.set(rkey, [...before, isDelete ? undefined : n])
        const sent = isDelete ? remove(node, rkey) : put(node, rkey, { n })
        if (!(await sent.catch(() => undefined))) {
          await sleep(100)
          continue
        }
        known.set(rkey, [isDelete ? undefined : n])
        answered += 1
      }
    }
    const writers = Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(writer))
    let kills = 0
    while (answered < 1000) {
      await eventually(() => node.get('/xrpc/com.atproto.sync.listRepos'), { everyMs: 20 })
      await sleep(300 + random.below(1500))
      await node.kill()
      kills += 1
      await node.start()
    }
    await writers
    console.log(`${answered} of ${asked} writes answered, ${kills} kills`)
    assert.ok(kills >= 3)

    const did = didOf(node)
    const stored = await eventually(async () => {
      const records = await node.records(did)
      const verifier = await RepoVerifier.open(did)
      assert.deepEqual(cidsOf(records), await verifier.records(await carOf(node, 'getRepo', { did })))
      return records
    })
    for (const [rkey, values] of known) {
      const record = stored.get(`at://${did}/${collection}/${rkey}`)
      const n = (record?.value as { n?: number } | undefined)?.n
      assert.ok(values.includes(n), `${rkey} is ${n}, and may be ${values.join(' or ')}`)
    }
    const verifier = await RepoVerifier.open(did)
    await followAll(node, verifier)
    const latest = await node.get<{ rev: string }>(
      `/xrpc/com.atproto.sync.getLatestCommit?did=${encodeURIComponent(did)}`,
    )
    assert.equal(verifier.rev, latest.rev)
    assert.ok(verifier.commits >= answered)
    assert.equal(statSync(join(node.dataDir, 'repo.key')).mode & 0o777, 0o600)
  })
})

interface Written {
  readonly rev: string
}

function didOf({ url }: Tidegauge): string {
  return `did:web:localhost%3A${new URL(url).port}`
}

function pathOf(node: Tidegauge, rkey: string): string {
  return `/records/${encodeURIComponent(didOf(node))}/${collection}/${rkey}`
}

async function put(node: Tidegauge, rkey: string, value: object): Promise<Written> {
  const { status, body } = await node.call('PUT', pathOf(node, rkey), value)
  assert.ok(status === 200 || status === 201, `${status} ${JSON.stringify(body)}`)
  return body as Written
}

/** @returns the status, which says that the record was there, or was not. */
async function remove(node: Tidegauge, rkey: string): Promise<number> {
  const { status, body } = await node.call('DELETE', pathOf(node, rkey))
  assert.ok(status === 200 || status === 404, `${status} ${JSON.stringify(body)}`)
  return status
}

/** Resolves once what was written has come all the way to where queries find it. */
async function synced(node: Tidegauge, { rev }: Written): Promise<void> {
  const did = encodeURIComponent(didOf(node))
  await eventually(async () => assert.equal((await node.get<{ rev: string }>(`/repos/${did}`)).rev, rev), {
    everyMs: 20,
  })
}

function cidsOf(records: Awaited<ReturnType<Tidegauge['records']>>): Map<string, string> {
  return new Map(Array.from(records, ([uri, { cid }]) => [uri.split('/').slice(3).join('/'), cid]))
}

async function sameRecords(first: Tidegauge, second: Tidegauge): Promise<void> {
  const did = didOf(first)
  await eventually(async () => {
    const { records } = await first.get<{ records: { uri: string; cid: string }[] }>(
      `/xrpc/com.atproto.repo.listRecords?repo=${encodeURIComponent(did)}&collection=${collection}&limit=100`,
    )
    const expected = new Map(records.map(({ uri, cid }) => [uri.split('/').slice(3).join('/'), cid]))
    assert.ok(expected.size > 0)
    assert.deepEqual(sorted(cidsOf(await second.records(did))), sorted(expected))
    assert.deepEqual(sorted(cidsOf(await first.records(did))), sorted(expected))
  })
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort()

async function carOf(node: Tidegauge, method: string, params: Record<string, string>): Promise<Uint8Array> {
  const response = await request(`${node.url}/xrpc/com.atproto.sync.${method}?${new URLSearchParams(params)}`)
  assert.equal(response.status, 200)
  return new Uint8Array(await response.arrayBuffer())
}

/** Takes every event from the first one on, by two verifiers that know nothing of each other. */
async function followAll(node: Tidegauge, verifier: RepoVerifier): Promise<void> {
  const { rev } = await node.get<{ rev: string }>(
    `/xrpc/com.atproto.sync.getLatestCommit?did=${encodeURIComponent(verifier.did)}`,
  )
  const document = await node.get<{ verificationMethod: [{ publicKeyMultibase: string }] }>(
    '/.well-known/did.json',
  )
  const follower = new Follower(() => document.verificationMethod[0].publicKeyMultibase)
  using subscriber = new Subscriber(new URL(node.url), 0)
  while (verifier.rev !== rev) {
    const [frame] = await subscriber.take(1)
    assert.ok(frame, 'the subscription has ended')
    await follower.take(frame)
    await verifier.take(frame)
  }
}
