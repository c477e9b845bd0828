import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lagMs, type Progress } from './lag.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay } from './testing/test-relay.ts'
import { anyFrame, sentMs } from './testing/test-repo.ts'

const now = 1_700_000_000_000
/** All is read, the last event an hour ago. */
const idle: Progress = {
  openedMs: now - 7_200_000,
  paused: false,
  queued: 0,
  readTimeMs: now - 3_600_000,
  last: { delayMs: 100, atMs: now - 3_599_900 },
  readUpToMs: undefined,
}
const nothing = { readTimeMs: undefined, last: undefined }
const oldNow = { last: { delayMs: 3_599_900, atMs: now - 100 }, readUpToMs: now - 3_700_000 }

const cases: { what: string; progress: Progress; lag: number | undefined }[] = [
  { what: 'a quiet relay fully read', progress: idle, lag: 0 },
  { what: 'a frame that waits', progress: { ...idle, queued: 1 }, lag: 3_600_000 },
  { what: 'reading that is paused', progress: { ...idle, paused: true }, lag: 3_600_000 },
  { what: 'a connection that was lost', progress: { ...idle, openedMs: undefined }, lag: 3_600_000 },
  { what: 'an old event just now', progress: { ...idle, ...oldNow }, lag: 3_600_000 },
  {
    what: 'a frame that waits, after a long time without any',
    progress: { ...idle, queued: 1, readUpToMs: now - 20 },
    lag: 20,
  },
  {
    what: 'a connection that was lost after a long time without events',
    progress: { ...idle, openedMs: undefined, readUpToMs: now - 30_000 },
    lag: 30_000,
  },
  {
    what: 'an old event, and nothing since',
    progress: { ...idle, last: { delayMs: 3_594_000, atMs: now - 6_000 } },
    lag: 0,
  },
  {
    what: 'events as they happen',
    progress: { ...idle, readTimeMs: now - 300, last: { delayMs: 200, atMs: now - 100 } },
    lag: 0,
  },
  { what: 'a host whose clock is ahead', progress: { ...idle, queued: 1, readTimeMs: now + 9_000 }, lag: 0 },
  { what: 'a relay that has never sent anything', progress: { ...idle, ...nothing }, lag: 0 },
  { what: 'a connection just opened', progress: { ...idle, openedMs: now - 100 }, lag: 3_600_000 },
  { what: 'one that has brought nothing for 5 s', progress: { ...idle, openedMs: now - 5_000 }, lag: 0 },
  {
    what: 'one that has brought an event of today at once',
    progress: { ...idle, openedMs: now - 100, last: { delayMs: 250, atMs: now - 50 } },
    lag: 0,
  },
  {
    what: 'the first connection just opened',
    progress: { ...idle, ...nothing, openedMs: now - 100 },
    lag: undefined,
  },
  { what: 'no connection so far', progress: { ...idle, ...nothing, openedMs: undefined }, lag: undefined },
]

describe('the lag', () => {
  for (const { what, progress, lag } of cases)
    it(`is ${lag} ms with ${what}`, () => assert.equal(lagMs(progress, { wallMs: now, elapsedMs: now }), lag))

  it('does not count the time in which a relay had nothing to say', async () => {
    await using relay = await TestRelay.start()
    const event = (seq: number, timeMs: number) =>
      anyFrame('#identity', {
        seq,
        did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa',
        time: new Date(timeMs).toISOString(),
      })
    let nowMs = sentMs
    await using harness = new Harness({
      relay: relay.url,
      identity: new KnownKeys([]),
      maxBatchEvents: 1,
      now: () => nowMs,
      elapsed: () => nowMs,
    })
    const { firehose } = harness
    const waits = async (condition: () => boolean) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    relay.emit(1, event(1, sentMs))
    await harness.until(1)
    nowMs += 86_400_000
    assert.equal(firehose.lagMs, 0)
    for (const seq of [2, 3]) relay.emit(seq, event(seq, nowMs - 10))
    await waits(() => firehose.queued === 2)
    assert.equal(firehose.lagMs, 10)
    await harness.until(3)
    assert.equal(firehose.lagMs, 0)

    nowMs += 3_600_000
    relay.emit(4, event(4, nowMs))
    await harness.until(4)
    nowMs += 7_000
    const { port } = relay
    await relay[Symbol.asyncDispose]()
    await waits(() => !firehose.connected)
    nowMs += 60_000
    assert.equal(firehose.lagMs, 67_000, 'after its last sign of life nobody knows')

    await using _again = await TestRelay.start({ port, onConnection: () => {} })
    await harness.reported('reconnect', 1)
    assert.equal(firehose.lagMs, 67_000, 'nor does anybody before the new connection has brought something')
    nowMs += 5_000
    assert.equal(firehose.lagMs, 0, 'what keeps quiet has nothing more')
  })

  it('is that of the events that are read, not of those that wait', async () => {
    await using relay = await TestRelay.start()
    for (const seq of [1, 2, 3]) {
      const time = new Date(sentMs + seq * 1_000).toISOString()
      relay.emit(seq, anyFrame('#identity', { seq, did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', time }))
    }
    let nowMs = sentMs + 3_100
    await using harness = new Harness({
      relay: relay.url,
      identity: new KnownKeys([]),
      maxBatchEvents: 1,
      cursorTimeMs: sentMs - 60_000,
      now: () => nowMs,
      elapsed: () => nowMs,
    })
    const { firehose } = harness
    assert.equal(firehose.lagMs, 63_100, 'what was saved tells it before there is a connection')
    await harness.until(1)
    while (firehose.queued < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    nowMs += 1_000
    assert.equal(firehose.lagMs, 3_100)
    await harness.until(3)
    assert.equal(firehose.lagMs, 0)
    await relay[Symbol.asyncDispose]()
    while (firehose.connected) await new Promise((resolve) => setTimeout(resolve, 1))
    assert.equal(firehose.lagMs, 1_000, 'all that was sent so far was read when it was lost')
  })

  it('ends some seconds after the last old event, also when the clock was set back meanwhile', async () => {
    await using relay = await TestRelay.start()
    const time = new Date(sentMs).toISOString()
    relay.emit(1, anyFrame('#identity', { seq: 1, did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', time }))
    let nowMs = sentMs + 7_200_000
    let elapsedMs = 0
    await using harness = new Harness({
      relay: relay.url,
      identity: new KnownKeys([]),
      now: () => nowMs,
      elapsed: () => elapsedMs,
    })
    const { firehose } = harness
    await harness.until(1)
    assert.equal(firehose.lagMs, 7_200_000)
    nowMs -= 3_600_000
    assert.equal(firehose.lagMs, 3_600_000)
    elapsedMs += 6_000
    assert.equal(firehose.lagMs, 0)
  })
})
