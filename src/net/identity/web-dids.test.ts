import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { TimeoutError, UpstreamError } from '../../model/errors.ts'
import type { Fetch } from '../fetch/fetch.ts'
import { Clock } from './testing/clock.ts'
import { WebDids } from './web-dids.ts'

const did: Did = 'did:web:alice.test'

/** @param fail what becomes of each request. */
function setup(fail: (url: URL) => Promise<never>) {
  const clock = new Clock()
  /** How long each request might have taken, in ms, by the time at which it began. */
  const asked: (readonly [afterS: number, wholeMs: number])[] = []
  const began = clock.ms
  const fetch = (async (url: URL, { wholeMs }: { wholeMs: number }) => {
    asked.push([(clock.ms - began) / 1000, wholeMs])
    return await fail(url)
  }) as unknown as Fetch
  const dids = new WebDids({
    ...{ fetch, now: clock.now, sleep: clock.sleep, signal: new AbortController().signal },
    ...{ timeoutMs: 10_000, maxRetryAfterMs: 600_000, onLookup: () => {} },
  })
  return { clock, asked, dids }
}

const hang = async (): Promise<never> => {
  throw new TimeoutError('it took too long')
}

describe('a did:web that gives no answer', () => {
  it('has more time with each try, and is tried less and less often', async () => {
    const { clock, asked, dids } = setup(hang)
    for (let second = 0; second < 3600; second++) {
      await assert.rejects(dids.read(did), UpstreamError)
      clock.ms += 1000
    }
    assert.deepEqual(asked.slice(0, 5), [
      [0, 1500],
      [5, 4000],
      [15, 10_000],
      [35, 10_000],
      [75, 10_000],
    ])
    assert.ok(asked.length < 14, `${asked.length} requests in an hour`)
  })

  it('is tried again after a minute where its name does not exist', async () => {
    const { clock, asked, dids } = setup(async () => {
      const cause = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
      throw new UpstreamError('alice.test could not be reached', { cause })
    })
    for (let second = 0; second < 100; second++) {
      await assert.rejects(dids.read(did), UpstreamError)
      clock.ms += 1000
    }
    assert.deepEqual(
      asked.map(([afterS]) => afterS),
      [0, 60, 70, 90],
    )
  })

  it('takes no place from those that are new, however many they are', async () => {
    const { promise: never } = Promise.withResolvers<never>()
    let isDead = false
    const { clock, asked, dids } = setup(({ host }) => (isDead && host.startsWith('dead') ? never : hang()))
    const dead = Array.from({ length: 500 }, (_, at): Did => `did:web:dead${at}.test`)
    await Promise.allSettled(dead.map((one) => dids.read(one)))
    clock.ms += 10_000
    isDead = true
    for (const one of dead) dids.read(one).catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    const before = asked.length
    assert.equal(before, dead.length + 128)
    await assert.rejects(dids.read(did), UpstreamError)
    assert.equal(asked.length, before + 1)
  })
})
