import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create as createTid } from '@atcute/tid'
import { importKey } from '../repo/signature.ts'
import { anyFrame, commitFrame, create, createTestRepo, sentMs } from './testing/test-repo.ts'
import { verifyFrame } from './verify-frame.ts'

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const time = new Date(sentMs).toISOString()

describe('verifying a frame that was kept', () => {
  it('gives the event that it carries, by a key in either form', async () => {
    const repo = await createTestRepo(did)
    const frame = await repo.createFrame(7)
    for (const key of [repo.multikey, importKey(repo.multikey), repo.multikey]) {
      const event = verifyFrame(frame, key)
      assert.deepEqual([event.kind, event.did, event.seq, event.timeMs], ['commit', did, 7, sentMs])
    }
    const { rev, blocks } = await repo.commit()
    const state = verifyFrame(anyFrame('#sync', { seq: 8, did, time, rev, blocks }), repo.multikey)
    assert.deepEqual([state.kind, state.rev, state.data], ['sync', rev, repo.repo.head?.data])
  })

  it('refuses a commit of another key, and says that another may fit', async () => {
    const [repo, other] = await Promise.all([createTestRepo(did), createTestRepo(did, 'other')])
    const frame = await repo.createFrame(1)
    assert.throws(() => verifyFrame(frame, other.multikey), { name: 'WrongKey', reason: 'signature' })
    assert.throws(() => verifyFrame(frame, 'zNoKey'), { name: 'NoKey', reason: 'signature' })
  })

  it('refuses a rev that is too far ahead of the clock', async () => {
    const repo = await createTestRepo(did)
    const nowMs = Date.now()
    const at = async (aheadMs: number) => {
      const { body } = await repo.repo.commit([create(`r${aheadMs}`)], createTid((nowMs + aheadMs) * 1000, 1))
      return commitFrame(1, body)
    }
    const [near, far] = [await at(300_000), await at(300_001)]
    assert.equal(verifyFrame(near, repo.multikey, { nowMs }).kind, 'commit')
    assert.throws(() => verifyFrame(far, repo.multikey, { nowMs }), { name: 'FutureRev' })
    assert.equal(verifyFrame(far, repo.multikey, { nowMs, maxRevAheadMs: 400_000 }).kind, 'commit')
  })

  it('refuses what is neither a commit nor a new state', async () => {
    const repo = await createTestRepo(did)
    for (const frame of [anyFrame('#identity', { seq: 1, did, time }), Buffer.of(0xff), Buffer.alloc(0)])
      assert.throws(() => verifyFrame(frame, repo.multikey), { name: 'Rejection' })
  })
})
