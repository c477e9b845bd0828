import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { Clock } from './testing/clock.ts'
import { sendDocument, setupDirectory, testDid } from './testing/documents.ts'

const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end()

async function setup(options: Parameters<typeof setupDirectory>[1] = {}) {
  const clock = new Clock()
  const told: [answers: boolean, problem: string][] = []
  let answer: (response: ServerResponse, path: string) => void = (response) => void sendDocument(response)
  const test = await setupDirectory((response, path) => answer(response, path), {
    now: clock.now,
    sleep: clock.sleep,
    onDirectory: (answers, problem) => told.push([answers, problem]),
    ...options,
  })
  return {
    ...test,
    clock,
    told,
    answers: (next: typeof answer) => {
      answer = next
    },
  }
}

describe('a directory that is asked too often', () => {
  it('is left alone by everybody for as long as it says', async () => {
    await using test = await setup()
    const { identity, asked, clock, told } = test
    test.answers(status(429, { 'retry-after': '7' }))
    await assert.rejects(identity.resolve(testDid(1)), (error) => {
      assert.ok(error instanceof RateLimitedError)
      assert.equal(error.retryAfterMs, 7000)
      return true
    })
    test.answers((response) => void sendDocument(response))
    clock.ms += 3000
    for (const number of [1, 2, 3])
      await assert.rejects(identity.resolve(testDid(number)), {
        name: 'RateLimitedError',
        retryAfterMs: 4000,
      })
    assert.equal(identity.blockedUntilMs, clock.ms + 4000)
    assert.equal(asked.length, 1)
    clock.ms += 4000
    assert.equal(identity.blockedUntilMs, undefined)
    assert.equal((await identity.resolve(testDid(1))).did, testDid(1))
    assert.equal(told.length, 1)
    assert.equal(told[0]?.[0], false)
  })

  const waits: [header: Record<string, string>, expectedMs: number][] = [
    [{ date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' }, 20_000],
    [{ 'retry-after': '999999' }, 600_000],
    [{ 'retry-after': '0' }, 1000],
    [{ 'retry-after': 'soon' }, 5000],
    [{}, 5000],
  ]
  for (const [headers, expectedMs] of waits)
    it(`waits ${expectedMs} ms for ${JSON.stringify(headers)}`, async () => {
      await using test = await setup()
      test.answers(status(429, headers))
      await assert.rejects(test.identity.resolve(testDid(1)), {
        name: 'RateLimitedError',
        retryAfterMs: expectedMs,
      })
    })

  it('gets no more from those that wait for their turn', async () => {
    await using test = await setup({ concurrency: 2, perSecond: 1000 })
    test.answers(status(429, { 'retry-after': '7' }))
    const all = Array.from({ length: 50 }, (_, number) => test.identity.resolve(testDid(number)))
    assert.equal(test.identity.waiting, 50)
    for (const result of await Promise.allSettled(all)) {
      assert.equal(result.status, 'rejected')
      assert.ok(result.reason instanceof RateLimitedError, String(result.reason))
    }
    assert.ok(test.asked.length <= 2, `${test.asked.length} requests`)
    assert.equal(test.identity.waiting, 0)
  })

  it('is asked more slowly afterwards, until every DID has been answered for, and none is lost', async () => {
    // One at a time, so that each request is made at the time that its turn had.
    await using test = await setup({ concurrency: 1, perSecond: 50 })
    const { clock, identity, asked, told } = test
    let tokens = 2
    let filledMs = clock.ms
    let refused = 0
    test.answers((response) => {
      tokens = Math.min(2, tokens + ((clock.ms - filledMs) / 1000) * 2)
      filledMs = clock.ms
      if (tokens >= 1) {
        tokens -= 1
        void sendDocument(response)
      } else {
        refused += 1
        status(429, { 'retry-after': '5' })(response)
      }
    })
    const began = clock.ms
    const wanted = new Set(Array.from({ length: 200 }, (_, number) => testDid(number)))
    while (wanted.size > 0) {
      const results = await Promise.allSettled([...wanted].map((did) => identity.resolve(did)))
      for (const result of results) {
        if (result.status === 'fulfilled') wanted.delete(result.value.did)
        else assert.ok(result.reason instanceof RateLimitedError, String(result.reason))
      }
      clock.ms = Math.max(clock.ms, identity.blockedUntilMs ?? 0)
    }
    const seconds = (clock.ms - began) / 1000
    assert.equal(asked.length, 200 + refused)
    assert.ok(refused < 20, `${refused} were refused`)
    // 100 s is what its rate allows at best.
    assert.ok(seconds < 220, `${seconds} s`)
    assert.ok(told.length <= 2, 'a limit that comes and goes is told once')
  })
})

describe('a directory that does not answer', () => {
  it('is not taken for down because of a request from before it answered again', async () => {
    await using test = await setup({ perSecond: 1000 })
    const { identity, clock, told } = test
    const old = Promise.withResolvers<ServerResponse>()
    test.answers((response) => old.resolve(response))
    const waiting = identity.resolve(testDid(0))
    const response = await old.promise
    clock.ms += 1000
    test.answers((answer) => void sendDocument(answer))
    await identity.resolve(testDid(1))
    response.destroy()
    await assert.rejects(waiting, { name: 'UpstreamError' })
    assert.equal(identity.directoryTrouble, undefined)
    assert.deepEqual(told, [])
  })

  it('is seen to answer again though nobody asks for a DID', async () => {
    await using test = await setup()
    const { identity, asked, clock } = test
    test.answers(status(503))
    await assert.rejects(identity.resolve(testDid(0)), { name: 'UpstreamError' })
    await identity.probeDirectory()
    assert.equal(asked.length, 1, 'it is not asked before its time')
    clock.ms += 1000
    await identity.probeDirectory()
    assert.ok(identity.directoryTrouble)
    test.answers((response) => void sendDocument(response))
    clock.ms += 2000
    await identity.probeDirectory()
    assert.equal(identity.directoryTrouble, undefined)
    assert.equal(asked.length, 3)
  })

  it('is seen to fail though nobody asks for a DID', async () => {
    await using test = await setup()
    const { identity, asked, clock } = test
    await identity.probeDirectory()
    assert.equal(asked.length, 0, 'before anybody has asked for one, there is none to ask for')
    test.answers((response) => void sendDocument(response))
    await identity.resolve(testDid(0))
    test.answers(status(503))
    clock.ms += 59_999
    await identity.probeDirectory()
    assert.deepEqual([asked.length, identity.directoryTrouble], [1, undefined])
    clock.ms += 1
    await identity.probeDirectory()
    assert.match(identity.directoryTrouble?.reason ?? '', /503/)
    assert.equal(identity.directoryTrouble?.sinceMs, clock.ms)
  })

  const failures: [what: string, answer: (response: ServerResponse) => void][] = [
    ['fails', status(500)],
    ['is overloaded', status(503)],
    ['redirects to a private address', status(302, { location: 'http://10.0.0.1/' })],
    ['is a page for logging in', (response) => void response.end('<html>')],
    ['cuts the connection', (response) => void response.destroy()],
  ]
  for (const [what, answer] of failures)
    it(`since it ${what} is not asked for a short time, then by one at a time, and told once`, async () => {
      await using test = await setup({ perSecond: 1000 })
      const { identity, asked, clock, told } = test
      test.answers(answer)
      await assert.rejects(identity.resolve(testDid(0)), { name: 'UpstreamError' })
      for (const number of [0, 1, 2])
        await assert.rejects(identity.resolve(testDid(number)), { name: 'UpstreamError' })
      assert.equal(asked.length, 1)
      assert.equal(identity.blockedUntilMs, clock.ms + 1000)
      const { sinceMs, reason } = identity.directoryTrouble ?? {}
      assert.equal(sinceMs, clock.ms)
      assert.equal(reason, told[0]?.[1])

      clock.ms += 1000
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map((number) => identity.resolve(testDid(number))),
      )
      assert.ok(results.every(({ status }) => status === 'rejected'))
      assert.equal(asked.length, 2)
      assert.equal(identity.blockedUntilMs, clock.ms + 2000, 'longer, the longer it lasts')
      assert.equal(told.length, 1)
      assert.equal(told[0]?.[0], false)
      assert.notEqual(told[0]?.[1], '')

      test.answers((response) => void sendDocument(response))
      clock.ms += 2000
      await identity.resolve(testDid(5))
      assert.equal(identity.directoryTrouble, undefined)
      assert.deepEqual(told.slice(1), [[true, '']])
      await Promise.all([0, 1, 2, 3].map((number) => identity.resolve(testDid(number))))
      assert.equal(told.length, 2)
    })

  it('answers all who wait that it failed, and pauses no longer for many failures at once', async () => {
    await using test = await setup({ concurrency: 8, perSecond: 1e6 })
    test.answers(status(500))
    const all = Array.from({ length: 40 }, (_, number) => test.identity.resolve(testDid(number)))
    for (const result of await Promise.allSettled(all))
      assert.ok(result.status === 'rejected' && result.reason instanceof UpstreamError)
    assert.ok(test.asked.length <= 8)
    assert.equal(test.identity.blockedUntilMs, test.clock.ms + 1000)
  })

  it('for one DID alone holds up nobody but that', async () => {
    await using test = await setup({ perSecond: 1000 })
    const { identity, asked, clock, told } = test
    test.answers((response, path) =>
      path.includes(testDid(1000)) ? status(500)(response) : void sendDocument(response),
    )
    await assert.rejects(identity.resolve(testDid(1000)), { name: 'UpstreamError' })
    clock.ms += 1000
    await identity.resolve(testDid(0))
    const before = asked.length
    for (let number = 1; number <= 100; number++) {
      await assert.rejects(identity.resolve(testDid(1000)), { name: 'UpstreamError' })
      await identity.resolve(testDid(number))
      assert.equal(identity.blockedUntilMs, undefined)
    }
    assert.equal(asked.length, before + 101, 'the DID that fails has a pause of its own')
    assert.equal(told.length, 2)
  })

  it('for a DID that it does not know does answer', async () => {
    await using test = await setup()
    test.answers(status(404))
    for (let number = 0; number < 20; number++)
      await assert.rejects(test.identity.resolve(testDid(number)), { name: 'InvalidError' })
    assert.equal(test.asked.length, 20)
    assert.deepEqual(test.told, [])
  })
})

it('nobody waits for a directory once it is closed', async () => {
  const test = await setup({ concurrency: 1 })
  test.answers(() => {})
  const all = [1, 2, 3].map((number) => test.identity.resolve(testDid(number)))
  while (test.asked.length === 0) await new Promise(setImmediate)
  await test[Symbol.asyncDispose]()
  for (const result of await Promise.allSettled(all))
    assert.ok(result.status === 'rejected' && result.reason instanceof UpstreamError)
})
