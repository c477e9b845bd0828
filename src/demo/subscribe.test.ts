import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../model/did.ts'
import { startDemoNetwork } from './network.ts'
import { decodeFrame, Follower } from './testing/follower.ts'
import { Subscriber } from './testing/subscriber.ts'

const start = (keepEvents = 1000) =>
  startDemoNetwork({ dir: ':memory:', eventsPerSecond: 0, accounts: 2, records: 30, keepEvents })

const collection = 'app.bsky.feed.post'
let written = 0
async function write(network: Awaited<ReturnType<typeof start>>, text = 'x'): Promise<number> {
  const { did } = network.accounts()[0] ?? assert.fail()
  const rkey = `k${written++}`
  const { seq } = await network.write(did, [
    { action: 'create', collection, rkey, record: { $type: collection, text } },
  ])
  return seq
}

describe('subscribeRepos', () => {
  it('sends all that is kept for cursor 0, then what happens', async () => {
    await using network = await start()
    using subscriber = new Subscriber(network.relay, 0)
    const follower = new Follower(
      (did) => network.accounts().find((account) => account.did === did)?.multikey ?? '',
    )
    for (const frame of await subscriber.take(network.lastSeq)) await follower.take(frame)
    assert.equal(follower.lastSeq, network.lastSeq)
    await write(network)
    for (const frame of await subscriber.take(1)) await follower.take(frame)
    for (const { did } of network.accounts()) {
      assert.deepEqual(
        [...(follower.repos.get(did as Did)?.records ?? [])].sort(),
        network
          .records(did)
          .map(({ path, cid }) => [path, cid])
          .sort(),
      )
    }
  })

  it('sends what comes after the cursor', async () => {
    await using network = await start()
    using subscriber = new Subscriber(network.relay, network.lastSeq - 3)
    const frames = await subscriber.take(3)
    assert.deepEqual(
      frames.map((frame) => decodeFrame(frame).seq),
      [-2, -1, 0].map((n) => network.lastSeq + n),
    )
  })

  for (const cursor of [undefined, 'last']) {
    it(`sends only what happens ${cursor ? 'for the newest cursor' : 'without a cursor'}`, async () => {
      await using network = await start()
      using subscriber = await new Subscriber(network.relay, cursor && network.lastSeq).opened()
      const seq = await write(network)
      assert.deepEqual(
        (await subscriber.take(1)).map((frame) => decodeFrame(frame).seq),
        [seq],
      )
    })
  }

  it('reports an outdated cursor, and sends all that is kept', async () => {
    await using network = await start(10)
    for (let count = 0; count < 20; count++) await write(network)
    using subscriber = new Subscriber(network.relay, 1)
    const [info, first] = (await subscriber.take(2)).map(decodeFrame)
    assert.deepEqual([info?.type, info?.type === '#info' && info.body.name], ['#info', 'OutdatedCursor'])
    assert.ok((first?.seq ?? 0) > 2 && (first?.seq ?? 0) <= network.lastSeq - 9)
  })

  it('does not call cursor 0 outdated', async () => {
    await using network = await start(10)
    using subscriber = new Subscriber(network.relay, 0)
    const [first] = (await subscriber.take(1)).map(decodeFrame)
    assert.ok((first?.seq ?? 0) > 1)
  })

  const refused = [
    { cursor: (last: number) => last + 1, error: 'FutureCursor' },
    { cursor: () => '1e3', error: 'InvalidRequest' },
    { cursor: () => -1, error: 'InvalidRequest' },
    { cursor: () => '', error: 'InvalidRequest' },
  ]
  for (const { cursor, error } of refused) {
    it(`answers cursor ${JSON.stringify(cursor(0))} of 0 with ${error}, and ends`, async () => {
      await using network = await start()
      using subscriber = new Subscriber(network.relay, cursor(network.lastSeq))
      const frames = (await subscriber.take(2)).map(decodeFrame)
      assert.deepEqual(
        frames.map(({ type, body }) => [type, 'error' in body && body.error]),
        [['error', error]],
      )
      assert.equal(subscriber.closed, 1008)
    })
  }

  it('disconnects a subscriber that reads too slowly, and sends the others everything', async () => {
    await using network = await start(10)
    using slow = await new Subscriber(network.relay).opened()
    using quick = await new Subscriber(network.relay).opened()
    slow.socket.pause()
    const first = network.lastSeq + 1
    // More than the kernel keeps for a connection.
    const large = 'x'.repeat(900_000)
    for (let count = 0; count < 40; count++) {
      await write(network, large)
      const [frame] = await quick.take(1)
      assert.equal(decodeFrame(frame ?? assert.fail()).seq, first + count)
    }
    slow.socket.resume()
    const frames = (await slow.take(50)).map(decodeFrame)
    const last = frames.pop()
    assert.deepEqual(last?.type === 'error' && last.body.error, 'ConsumerTooSlow')
    assert.equal(slow.closed, 1008)
    assert.deepEqual(
      frames.map(({ seq }) => seq),
      frames.map((_, index) => first + index),
    )
    assert.ok(frames.length < 40)
  })

  it('sends everything to a subscriber that is slow within what is kept', async () => {
    await using network = await start(1000)
    using slow = await new Subscriber(network.relay).opened()
    slow.socket.pause()
    const first = network.lastSeq + 1
    for (let count = 0; count < 40; count++) await write(network, 'x'.repeat(900_000))
    slow.socket.resume()
    const frames = (await slow.take(40)).map(decodeFrame)
    assert.deepEqual(
      frames.map(({ seq }) => seq),
      frames.map((_, index) => first + index),
    )
  })

  it('ends its subscriptions when the network ends', async () => {
    const network = await start()
    using subscriber = await new Subscriber(network.relay).opened()
    await network[Symbol.asyncDispose]()
    await subscriber.take(1)
    assert.notEqual(subscriber.closed, undefined)
  })
})
