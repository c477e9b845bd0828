import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CatalogueCache } from '../src/cache.js'
import { cacheMisses } from '../src/metrics.js'

it('counts misses', async () => {
  new CatalogueCache().countMiss()
  const { values } = await cacheMisses.get()
  assert.equal(values[0].value, 1)
})
