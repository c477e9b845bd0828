import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { History } from './history.ts'
import { Recorded } from './recorded.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-file-'))

describe('the file of a history', () => {
  after(() => rmSync(folder, { recursive: true }))

  const open = (file: string, readOnly = false) =>
    new History({ file, node: 'one', readOnly })[Symbol.dispose]()

  it('is read by others while it is written, and written by one', async () => {
    const file = join(folder, 'shared.db')
    await using recorded = new Recorded({ file })
    recorded.meter.createCounter('orders').add(3)
    await recorded.take()
    using looking = new History({ file, node: 'one', readOnly: true, clock: () => recorded.nowMs })
    assert.equal(looking.query({ name: 'orders' }).series[0]?.points[0]?.[1], 3)
    assert.throws(() => open(file), /is written by another process: end that, or name another file/)
    assert.throws(() => looking.take({ scopeMetrics: [] }), /takes nothing in/)
  })

  it('holds the histories of several nodes apart', async () => {
    const file = join(folder, 'nodes.db')
    for (const [node, orders] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      await using recorded = new Recorded({ file, node })
      recorded.meter.createCounter('orders').add(orders)
      await recorded.take()
    }
    for (const [node, orders] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      await using recorded = new Recorded({ file, node, readOnly: true })
      const { nowMs: until } = recorded
      assert.equal(recorded.history.query({ name: 'orders', until }).series[0]?.points[0]?.[1], orders)
    }
  })

  it('is refused where it is not whole, not a history, newer, or not there', () => {
    const refused = (name: string, make: (file: string) => void, message: RegExp, readOnly = false) => {
      const file = join(folder, name)
      make(file)
      assert.throws(() => open(file, readOnly), { name: 'UsageError', message }, name)
    }
    const made = (file: string, change: (bytes: Buffer) => void) => {
      open(file)
      const bytes = readFileSync(file)
      change(bytes)
      writeFileSync(file, bytes)
    }
    refused(
      'text.db',
      (file) => writeFileSync(file, 'text'.repeat(1000)),
      /cannot be opened \(file is not a database\): move it away to begin a new one, or name another file$/,
    )
    refused(
      'damaged.db',
      (file) => made(file, (bytes) => bytes.fill(7, 4096)),
      /cannot be opened \(.+\): move it away/,
    )
    refused(
      'foreign.db',
      (file) => {
        using other = new DatabaseSync(file)
        other.exec('CREATE TABLE tea (cup)')
      },
      /is not a history of metrics: name another file$/,
    )
    refused(
      'newer.db',
      (file) => {
        open(file)
        using other = new DatabaseSync(file)
        other.exec('PRAGMA user_version = 9')
      },
      /was made by a newer version \(9, this one knows 1\): run that, or name another file$/,
    )
    refused('missing.db', () => {}, /does not exist: name the file that tidegauge.history.file names$/, true)
  })

  it('is written again after it could not be, and the next row has what was missed', async () => {
    const file = join(folder, 'locked.db')
    await using recorded = new Recorded({ file })
    const gauge = recorded.meter.createGauge('depth')
    gauge.record(1)
    await recorded.take()
    {
      using other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      gauge.record(50)
      recorded.nowMs += 60_000
      await assert.rejects(recorded.take(), /database is locked/)
      other.exec('ROLLBACK')
    }
    gauge.record(2)
    recorded.nowMs += 60_000
    await recorded.take()
    using looking = new History({ file, node: 'one', readOnly: true, clock: () => recorded.nowMs })
    const asked = { name: 'depth', fn: 'max', since: recorded.nowMs - 120_000 } as const
    assert.equal(looking.query(asked).series[0]?.points[0]?.[1], 50)
  })
})
