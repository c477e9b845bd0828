import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SyncRun, SyncTrigger } from '../../model/sync.ts'
import { Database } from '../../state/database.ts'
import { SqliteRuns } from '../../state/runs/sqlite.ts'
import { countKeptRuns, keepRuns } from './run-log.ts'

describe('runs of a command without a node', () => {
  it('are told by the next node, as they were, and by no other after it', async () => {
    using database = new Database()
    const runs = new SqliteRuns({ database })
    const { onRun, onJoin } = keepRuns(runs, (error) => assert.ifError(error))
    const base = {
      did: 'did:plc:a',
      trigger: 'cli',
      durationMs: 5,
      extracted: 2,
      filtered: 0,
      sizeBytes: 99,
    } as const
    const made: readonly SyncRun[] = [
      { ...base, outcome: 'success', records: 2 },
      { ...base, outcome: 'error', reason: 'timeout', fault: 'fetch', records: 0 },
    ]
    for (const run of made) onRun(run)
    onJoin('mcp')

    const told: SyncRun[] = []
    const joins: SyncTrigger[] = []
    const node = {
      onRun: (run: SyncRun) => told.push(run),
      onJoin: (trigger: SyncTrigger) => joins.push(trigger),
    }
    assert.equal(await countKeptRuns(runs, node), 2)
    assert.deepEqual(told, made)
    assert.deepEqual(joins, ['mcp'])
    assert.equal(await countKeptRuns(runs, node), 0)
    assert.equal(told.length, 2)
  })
})
