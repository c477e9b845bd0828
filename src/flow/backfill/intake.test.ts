import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type EnumeratedRepo, encodeEnumeratedRepo } from '../../model/enumerated.ts'
import { Database } from '../../state/database.ts'
import { SqliteQueue } from '../../state/queue/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { repoBackfill } from '../../state/streams/streams.ts'
import { Enqueue } from './enqueue.ts'
import { type IntakeOptions, intake, intakeGroup, type MovedRepos } from './intake.ts'
import { repoQueue } from './queues.ts'

describe('enumerated repos', () => {
  it('are queued, but for those that are synced where they were listed, not active or not wanted', async () => {
    const opened = open()
    const moved = await run(opened, [
      { did: 'did:plc:new', rev: '3kb', host: 'pds.test' },
      { did: 'did:plc:current', rev: '3kb' },
      { did: 'did:plc:ahead', rev: '3kb' },
      { did: 'did:plc:older', rev: '3kb' },
      { did: 'did:plc:unsaid' },
      { did: 'did:plc:desync', rev: '3kb' },
      { did: 'did:plc:gone', active: false, status: 'deactivated' },
      { did: 'did:plc:unwanted' },
    ])
    assert.deepEqual(moved, { queued: 3, current: 3, skipped: 2 })
    const jobs = await opened.queue.take(repoQueue, 10)
    assert.deepEqual(jobs.map(({ key, group }) => [key, group]).sort(), [
      ['did:plc:desync', ''],
      ['did:plc:new', 'pds.test'],
      ['did:plc:older', ''],
    ])
    assert.equal(await opened.streams.pending(repoBackfill, intakeGroup), 0)
  })

  it('are all moved, though an entry cannot be read and the queue fails now and then', async () => {
    const opened = open()
    const { queue } = opened
    const add = queue.add.bind(queue)
    let adds = 0
    queue.add = async (...given) => {
      if (++adds % 3 === 0) throw new Error('the disk is full')
      return await add(...given)
    }
    const enqueue = new Enqueue({ queue, policy: 'all', backoff: { firstMs: 1, maxMs: 1 } })
    await opened.streams.append(repoBackfill, [Buffer.from('what is this?')])
    const repos = Array.from({ length: 500 }, (_, at): EnumeratedRepo => ({ did: `did:plc:r${at}` }))
    const moved = await run({ ...opened, enqueue }, repos, { batchEntries: 7 })
    assert.deepEqual(moved, { queued: 500, current: 0, skipped: 0 })
    assert.equal((await opened.queue.totals(repoQueue)).waiting, 500)
  })
})

function open() {
  const database = new Database()
  const queue = new SqliteQueue({ database })
  const storage = new SqliteStorage({ database })
  return {
    storage,
    queue,
    streams: new SqliteStreams({ database }),
    enqueue: new Enqueue({ queue, policy: 'all' }),
  }
}

async function run(
  { storage, streams, enqueue }: ReturnType<typeof open>,
  repos: readonly EnumeratedRepo[],
  options: Partial<IntakeOptions> = {},
): Promise<MovedRepos> {
  const stored = { content: 'synced', status: 'synced', updatedAtMs: 1 } as const
  const desync = { reason: 'gap', sinceMs: 1 } as const
  await storage.apply([
    { repo: { ...stored, did: 'did:plc:current', rev: '3kb' } },
    { repo: { ...stored, did: 'did:plc:ahead', rev: '3kc' } },
    { repo: { ...stored, did: 'did:plc:older', rev: '3ka' } },
    { repo: { ...stored, did: 'did:plc:unsaid', rev: '3ka' } },
    { repo: { ...stored, did: 'did:plc:desync', rev: '3kb', content: 'desync', status: 'desync', desync } },
  ])
  await streams.append(repoBackfill, repos.map(encodeEnumeratedRepo))
  const stop = new AbortController()
  const total = { queued: 0, current: 0, skipped: 0 }
  await intake(
    {
      storage,
      streams,
      enqueue,
      isWanted: (did) => did !== 'did:plc:unwanted',
      backoff: { firstMs: 1, maxMs: 1 },
      onMove: ({ queued, current, skipped }) => {
        total.queued += queued
        total.current += current
        total.skipped += skipped
        if (total.queued + total.current + total.skipped === repos.length) stop.abort()
      },
      ...options,
    },
    stop.signal,
  )
  return total
}
