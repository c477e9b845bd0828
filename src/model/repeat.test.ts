import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Backoff, Pauses, repeat, sleepUnlessAborted } from './repeat.ts'

/** Waits for nothing, and says how long it would have waited. */
function recorded(backoff: Partial<Backoff> = {}): { backoff: Backoff; waitsMs: number[] } {
  const waitsMs: number[] = []
  const sleep = async (ms: number) => void waitsMs.push(ms)
  return { waitsMs, backoff: { firstMs: 100, maxMs: 1000, jitter: 0, sleep, ...backoff } }
}

/** Fails so often, then succeeds. */
function failing(times: number): { work: () => Promise<string>; tries: () => number } {
  let tries = 0
  return {
    tries: () => tries,
    work: async () => {
      tries += 1
      if (tries <= times) throw new Error(`failure ${tries}`)
      return 'done'
    },
  }
}

describe('repeat', () => {
  it('returns what succeeds at once, without a wait', async () => {
    const { backoff, waitsMs } = recorded()
    assert.equal(await repeat(failing(0).work, { backoff }), 'done')
    assert.deepEqual(waitsMs, [])
  })

  it('tries until it succeeds, reports each failure, and waits longer each time up to the bound', async () => {
    const { backoff, waitsMs } = recorded()
    const failures: string[] = []
    const onFailure = (error: unknown) => failures.push((error as Error).message)
    assert.equal(await repeat(failing(6).work, { backoff, onFailure }), 'done')
    assert.deepEqual(waitsMs, [100, 200, 400, 800, 1000, 1000])
    assert.equal(failures.length, 6)
    assert.equal(failures[5], 'failure 6')
  })

  it('throws what is not worth repeating, having reported it', async () => {
    const { backoff, waitsMs } = recorded()
    const { work, tries } = failing(9)
    const failures: unknown[] = []
    await assert.rejects(
      repeat(work, {
        backoff,
        isWorthRepeating: (error) => (error as Error).message !== 'failure 3',
        onFailure: (error) => failures.push(error),
      }),
      { message: 'failure 3' },
    )
    assert.deepEqual([tries(), waitsMs.length, failures.length], [3, 2, 3])
  })

  it('throws the last failure when its signal aborts while it waits, and tries no more', async () => {
    const { work, tries } = failing(9)
    const stop = new AbortController()
    const backoff = { firstMs: 1e9, maxMs: 1e9 }
    const running = repeat(work, {
      backoff,
      signal: stop.signal,
      onFailure: () => setImmediate(() => stop.abort()),
    })
    await assert.rejects(running, { message: 'failure 1' })
    assert.equal(tries(), 1)
  })

  it('tries once where its signal has aborted before', async () => {
    const { backoff, waitsMs } = recorded()
    const signal = AbortSignal.abort()
    assert.equal(await repeat(failing(0).work, { backoff, signal }), 'done')
    await assert.rejects(repeat(failing(1).work, { backoff, signal }), { message: 'failure 1' })
    assert.deepEqual(waitsMs, [])
  })

  it('never waits longer than the bound, however often it has failed', async () => {
    const { backoff, waitsMs } = recorded()
    await repeat(failing(2000).work, { backoff })
    assert.equal(Math.max(...waitsMs), 1000)
  })
})

describe('a wait', () => {
  const cases = [
    { jitter: 0, random: 0.25, expected: 100 },
    { jitter: 0.5, random: 0.25, expected: 62.5 },
    { jitter: 1, random: 0.25, expected: 25 },
    { jitter: undefined, random: 0.25, expected: 25 },
    { jitter: 1, random: 0, expected: 0 },
  ]
  for (const { jitter, random, expected } of cases) {
    it(`of 100 ms is ${expected} ms by a jitter of ${jitter} and a chance of ${random}`, async () => {
      const { backoff, waitsMs } = recorded({ random: () => random })
      const { jitter: _, ...rest } = backoff
      await new Pauses(jitter === undefined ? rest : { ...rest, jitter }).next()
      assert.deepEqual(waitsMs, [expected])
    })
  }

  it('is short again once a try has done well', async () => {
    const { backoff, waitsMs } = recorded()
    const pauses = new Pauses(backoff)
    for (let i = 0; i < 3; i++) await pauses.next()
    pauses.reset()
    await pauses.next()
    assert.deepEqual(waitsMs, [100, 200, 400, 100])
  })

  it('ends when its signal aborts, and does not begin once it has', async () => {
    const stop = new AbortController()
    const waiting = sleepUnlessAborted(1e9, stop.signal)
    stop.abort()
    await waiting
    await new Pauses({ firstMs: 1e9, maxMs: 1e9 }).next(stop.signal)
  })
})
