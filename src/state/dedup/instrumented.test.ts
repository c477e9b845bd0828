import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import { dedupChecks, dedupDuplicatesFound, dedupHitRate } from '../../catalog/observers/metrics.ts'
import { Database } from '../database.ts'
import { dedupConformance } from './dedup.conformance.ts'
import { instrumentDedup } from './instrumented.ts'
import { SqliteDedup } from './sqlite.ts'

describe('an instrumented dedup', () => {
  dedupConformance(async (options) => {
    const database = new Database()
    const open = () => instrumentDedup(new SqliteDedup({ database, ...options }), createTestMeter().meter)
    return { dedup: open(), reopen: async () => open() }
  })

  it('counts checks and duplicates, and tells their share once there is one', async () => {
    const { meter, value } = createTestMeter()
    const dedup = instrumentDedup(new SqliteDedup({ database: new Database() }), meter)
    assert.deepEqual([await value(dedupChecks), await value(dedupHitRate)], [0, undefined])
    await dedup.claim('s', ['a', 'b', 'a'], 1000)
    await dedup.claim('s', ['a'], 1000)
    await dedup.has('s', ['a'])
    assert.deepEqual([await value(dedupChecks), await value(dedupDuplicatesFound)], [4, 2])
    assert.equal(await value(dedupHitRate), 50)
  })
})
