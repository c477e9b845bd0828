import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidError } from '../../model/errors.ts'
import type { Dedup } from './dedup.ts'
import { compareWithModel } from './testing/model.ts'

/** What the maker of an empty `Dedup` is given, and gives. */
export type OpenDedup = (options: {
  /** A clock that is never set, in ms, and begins anew with each process. */
  readonly elapsed: () => number
  readonly maxKeys?: number
  readonly onFull?: (isFull: boolean) => void
}) => Promise<{
  readonly dedup: Dedup
  /** The same again, as after the death of the process. */
  readonly reopen: () => Promise<Dedup>
}>

/** What every `Dedup` must do. */
export function dedupConformance(open: OpenDedup): void {
  const begin = async (options: Partial<Parameters<OpenDedup>[0]> = {}) => {
    const clock = { ms: 12.3 }
    return { ...(await open({ elapsed: () => clock.ms, ...options })), clock }
  }

  describe('a key', () => {
    it('is claimed once', async () => {
      const { dedup } = await begin()
      assert.deepEqual(await dedup.claim('s', ['a', 'b'], 1000), [true, true])
      assert.deepEqual(await dedup.claim('s', ['b', 'c', 'a'], 1000), [false, true, false])
    })

    it('is claimed by the first of several in one call', async () => {
      const { dedup } = await begin()
      assert.deepEqual(await dedup.claim('s', ['a', 'a', 'b', 'a'], 1000), [true, false, true, false])
    })

    it('is known in its scope alone, wherever the two are cut', async () => {
      const { dedup } = await begin()
      assert.deepEqual(await dedup.claim('s', ['a', '1 a'], 1000), [true, true])
      for (const [scope, key] of [
        ['t', 'a'],
        ['sa', ''],
        ['', 'sa'],
        ['s1 ', 'a'],
      ] as const) {
        assert.deepEqual(await dedup.claim(scope, [key], 1000), [true], `${scope} ${key}`)
      }
    })

    it('may be any text, of any length', async () => {
      const { dedup } = await begin()
      const keys = ['', '\0', 'ä', '🐳', 'a'.repeat(100_000), `${'a'.repeat(100_000)}b`, "'; DROP TABLE x"]
      assert.deepEqual(
        await dedup.claim('s', keys, 1000),
        keys.map(() => true),
      )
      assert.deepEqual(
        await dedup.claim('s', keys, 1000),
        keys.map(() => false),
      )
    })

    it('can be claimed again once its window has passed, and not before', async () => {
      const { dedup, clock } = await begin()
      await dedup.claim('s', ['a'], 1000)
      clock.ms += 999.9
      assert.deepEqual(await dedup.claim('s', ['a'], 1000), [false])
      clock.ms += 1.1
      assert.deepEqual(await dedup.claim('s', ['a'], 1000), [true])
    })

    it('is not kept longer by being asked for', async () => {
      const { dedup, clock } = await begin()
      await dedup.claim('s', ['a'], 1000)
      clock.ms += 600
      await dedup.claim('s', ['a'], 1000)
      clock.ms += 402
      assert.deepEqual(await dedup.claim('s', ['a'], 1000), [true])
    })

    it('is kept for the window that it was claimed for', async () => {
      const { dedup, clock } = await begin()
      await dedup.claim('s', ['long'], 10_000)
      await dedup.claim('s', ['short'], 10)
      clock.ms += 5000
      assert.deepEqual(await dedup.claim('s', ['long', 'short'], 10), [false, true])
    })

    it('is found without being claimed', async () => {
      const { dedup, clock } = await begin()
      assert.deepEqual(await dedup.has('s', ['a']), [false])
      assert.deepEqual(await dedup.claim('s', ['a'], 1000), [true])
      assert.deepEqual(await dedup.has('s', ['a', 'b']), [true, false])
      assert.deepEqual(await dedup.has('t', ['a']), [false])
      clock.ms += 1002
      assert.deepEqual(await dedup.has('s', ['a']), [false])
    })

    it('is given back', async () => {
      const { dedup } = await begin()
      await dedup.claim('s', ['a', 'b'], 1000)
      await dedup.release('s', ['a', 'never'])
      assert.deepEqual(await dedup.claim('s', ['a', 'b'], 1000), [true, false])
    })

    it('is known after a restart, for as long as its window lasts while the service runs', async () => {
      const { dedup, reopen, clock } = await begin()
      await dedup.claim('s', ['a'], 1000)
      clock.ms += 600
      await dedup.claim('s', ['b'], 1000)
      clock.ms = 0
      const again = await reopen()
      assert.deepEqual(await again.claim('s', ['a', 'b'], 1000), [false, false])
      clock.ms += 402
      assert.deepEqual(await again.claim('s', ['a', 'b'], 1000), [true, false])
    })

    it('is refused with a window that cannot be kept, and nothing is claimed', async () => {
      const { dedup } = await begin()
      for (const windowMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e15]) {
        await assert.rejects(dedup.claim('s', ['a'], windowMs), InvalidError)
      }
      assert.deepEqual(await dedup.has('s', ['a']), [false])
    })
  })

  describe('how much is kept', () => {
    it('is told, and falls when windows pass', async () => {
      const { dedup, clock } = await begin()
      await dedup.claim(
        's',
        Array.from({ length: 100 }, (_, i) => `k${i}`),
        1000,
      )
      assert.equal((await dedup.totals()).keys, 100)
      clock.ms += 2000
      for (let i = 0; i < 60; i++) await dedup.claim('s', [`new${i}`], 1000)
      assert.deepEqual(await dedup.totals(), { keys: 60, dropped: 0 })
    })

    it('is bounded: the keys whose window ends soonest go first', async () => {
      const { dedup, reopen } = await begin({ maxKeys: 3 })
      await dedup.claim('s', ['long'], 9000)
      await dedup.claim('s', ['soon'], 1000)
      await dedup.claim('s', ['b', 'c'], 5000)
      assert.deepEqual(await dedup.totals(), { keys: 3, dropped: 1 })
      assert.deepEqual(await dedup.has('s', ['long', 'soon', 'b', 'c']), [true, false, true, true])
      assert.deepEqual(await (await reopen()).totals(), { keys: 3, dropped: 0 })
    })

    it('tells once that it forgets keys early, and once that it does no more', async () => {
      const told: boolean[] = []
      const { dedup, clock } = await begin({ maxKeys: 10, onFull: (isFull) => told.push(isFull) })
      const claim = (first: number, last: number) =>
        dedup.claim(
          's',
          Array.from({ length: last - first }, (_, at) => `${first + at}`),
          1000,
        )
      await claim(0, 10)
      assert.deepEqual(told, [])
      for (let key = 10; key < 20; key++) await claim(key, key + 1)
      assert.deepEqual(told, [true])
      clock.ms += 2000
      await claim(20, 25)
      assert.deepEqual(told, [true, false])
      await claim(25, 40)
      assert.deepEqual(told, [true, false, true])
    })
  })

  for (let seed = 1; seed <= 20; seed++) {
    it(`does what a list would, whatever is asked of it (seed ${seed})`, async () => {
      await compareWithModel(open, seed)
    })
  }
}
