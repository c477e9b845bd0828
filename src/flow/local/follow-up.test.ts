import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { SyncOnce, SyncTrigger } from '../../model/sync.ts'
import { FollowUp } from './follow-up.ts'

const did = 'did:web:localhost%3A3000'

/** A `syncOnce` that joins as the real one does, and whose runs end when the test says so. */
function createSync() {
  const runs: { trigger: SyncTrigger; end: (rev: string) => void; fail: () => void }[] = []
  const joined: SyncTrigger[] = []
  let running: Promise<string> | undefined
  const syncOnce: SyncOnce = async (_did, trigger) => {
    if (running !== undefined) {
      joined.push(trigger)
      return { did, rev: await running, records: 1, sizeBytes: 1, joined: true }
    }
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    running = promise.finally(() => {
      running = undefined
    })
    runs.push({ trigger, end: resolve, fail: () => reject(new Error('down')) })
    return { did, rev: await running, records: 1, sizeBytes: 1, joined: false }
  }
  return { syncOnce, runs, joined }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate()
}

describe('FollowUp', () => {
  async function start(
    test: (world: ReturnType<typeof createSync> & { followUp: FollowUp; errors: unknown[] }) => Promise<void>,
  ) {
    const world = createSync()
    const errors: unknown[] = []
    const stop = new AbortController()
    const followUp = new FollowUp({
      sync: (trigger) => world.syncOnce(did, trigger),
      onError: (error) => errors.push(error),
      backoff: { firstMs: 0, maxMs: 0 },
    })
    const running = followUp.run(stop.signal)
    await test({ ...world, followUp, errors })
    stop.abort()
    await running
  }

  it('syncs each write by its own trigger', () =>
    start(async ({ followUp, runs, joined }) => {
      followUp.add({ rev: '1', trigger: 'write' })
      await until(() => runs.length === 1)
      runs[0]?.end('1')
      await setImmediate()
      followUp.add({ rev: '2', trigger: 'edit' })
      await until(() => runs.length === 2)
      runs[1]?.end('2')
      await setImmediate()
      assert.deepEqual([runs.map(({ trigger }) => trigger), joined], [['write', 'edit'], []])
    }))

  it('lets those that wait together join one run', () =>
    start(async ({ followUp, runs, joined }) => {
      followUp.add({ rev: '1', trigger: 'write' })
      await until(() => runs.length === 1)
      followUp.add({ rev: '2', trigger: 'edit' })
      followUp.add({ rev: '3', trigger: 'write' })
      followUp.add({ rev: '4', trigger: 'edit' })
      runs[0]?.end('1')
      await until(() => runs.length === 2)
      runs[1]?.end('4')
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      assert.deepEqual(
        [runs.map(({ trigger }) => trigger), joined],
        [
          ['write', 'edit'],
          ['write', 'edit'],
        ],
      )
    }))

  it('tries again after a failure, by the trigger that began it', () =>
    start(async ({ followUp, runs, joined, errors }) => {
      followUp.add({ rev: '1', trigger: 'edit' })
      followUp.add({ rev: '2', trigger: 'write' })
      await until(() => runs.length === 1)
      runs[0]?.fail()
      await until(() => runs.length === 2)
      runs[1]?.end('2')
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      assert.deepEqual([runs.map(({ trigger }) => trigger), joined], [['edit', 'edit'], ['write']])
      assert.equal(errors.length, 1)
    }))

  it('is not content with a run of somebody else that began before the write', () =>
    start(async ({ followUp, runs, joined, syncOnce }) => {
      void syncOnce(did, 'api')
      followUp.add({ rev: '5', trigger: 'write' })
      await until(() => joined.length === 1)
      runs[0]?.end('4')
      await until(() => runs.length === 2)
      runs[1]?.end('5')
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      assert.deepEqual(
        runs.map(({ trigger }) => trigger),
        ['api', 'write'],
      )
    }))

  it('ends while it waits for nothing, and between two tries', async () => {
    const stop = new AbortController()
    let tries = 0
    const failing = async () => {
      tries += 1
      throw new Error('down')
    }
    const followUp = new FollowUp({ sync: failing, backoff: { firstMs: 1e9, maxMs: 1e9 } })
    const running = followUp.run(stop.signal)
    followUp.add({ rev: '1', trigger: 'write' })
    await until(() => tries === 1)
    stop.abort()
    await running
    await new FollowUp({ sync: failing }).run(AbortSignal.abort())
  })
})
