import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Cache, Lookup } from './cache.ts'
import { tryAllOrders } from './testing/interleavings.ts'

/** What the maker of an empty cache of texts is given. A text takes as many bytes as it has characters. */
export interface OpenCacheOptions {
  readonly ttlMs: number
  readonly maxBytes: number
  /** A clock that is never set, in ms. */
  readonly elapsed: () => number
}

/** What every cache must do. */
export function cacheConformance(open: (options: OpenCacheOptions) => Promise<Cache<string>>): void {
  const begin = async (options: Partial<OpenCacheOptions> = {}) => {
    const clock = { ms: 5 }
    const cache = await open({ ttlMs: 1000, maxBytes: 1_000_000, elapsed: () => clock.ms, ...options })
    const loads: string[] = []
    const find = async (key: string, value?: string) => {
      const [found] = await cache.get([of(key)], async () => {
        loads.push(key)
        return [value]
      })
      return found
    }
    return { cache, clock, loads, find }
  }

  describe('a look-up', () => {
    it('loads what is not kept, once', async () => {
      const { loads, find } = await begin()
      assert.deepEqual([await find('a', '1'), await find('a', '2'), await find('b', '3')], ['1', '1', '3'])
      assert.deepEqual(loads, ['a', 'b'])
    })

    it('of many loads together what is missing, and answers in its order', async () => {
      const { cache, find } = await begin()
      await find('b', 'B')
      const asked: string[] = []
      const values = await cache.get(['a', 'b', 'c', 'd'].map(of), async (missing) => {
        asked.push(missing.map(({ key }) => key).join())
        return ['A', undefined, 'D']
      })
      assert.deepEqual(values, ['A', 'B', undefined, 'D'])
      assert.deepEqual(asked, ['a,c,d'])
    })

    it('of nothing loads nothing', async () => {
      const { cache } = await begin()
      assert.deepEqual(await cache.get([], () => assert.fail()), [])
    })

    it('keeps nothing where nothing was found, nor where loading failed', async () => {
      const { cache, find, loads } = await begin()
      assert.equal(await find('a'), undefined)
      await assert.rejects(
        cache.get([of('a')], () => Promise.reject(new Error('down'))),
        /down/,
      )
      assert.equal(await find('a', '1'), '1')
      assert.equal(loads.length, 2)
      assert.equal((await cache.totals()).entries, 1)
    })
  })

  describe('an entry', () => {
    it('is kept for its time, however often it is asked for', async () => {
      const { clock, find } = await begin()
      await find('a', 'old')
      clock.ms += 600
      assert.equal(await find('a', 'new'), 'old')
      clock.ms += 401
      assert.equal(await find('a', 'new'), 'new')
    })

    it('makes room for others when it was used longest ago, which is counted', async () => {
      const { cache, find } = await begin({ maxBytes: 10_000 })
      const value = 'x'.repeat(2000)
      for (const key of ['a', 'b', 'c', 'd']) await find(key, value)
      await find('a', 'gone')
      await find('e', value)
      assert.equal(await find('a', 'gone'), value)
      assert.equal(await find('b', 'gone'), 'gone')
      const { entries, sizeBytes, evictions } = await cache.totals()
      assert.deepEqual({ entries, evictions }, { entries: 5, evictions: 1 })
      assert.ok(sizeBytes > 4 * 2000 && sizeBytes <= 10_000, `${sizeBytes}`)
    })

    it('that is larger than the cache is not kept, and makes room for nothing', async () => {
      const { cache, find } = await begin({ maxBytes: 1000 })
      await find('a', 'x')
      const large = 'x'.repeat(1001)
      assert.deepEqual([await find('b', large), await find('b', 'y')], [large, 'y'])
      assert.deepEqual([await find('a', 'gone'), (await cache.totals()).evictions], ['x', 0])
    })

    it('goes when it is dropped, others of its owner only where all of them are', async () => {
      const { cache, find } = await begin()
      const all = ['alice/1', 'alice/2', 'bob/1']
      const state = () => Promise.all(all.map((key) => find(key, 'new')))
      for (const key of all) await find(key, 'old')
      await cache.drop([{ owner: 'alice', keys: ['alice/2', 'alice/never'] }])
      assert.deepEqual(await state(), ['old', 'new', 'old'])
      await cache.drop([{ owner: 'alice' }, { owner: 'nobody' }])
      assert.deepEqual(await state(), ['new', 'new', 'old'])
      await cache.drop('everything')
      assert.deepEqual(await state(), ['new', 'new', 'new'])
      await cache.drop('everything')
      assert.deepEqual(await cache.totals(), { entries: 0, sizeBytes: 0, evictions: 0 })
    })
  })

  for (const changes of [
    [{ owner: 'alice' }],
    [{ owner: 'alice', keys: ['alice/1'] }],
    'everything',
  ] as const) {
    const name = changes === 'everything' ? changes : 'keys' in changes[0] ? 'a record' : 'an account'

    describe(`a change of ${name}`, () => {
      it('drops what it concerns before it begins', async () => {
        const { cache, find } = await begin()
        await find('alice/1', 'old')
        await cache.change(changes, async () => {
          assert.equal(await find('alice/1', 'read anew'), 'read anew')
        })
      })

      it('keeps nothing that was read while it went on', async () => {
        const { cache, find } = await begin()
        await cache.change(changes, async () => {
          await find('alice/1', 'old')
          await find('alice/1', 'older')
        })
        assert.equal(await find('alice/1', 'new'), 'new')
      })

      it('keeps nothing that began to be read before it, whenever that ends', async () => {
        for (const when of ['before it ends', 'after it has ended', 'after another read'] as const) {
          const { cache, find } = await begin()
          const load = Promise.withResolvers<readonly string[]>()
          const reading = cache.get([of('alice/1')], () => load.promise)
          if (when === 'before it ends') {
            await cache.change(changes, async () => {
              load.resolve(['old'])
              assert.deepEqual(await reading, ['old'])
            })
          } else {
            await cache.change(changes, async () => {})
            if (when === 'after another read') await find('alice/1', 'new')
            load.resolve(['old'])
            assert.deepEqual(await reading, ['old'])
          }
          assert.equal(await find('alice/1', 'new'), 'new', when)
        }
      })

      it('keeps nothing until all of several have ended', async () => {
        const { cache, find } = await begin()
        const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
        const running = [first, second].map(({ promise }) => cache.change(changes, () => promise))
        first.resolve()
        await running[0]
        await find('alice/1', 'old')
        second.resolve()
        await running[1]
        assert.equal(await find('alice/1', 'new'), 'new')
      })

      it('returns what its work does, and lets entries be kept again when that fails', async () => {
        const { cache, find } = await begin()
        assert.equal(await cache.change(changes, async () => 7), 7)
        await assert.rejects(
          cache.change(changes, () => Promise.reject(new Error('disk full'))),
          /disk full/,
        )
        await find('alice/1', 'kept')
        assert.equal(await find('alice/1', 'new'), 'kept')
      })
    })
  }

  it('nobody is answered with what was true before a change that can be seen, in whatever order', async () => {
    const cache = () => open({ ttlMs: 1000, maxBytes: 10_000, elapsed: () => 0 })
    assert.equal(await tryAllOrders(cache), 1680)
  })

  it('a change of one owner does not keep others from being kept', async () => {
    const { cache, find } = await begin()
    const load = Promise.withResolvers<readonly string[]>()
    const reading = cache.get([of('alice/1'), of('bob/1')], () => load.promise)
    await cache.change([{ owner: 'alice' }], () => find('bob/2', 'kept'))
    load.resolve(['old', 'kept'])
    await reading
    assert.deepEqual(
      [await find('alice/1', 'new'), await find('bob/1', 'new'), await find('bob/2', 'new')],
      ['new', 'kept', 'kept'],
    )
  })
}

/** Keys begin with their owner. */
function of(key: string): Lookup {
  return { key, owner: key.split('/')[0] as string }
}
