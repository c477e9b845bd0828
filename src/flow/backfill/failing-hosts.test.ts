import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '../../demo/random.ts'
import type { Did } from '../../model/did.ts'
import type { Asked, Fault } from '../sync/testing/faulty-host.ts'
import { openRig } from '../sync/testing/rig.ts'
import { Backfill, type FailedAttempt } from './backfill.ts'
import { Enqueue } from './enqueue.ts'
import { repoQueue, repoQueues } from './queues.ts'

describe('200 repos of a host that fails at random', () => {
  for (const seed of ['one', 'two']) {
    it(`all end synced or as dead letters, each counted once (seed ${seed})`, async () => {
      await using rig = await openRig({
        accounts: 200,
        records: 1_000,
        sync: {
          body: { firstByteMs: 2_000, idleMs: 2_000, minBytesPerSecond: 1, windowMs: 60_000, maxBytes: 1e9 },
        },
      })
      const dids = rig.demo.accounts().map(({ did }) => did)
      const random = createRandom(seed)
      const hopeless = new Map(dids.slice(0, 12).map((did) => [did, random.pick(hopelessFaults)] as const))
      rig.host.fault = ({ method, did }: Asked): Fault | undefined => {
        const fault = hopeless.get(did as Did)
        if (method === 'getRepoStatus') return fault
        if (method !== 'getRepo') return undefined
        return fault ?? (random.int(100) < 40 ? random.pick(faults) : undefined)
      }

      await using enqueue = new Enqueue({ queue: rig.queue, policy: 'all' })
      const failed: FailedAttempt[] = []
      const done: Did[] = []
      const stop = new AbortController()
      const isOver = async () => {
        const totals = await Promise.all(repoQueues.map((name) => rig.queue.totals(name)))
        if (totals.every(({ waiting, running }) => waiting + running === 0)) stop.abort()
      }
      const backfill = new Backfill({
        queue: rig.queue,
        syncOnce: rig.sync.syncOnce,
        giveUp: (did) => rig.sync.giveUp(did),
        hostOf: async (did, signal) => new URL((await rig.identity.resolve(did, { signal })).pds ?? ''),
        blockedUntilMs: (host) => rig.hosts.blockedUntilMs(host),
        attempts: {
          firstMs: 1,
          maxMs: 4,
          maxAttempts: 12,
          maxInvalid: 12,
          unavailableMs: 1,
          firstConflictMs: 1,
        },
        onDone: ({ did }) => {
          done.push(did)
          void isOver()
        },
        onFailed: (one) => {
          failed.push(one)
          void isOver()
        },
        onError: (error) => assert.ifError(error),
      })
      await enqueue.enumerated(dids.map((did) => ({ did })))
      await backfill.run(stop.signal)

      const dead = (await rig.queue.deadLetters({ queues: [repoQueue], limit: 1000 })).jobs.map(
        ({ key }) => key,
      )
      assert.deepEqual(dead.toSorted(), [...hopeless.keys()].sort())
      assert.deepEqual([...done, ...dead].sort(), dids.toSorted())
      await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
      for (const did of dids) {
        const repo = await rig.storage.getRepo(did)
        const fault = hopeless.get(did)
        const isDead = fault !== undefined
        assert.equal(repo?.status, isDead ? statusAfter(fault) : 'synced', did)
        assert.deepEqual(await rig.stored(did), isDead ? [] : rig.demo.records(did))
      }

      assert.equal(rig.runs.length, done.length + failed.length)
      assert.equal(rig.runs.filter(({ outcome }) => outcome === 'success').length, done.length)
      assert.equal(rig.runs.filter(({ reason }) => reason !== undefined).length, failed.length)
      assert.equal(failed.filter(({ next }) => next === 'dead').length, hopeless.size)
      assert.ok(failed.length > 100)
      assert.deepEqual(rig.joins, [])
      const records = rig.runs.reduce((sum, run) => sum + run.records, 0)
      assert.equal(
        records,
        done.reduce((sum, did) => sum + rig.demo.countRecords(did), 0),
      )
    })
  }
})

const faults: readonly Fault[] = [
  { status: 500 },
  { status: 503 },
  { status: 401, error: 'AuthMissing' },
  'cut',
  { change: (body) => body.subarray(0, body.length - 7) },
  { change: (body) => Buffer.concat([body.subarray(0, 200), body.subarray(300)]) },
]

const hopelessFaults: readonly Fault[] = [
  { status: 500 },
  { status: 400, error: 'RepoDeactivated' },
  { status: 400, error: 'RepoNotFound' },
  'cut',
  { change: () => Buffer.from('<html>') },
]

/** A repo that its host hides is hidden here, too; what else cannot be fetched is an error. */
function statusAfter(fault: Fault): 'deactivated' | 'error' {
  return typeof fault === 'object' && 'error' in fault && fault.error === 'RepoDeactivated'
    ? 'deactivated'
    : 'error'
}
