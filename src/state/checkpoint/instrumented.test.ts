import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  checkpointRecovery,
  checkpointSaveDuration,
  checkpointSaves,
} from '../../catalog/observers/metrics.ts'
import { Database } from '../database.ts'
import { SqliteDedup } from '../dedup/sqlite.ts'
import { SqliteQueue } from '../queue/sqlite.ts'
import { checkpointConformance } from './checkpoint.conformance.ts'
import type { CoveredJob } from './checkpoint.ts'
import { instrumentCheckpoint, type StepReports } from './instrumented.ts'
import { SqliteCheckpoint } from './sqlite.ts'

describe('an instrumented checkpoint', () => {
  checkpointConformance(async () => {
    const database = new Database()
    const open = () => openOn(database).stores
    return { ...open(), reopen: async () => open() }
  })

  it('counts saves and recoveries, and times saves, failed ones too', async () => {
    const { stores, value } = openOn(new Database())
    const { checkpoint } = stores
    await checkpoint.recover('l')
    assert.equal(await value(checkpointRecovery), 0)
    await checkpoint.save({ listener: 'l', position: 2 })
    await assert.rejects(checkpoint.save({ listener: 'l', position: 1 }))
    await checkpoint.recover('l')
    assert.deepEqual(
      [await value(checkpointSaves), await value(checkpointSaveDuration), await value(checkpointRecovery)],
      [1, 2, 1],
    )
  })

  it('tells what a step has enqueued and checked', async () => {
    const told: unknown[] = []
    const { stores } = openOn(new Database(), {
      onEnqueued: (...what) => told.push(what),
      onChecked: (...what) => told.push(what),
    })
    const once = { scope: 's', key: 'a', windowMs: 1000 }
    const jobs: readonly CoveredJob[] = [
      { queue: 'q', job: { key: 'a' }, once },
      { queue: 'q', job: { key: 'b' }, once },
      { queue: 'r', job: { key: 'a' } },
      { queue: 'q', job: { key: 'a' } },
    ]
    await stores.checkpoint.save({ listener: 'l', position: 1, jobs })
    assert.deepEqual(told, [
      ['q', 1],
      ['r', 1],
      [2, 1],
    ])
  })
})

function openOn(database: Database, reports: StepReports = {}) {
  const queue = new SqliteQueue({ database })
  const dedup = new SqliteDedup({ database })
  const { meter, value } = createTestMeter()
  const checkpoint = instrumentCheckpoint(new SqliteCheckpoint({ database, queue, dedup }), meter, reports)
  return { stores: { queue, dedup, checkpoint }, value }
}
