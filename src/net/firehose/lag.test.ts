import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lagMs, type Progress } from './lag.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay } from './testing/test-relay.ts'
import { anyFrame, sentMs } from './testing/test-repo.ts'

const now = 1_700_000_000_000
/** All is read, the last event an hour ago. */
const idle: Progress = {
  connected: true,
  paused: false,
  queued: 0,
  readTimeMs: now - 3_600_000,
  last: { delayMs: 100, agoMs: 3_599_900 },
}
const nothing = { readTimeMs: undefined, last: undefined }

const cases: { what: string; progress: Progress; lag: number | undefined }[] = [
  { what: 'a quiet relay fully read', progress: idle, lag: 0 },
  { what: 'a frame that waits', progress: { ...idle, queued: 1 }, lag: 3_600_000 },
  { what: 'reading that is paused', progress: { ...idle, paused: true }, lag: 3_600_000 },
  { what: 'a connection that was lost', progress: { ...idle, connected: false }, lag: 3_600_000 },
  {
    what: 'an old event just now',
    progress: { ...idle, last: { delayMs: 3_599_900, agoMs: 100 } },
    lag: 3_600_000,
  },
  {
    what: 'an old event, and nothing since',
    progress: { ...idle, last: { delayMs: 3_594_000, agoMs: 6_000 } },
    lag: 0,
  },
  {
    what: 'events as they happen',
    progress: { ...idle, readTimeMs: now - 300, last: { delayMs: 200, agoMs: 100 } },
    lag: 0,
  },
  { what: 'a host whose clock is ahead', progress: { ...idle, queued: 1, readTimeMs: now + 9_000 }, lag: 0 },
  { what: 'a relay that has sent nothing yet', progress: { ...idle, ...nothing }, lag: 0 },
  { what: 'no connection so far', progress: { ...idle, ...nothing, connected: false }, lag: undefined },
]

describe('the lag', () => {
  for (const { what, progress, lag } of cases)
    it(`is ${lag} ms with ${what}`, () => assert.equal(lagMs(progress, now), lag))

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
    assert.equal(firehose.lagMs, 1_100)
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
