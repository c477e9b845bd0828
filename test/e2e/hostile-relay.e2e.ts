import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { toBytes } from '@atcute/cbor'
import { create as createTid } from '@atcute/tid'
import type { Did } from '../../src/model/did.ts'
import { type CommitBody, type Message, messageFrame } from '../../src/net/repo/frames.ts'
import { HostedRepo, plcOf, post } from './harness/hosted-repo.ts'
import { type Hosted, HostileNetwork } from './harness/hostile-network.ts'
import { HostileServer, honest, refuse } from './harness/hostile-server.ts'
import { peakMemory } from './harness/peak-memory.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually, until } from './harness/until.ts'

/** Sooner than any of the time limits of those that do not answer, in ms. */
const soonMs = 8000

/** What the process may need at its highest, in bytes. */
const maxMemoryBytes = 700_000_000

/** What a relay may do to a commit for it to look like the next one after an earlier one. */
const gapsHidden: readonly [
  how: string,
  forge: (body: CommitBody, before: { readonly rev: string; readonly data: string }) => CommitBody,
][] = [
  ['saying nothing', (body) => body],
  ['another revision before', (body, { rev }) => ({ ...body, since: rev })],
  ['another tree before', (body, { rev, data }) => ({ ...body, since: rev, prevData: { $link: data } })],
  [
    'no tree before',
    ({ prevData: _, ops, ...body }, { rev }) => ({
      ...body,
      since: rev,
      ops: ops.map(({ prev: _, ...op }) => op),
    }),
  ],
]

describe('a relay that misbehaves', () => {
  let network: HostileNetwork
  let service: Tidegauge
  let alice: Hosted
  let mallory: Hosted
  let posts = 0

  before(async () => {
    network = await HostileNetwork.start()
    ;[alice, mallory] = [
      await network.host('alice', { posts: 0 }),
      await network.host('mallory', { posts: 0 }),
    ]
    for (const { repo } of [alice, mallory])
      network.send({ type: '#commit', body: await repo.commit([post('first'), post('second')]) })
    service = await startTidegauge({ pds: network.pds })
    await isWhole(alice)
    await isWhole(mallory)
  })

  after(async () => {
    await service?.[Symbol.asyncDispose]()
    await network[Symbol.asyncDispose]()
  })

  it('keeps nobody from honest events by 5,000 DIDs whose directory and hosts hang or refuse', async () => {
    await using silent = await HostileServer.start({ answer: () => {} })
    network.directory.answer = ({ did, response, honestly }) => {
      if (network.documents.has(did)) honestly()
      else if (did < 'did:plc:h') refuse(response, 429, 'RateLimitExceeded')
    }
    const web: Did = `did:web:localhost%3A${silent.url.port}`
    const [template] = await commits('nobody', 1)
    for (let at = 0; at < 5000; at++)
      network.send(claiming(template as CommitBody, at % 500 === 0 ? web : plcOf(`unknown ${at}`)))
    await goesOn()
    await reached(network.seq)
    network.directory.answer = honest
    const { repos } = await service.get<{ repos: unknown[] }>('/repos?status=synced')
    assert.equal(repos.length, 2)
  })

  it('changes nothing by sending one commit 10,000 times', async () => {
    const body = await alice.repo.commit([post(`post-${posts++}`)])
    const before = await service.scrape()
    for (let times = 0; times < 10_000; times++) network.send({ type: '#commit', body })
    await goesOn(60_000)
    await isWhole(alice)
    const added = (family: string, after: string) => sumOf(after, family) - sumOf(before, family)
    const after = await service.scrape()
    assert.equal(added('firehose_errors_total', after), 0)
    assert.equal(added('sync_runs_total', after), 0)
    assert.equal(added('storage_records', after), 2)
  })

  it('makes a host whose repo it slanders 2,000 times be asked no more than now and then', async () => {
    const [one] = await commits('slander', 1)
    const asked = alice.host.asked.values().reduce((sum, times) => sum + times, 0)
    const before = await service.scrape()
    for (let times = 0; times < 2000; times++)
      network.send(claiming(one as CommitBody, alice.repo.did, createTid(Date.now() * 1000 + times, 3)))
    await reached(network.seq)
    await isWhole(alice)
    const added = alice.host.asked.values().reduce((sum, times) => sum + times, 0) - asked
    assert.ok(added >= 1 && added <= 20, `${added} requests`)
    const rejected =
      sumOf(await service.scrape(), 'firehose_errors_total') - sumOf(before, 'firehose_errors_total')
    assert.equal(rejected, 2000)
  })

  it('makes the host of a repo be asked no more than now and then by 3,000 new states of it', async () => {
    const asked = mallory.host.asked.values().reduce((sum, times) => sum + times, 0)
    const other = await HostedRepo.create('mallory', 0, mallory.repo.did)
    for (let times = 0; times < 3000; times++) {
      await other.commit([post('same', 'same', times === 0 ? 'create' : 'update')])
      network.send(newState(other))
    }
    await goesOn()
    await reached(network.seq)
    assert.notEqual(await statusOf(mallory), 'synced')
    const added = mallory.host.asked.values().reduce((sum, times) => sum + times, 0) - asked
    assert.ok(added <= 20, `${added} requests`)
    network.send({ type: '#commit', body: await mallory.repo.commit([post(`truth-${posts++}`)]) })
    await isWhole(mallory)
  })

  it('keeps nobody from honest events by 50,000 that switch accounts on and off', async () => {
    for (let at = 0; at < 50_000; at++) {
      const did = at % 2 === 0 ? mallory.repo.did : plcOf(`account ${at % 5000}`)
      const active = at % 4 !== 0
      network.send({ type: '#account', body: { did, active, ...(!active && { status: 'deactivated' }) } })
    }
    network.send({ type: '#account', body: { did: mallory.repo.did, active: true } })
    await goesOn(60_000)
    await reached(network.seq)
    await isWhole(mallory)
  })

  it('gets no revision of the future past anybody', async () => {
    const before = await service.scrape()
    const tomorrow = createTid((Date.now() + 86_400_000) * 1000, 1)
    const future = await HostedRepo.create('mallory', 0, mallory.repo.did)
    network.send({ type: '#commit', body: await future.commit([post('tomorrow')], tomorrow) })
    network.send(newState(future))
    await goesOn()
    assert.equal(
      sumOf(await service.scrape(), 'firehose_errors_total', { error: 'decode' }) -
        sumOf(before, 'firehose_errors_total', { error: 'decode' }),
      2,
    )
    await isWhole(mallory)
  })

  for (const [how, forge] of gapsHidden)
    it(`hides no commit that it keeps back by ${how}`, async () => {
      const victim = await network.host(`victim of ${how}`, { posts: 0 })
      network.send({ type: '#commit', body: await victim.repo.commit([post('first')]) })
      await isWhole(victim)
      const { rev, data } = victim.repo.head
      await victim.repo.commit([post('kept-back')])
      const body = await victim.repo.commit([post('again', 'first', 'update')])
      network.send({ type: '#commit', body: forge(body, { rev, data }) })
      await isWhole(victim)
    })

  it('is followed through a sequence that skips, repeats and goes back', async () => {
    const before = await service.scrape()
    network.seq += 1_000_000
    await goesOn()
    const again = await alice.repo.commit([post(`post-${posts++}`)])
    const seq = network.send({ type: '#commit', body: again })
    for (const old of [seq, seq - 1, 1, seq])
      network.sendFrame(old, messageFrame({ type: '#commit', body: again }, old, Date.now() - 30_000))
    await goesOn()
    const after = await service.scrape()
    const cursor = (scrape: string) => sumOf(scrape, 'firehose_errors_total', { error: 'cursor' })
    assert.equal(cursor(after) - cursor(before), 4)
    network.onConnection = (socket, from) => network.replay(socket, String(Number(from) - 1))
    network.disconnect()
    await goesOn(60_000)
    network.onConnection = (socket, from) => network.replay(socket, from)
    assert.equal(cursor(await service.scrape()), cursor(after))
    assert.equal(sumOf(await service.scrape(), 'sync_desyncs_total', { reason: 'gap' }), 0)
  })

  it('may begin another sequence and say nothing: what went missing is found, and fetched', async () => {
    // Nobody is told of this one.
    await mallory.repo.commit([post(`lost-${posts++}`)])
    const connections = network.cursors.length
    network.reset()
    await until('it has connected again', async () => network.cursors.length > connections)
    for (let times = 0; times < 5; times++) {
      const body = await alice.repo.commit([post(`post-${posts++}`)])
      network.send({ type: '#commit', body }, Date.now())
    }
    await isWhole(alice)
    await isWhole(mallory)
    await reached(network.seq)
  })

  it('never made anybody say what is not so, nor panic, nor need much memory', async () => {
    const scrape = await service.scrape()
    assert.equal(sumOf(scrape, 'sync_completed_total', { status: 'panic' }), 0)
    assert.equal(sumOf(scrape, 'indexer_errors_total', { type: 'unexpected' }), 0)
    for (const hosted of [alice, mallory]) await isWhole(hosted)
    const peak = peakMemory(service.pid)
    assert.ok(peak < maxMemoryBytes, `${peak} bytes`)
    console.log(`at most ${Math.round(peak / 1e6)} MB`)
  })

  /** An honest event is served soon. */
  async function goesOn(withinMs = soonMs): Promise<void> {
    const startMs = performance.now()
    const rkey = `post-${posts++}`
    network.send({ type: '#commit', body: await alice.repo.commit([post(rkey)]) })
    const uri = `at://${alice.repo.did}/app.bsky.feed.post/${rkey}`
    await eventually(() => service.record(uri), { withinMs, everyMs: 20 })
    const ms = performance.now() - startMs
    console.log(`an honest event was served after ${Math.round(ms)} ms`)
  }

  /** The indexer has applied all up to a place in the sequence. */
  async function reached(seq: number): Promise<void> {
    await eventually(async () => {
      const scrape = await service.scrape()
      assert.equal(sumOf(scrape, 'firehose_last_seq'), seq)
      assert.equal(sumOf(scrape, 'indexer_pending_messages'), 0)
    })
  }

  /** What is served of a repo, and said of it, is what its host has signed last. */
  async function isWhole({ repo }: Hosted): Promise<void> {
    await eventually(async () => {
      const { status, rev, data } = await service.get<Shown>(`/repos/${repo.did}`)
      assert.deepEqual({ status, rev, data }, { status: 'synced', rev: repo.head.rev, data: repo.head.data })
    })
    const served = await service.records(repo.did)
    assert.deepEqual(new Map([...served].map(([uri, { cid }]) => [uri, cid])), repo.records)
  }

  async function statusOf({ repo }: Hosted): Promise<string> {
    return (await service.get<Shown>(`/repos/${repo.did}`)).status
  }
})

interface Shown {
  readonly status: string
  readonly rev?: string
  readonly data?: string
}

async function commits(name: string, count: number): Promise<CommitBody[]> {
  const repo = await HostedRepo.create(name, 0)
  const bodies: CommitBody[] = []
  for (let at = 0; at < count; at++) bodies.push(await repo.commit([post(`${name}-${at}`)]))
  return bodies
}

/** The commit of one repo, said to be that of another. */
function claiming(body: CommitBody, repo: Did, rev = body.rev): Message {
  return { type: '#commit', body: { ...body, repo, rev } }
}

function newState(repo: HostedRepo): Message {
  const { rev, commit } = repo.head
  return { type: '#sync', body: { did: repo.did, rev, blocks: toBytes(repo.car([commit])) } }
}
