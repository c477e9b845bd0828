import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StrangerHosts } from './hosts.ts'
import { Clock } from './testing/clock.ts'

const plenty = { concurrency: 1000, perSecond: 1e6, burst: 1e6, maxWaiting: 1e6 }

const setup = (each: Partial<typeof plenty>, all: Partial<typeof plenty> = {}) => {
  const { now, sleep } = new Clock()
  return new StrangerHosts({
    ...{ now, sleep, signal: new AbortController().signal },
    each: { ...plenty, ...each },
    all: { new: { ...plenty, ...all }, slow: { ...plenty, ...all } },
  })
}

/** Work that goes on until it is told to end. */
class Work {
  begun = 0
  readonly #end = Promise.withResolvers<void>()
  readonly do = async () => {
    this.begun += 1
    await this.#end.promise
  }

  end(): void {
    this.#end.resolve()
  }
}

describe('hosts that strangers chose', () => {
  it('are each asked no more at a time than they may, and hold up none of the others', async () => {
    const hosts = setup({ concurrency: 1 })
    const work = new Work()
    const running = ['a.test', 'a.test', 'b.test', 'a.test'].map((host) => hosts.run(host, 'new', work.do))
    await settled()
    assert.equal(work.begun, 2)
    work.end()
    await Promise.all(running)
    assert.equal(work.begun, 4)
  })

  it('are asked no more together at a time than they may, in each lane', async () => {
    const hosts = setup({}, { concurrency: 3 })
    const slow = new Work()
    const quick = new Work()
    const running = Array.from({ length: 10 }, (_, at) => hosts.run(`slow${at}.test`, 'slow', slow.do))
    running.push(...Array.from({ length: 2 }, (_, at) => hosts.run(`new${at}.test`, 'new', quick.do)))
    await settled()
    assert.deepEqual([slow.begun, quick.begun], [3, 2])
    slow.end()
    quick.end()
    await Promise.all(running)
    assert.equal(slow.begun, 10)
  })

  it('are not waited for by more than may, each and all', async () => {
    for (const [each, all, host] of [
      [{ concurrency: 1, maxWaiting: 5 }, {}, () => 'a.test'],
      [{}, { concurrency: 1, maxWaiting: 5 }, (at: number) => `a${at}.test`],
    ] as const) {
      const hosts = setup(each, all)
      const work = new Work()
      const running = Array.from({ length: 8 }, (_, at) => hosts.run(host(at), 'new', work.do))
      const ends = Promise.allSettled(running)
      await settled()
      work.end()
      const refused = (await ends).filter((end) => end.status === 'rejected')
      assert.deepEqual([refused.length, work.begun], [2, 6])
      for (const { reason } of refused) assert.equal(reason.name, 'RateLimitedError')
    }
  })
})

const settled = () => new Promise((resolve) => setImmediate(resolve))
