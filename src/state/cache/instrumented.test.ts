import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  cacheEvictions,
  cacheHitRate,
  cacheHits,
  cacheMisses,
  cacheSize,
} from '../../catalog/observers/metrics.ts'
import { cacheConformance } from './cache.conformance.ts'
import { instrumentCache } from './instrumented.ts'
import { MemoryCache } from './memory.ts'

const sizeOf = ({ length }: string) => length

describe('an instrumented cache', () => {
  cacheConformance(async (options) =>
    instrumentCache(new MemoryCache<string>({ sizeOf, ...options }), createTestMeter().meter),
  )

  it('counts each look-up as a hit or a miss, and tells their share once there is one', async () => {
    const { meter, value } = createTestMeter()
    const cache = instrumentCache(new MemoryCache<string>({ sizeOf }), meter)
    const look = (...keys: readonly string[]) =>
      cache.get(
        keys.map((key) => ({ key, owner: 'o' })),
        async (missing) => missing.map(({ key }) => key),
      )
    assert.deepEqual([await value(cacheHits), await value(cacheHitRate)], [0, undefined])
    await look('a', 'b')
    await look('a', 'b', 'c')
    await look('a')
    await assert.rejects(cache.get([{ key: 'd', owner: 'o' }], () => Promise.reject(new Error('down'))))
    assert.deepEqual([await value(cacheHits), await value(cacheMisses)], [3, 4])
    assert.equal(await value(cacheHitRate), (100 * 3) / 7)
  })

  it('shows what it keeps, and what had to make room', async () => {
    const { meter, value } = createTestMeter()
    const cache = instrumentCache(new MemoryCache<string>({ sizeOf, maxBytes: 2000 }), meter)
    assert.deepEqual([await value(cacheSize), await value(cacheEvictions)], [0, 0])
    for (const key of ['a', 'b', 'c']) await cache.get([{ key, owner: 'o' }], async () => ['x'.repeat(600)])
    const { sizeBytes, evictions } = await cache.totals()
    assert.ok(evictions === 1 && sizeBytes > 1200)
    assert.deepEqual([await value(cacheSize), await value(cacheEvictions)], [sizeBytes, evictions])
  })
})
