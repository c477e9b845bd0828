import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fromUint8Array } from '@atcute/repo'
import { SetupError } from '../model/errors.ts'
import { type DemoNetworkOptions, startDemoNetwork } from './network.ts'
import { createRandom } from './random.ts'
import { decodeFrame, Follower } from './testing/follower.ts'
import { Subscriber } from './testing/subscriber.ts'

describe('startDemoNetwork', () => {
  let base: string
  let count = 0
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'demo-network-'))
  })
  after(() => rm(base, { recursive: true }))
  const fresh = () => join(base, String(count++))
  const quiet = { eventsPerSecond: 0, accounts: 2, records: 20 }

  it('brings accounts and records of every kind at the first start', async () => {
    await using network = await startDemoNetwork({ dir: fresh(), eventsPerSecond: 0, seed: 'first' })
    const accounts = network.accounts()
    assert.equal(accounts.length, 8)
    assert.equal(new Set(accounts.map(({ handle }) => handle)).size, 8)
    const paths = accounts.flatMap(({ did }) => network.records(did).map(({ path }) => path))
    assert.ok(paths.length >= 200)
    const collections = new Set(paths.map((path) => path.split('/')[0]))
    assert.deepEqual([...collections].sort(), [
      'app.bsky.actor.profile',
      'app.bsky.feed.like',
      'app.bsky.feed.post',
      'app.bsky.feed.repost',
      'app.bsky.graph.block',
      'app.bsky.graph.follow',
      'app.bsky.graph.list',
    ])
  })

  it('forgets the first events when told so, so that repos begin in mid-life', async () => {
    await using network = await startDemoNetwork({ dir: fresh(), ...quiet, forgottenEvents: 5 })
    using subscriber = new Subscriber(network.relay, 0)
    const frames = (await subscriber.take(network.lastSeq - 5)).map(decodeFrame)
    const [first, second] = network.accounts().map(({ did }) => did)
    const introduced = frames.flatMap((frame) => (frame.type === '#identity' ? [frame.body.did] : []))
    assert.deepEqual(introduced, [second])
    assert.ok(frames.some((frame) => frame.type === '#commit' && frame.body.repo === first))
  })

  it('loses a commit now and then when told so, and the next one of that repo shows it', async () => {
    await using network = await startDemoNetwork({ dir: fresh(), ...quiet, accounts: 1, loseEveryMs: 20 })
    const before = network.lastSeq
    using subscriber = new Subscriber(network.relay, before)
    const [one, two] = (await subscriber.take(2)).map(decodeFrame)
    assert.ok(one?.type === '#commit' && two?.type === '#commit')
    assert.notEqual(two.body.since, one.body.rev)
  })

  it('makes creates, updates and deletes by itself, all of them valid', async () => {
    await using network = await startDemoNetwork({ dir: fresh(), eventsPerSecond: 2000, seed: 'goes on' })
    using subscriber = new Subscriber(network.relay, 0)
    const follower = new Follower(
      (did) => network.accounts().find((account) => account.did === did)?.multikey ?? '',
    )
    const wanted = new Set(['create', 'update', 'delete', '#identity', '#account', '#sync', 'deactivated'])
    while (wanted.size > 0) {
      const [bytes] = await subscriber.take(1)
      assert.ok(bytes, 'the subscription ended')
      const frame = decodeFrame(bytes)
      await follower.take(bytes)
      wanted.delete(frame.type)
      if (frame.type === '#commit') for (const { action } of frame.body.ops) wanted.delete(action)
      if (frame.type === '#account' && frame.body.status) wanted.delete(frame.body.status)
    }
  })

  it('resumes after a restart, at the same address', async () => {
    const dir = fresh()
    const first = await startDemoNetwork({ dir, ...quiet })
    const { relay, lastSeq } = first
    const accounts = first.accounts()
    await first[Symbol.asyncDispose]()
    await using second = await startDemoNetwork({ dir, ...quiet })
    assert.deepEqual([second.relay.href, second.lastSeq, second.accounts()], [relay.href, lastSeq, accounts])
    await second.createAccount()
    assert.equal(second.lastSeq, lastSeq + 4)
  })

  it('takes another address when its own is in use', async () => {
    const dir = fresh()
    const first = await startDemoNetwork({ dir, ...quiet })
    const { relay } = first
    await first[Symbol.asyncDispose]()
    const occupant = createServer().listen(Number(relay.port), relay.hostname)
    await once(occupant, 'listening')
    await using second = await startDemoNetwork({ dir, ...quiet })
    assert.notEqual(second.relay.port, relay.port)
    occupant.close()
  })

  it('makes the same choices for the same seed, and new ones after a restart', async () => {
    const options = { eventsPerSecond: 0, accounts: 0, records: 0, seed: 'same' }
    const dids = async (dir: string) => {
      await using network = await startDemoNetwork({ dir, ...options })
      await network.createAccount()
      await network.live()
      return network.accounts().map(({ did }) => did)
    }
    const dir = fresh()
    const first = await dids(dir)
    assert.deepEqual(await dids(fresh()), first)
    assert.equal(new Set(await dids(dir)).size, first.length + 1)
  })

  const wrong: readonly (readonly [
    name: string,
    options: () => Promise<Partial<DemoNetworkOptions>>,
    message: RegExp,
  ])[] = [
    ['an address that is not loopback', async () => ({ host: '0.0.0.0' }), /loopback only/],
    ['a name for an address', async () => ({ host: 'localhost' }), /loopback only/],
    [
      'a port in use',
      async () => {
        const occupant = createServer().listen(0, '127.0.0.1').unref()
        await once(occupant, 'listening')
        return { port: (occupant.address() as AddressInfo).port }
      },
      /cannot listen on 127.0.0.1:\d+: .*EADDRINUSE/,
    ],
  ]
  for (const [name, options, message] of wrong) {
    it(`refuses ${name}, and leaves its folder to others`, async () => {
      const dir = fresh()
      await assert.rejects(
        startDemoNetwork({ dir, ...quiet, ...(await options()) }),
        (error) => error instanceof SetupError && message.test(error.message),
      )
      await (await startDemoNetwork({ dir, ...quiet }))[Symbol.asyncDispose]()
    })
  }

  it('loses no event and breaks no repo when its process is killed', async () => {
    const dir = fresh()
    const random = createRandom('kill')
    const keys = new Map<string, string>()
    let relay = new URL('http://127.0.0.1')
    const follower = new Follower(async (did) => {
      const known = keys.get(did)
      if (known !== undefined) return known
      const document = await (await fetch(new URL(`/${did}`, relay))).json()
      const { verificationMethod } = document as { verificationMethod: [{ publicKeyMultibase: string }] }
      keys.set(did, verificationMethod[0].publicKeyMultibase)
      return verificationMethod[0].publicKeyMultibase
    })
    for (let round = 0; round < 3; round++) {
      // While it starts, and while it fills the network for the first time.
      const child = spawnNetwork(dir)
      await setTimeout(250 + random.int(200))
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    for (let round = 0; round < 4; round++) {
      const child = spawnNetwork(dir)
      relay = await announced(child)
      using subscriber = new Subscriber(relay, follower.lastSeq ?? 0)
      const frames = await subscriber.take(20 + random.int(120))
      // Keys are to be had only while the directory answers.
      for (const frame of frames) await follower.take(frame)
      child.kill('SIGKILL')
      await once(child, 'exit')
      // What had left before the end has to be there after it.
      for (;;) {
        const [frame] = await subscriber.take(1)
        if (frame === undefined) break
        const { type, body } = decodeFrame(frame)
        if (type === '#commit' && !keys.has(body.repo)) break
        await follower.take(frame)
      }
    }

    await using network = await startDemoNetwork({ dir, eventsPerSecond: 0 })
    relay = network.relay
    using subscriber = new Subscriber(relay, follower.lastSeq)
    for (const frame of await subscriber.take(network.lastSeq - (follower.lastSeq ?? 0)))
      await follower.take(frame)
    assert.equal(follower.lastSeq, network.lastSeq)
    for (const { did, status, head, handle } of network.accounts()) {
      const followed = follower.repos.get(did) ?? assert.fail(`there were no events of ${did}`)
      assert.deepEqual(
        [followed.rev, followed.data, followed.handle, followed.active],
        [head.rev, head.data, handle, status === 'active'],
      )
      if (status !== 'active') continue
      const response = await fetch(new URL(`/xrpc/com.atproto.sync.getRepo?did=${did}`, relay))
      const exported = fromUint8Array(new Uint8Array(await response.arrayBuffer()))
      assert.deepEqual(
        new Map(Array.from(exported, ({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.$link])),
        new Map([...followed.records].sort(([a], [b]) => (a < b ? -1 : 1))),
      )
    }
  })
})

function spawnNetwork(dir: string): ChildProcess {
  const source = `
    import { startDemoNetwork } from ${JSON.stringify(new URL('network.ts', import.meta.url))}
    const network = await startDemoNetwork({ dir: ${JSON.stringify(dir)}, eventsPerSecond: 500 })
    console.log(network.relay.href)`
  return spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function announced({ stdout }: ChildProcess): Promise<URL> {
  if (stdout === null) throw new Error('the child has no output')
  for await (const line of createInterface({ input: stdout })) return new URL(line)
  throw new Error('the child ended')
}
