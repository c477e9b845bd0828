import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { indexerGroup } from '../indexing/indexer.ts'
import { openRig, type Rig, writePosts } from './testing/rig.ts'

describe('a sync run after an account event was missed', () => {
  for (const status of ['deactivated', 'suspended', 'takendown'] as const)
    it(`hides an account that its host says is ${status}, and keeps its content`, async () => {
      await using rig = await openRig()
      const did = await syncedDid(rig)
      const records = await rig.stored(did)
      await rig.demo.setStatus(did, status)
      await assert.rejects(rig.sync.syncOnce(did, 'resync'), { name: 'UnavailableRepoError', status })
      assert.deepEqual(await statusOf(rig, did), [status, 'synced'])
      assert.deepEqual(await rig.stored(did), records)
      await assert.rejects(rig.sync.syncOnce(did, 'resync'), { name: 'UnavailableRepoError', status })
      assert.equal(
        rig.host.count('getRepo'),
        2,
        'of an account that is known to be hidden nothing is fetched',
      )
      await rig.demo.setStatus(did, 'active')
      await rig.sync.syncOnce(did, 'resync')
      assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
    })

  it('brings what has changed in an account that is shown again', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    await tellAccount(rig, did, { active: false, status: 'suspended' })
    await writePosts(rig.demo, did, 5)
    assert.equal((await rig.sync.syncOnce(did, 'resync')).records, 5)
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('begins again with an account that was deleted and is there', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    await tellAccount(rig, did, { active: false, status: 'deleted' })
    assert.deepEqual(await rig.stored(did), [])
    await rig.sync.syncOnce(did, 'api')
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('says why it is hidden where that has changed', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    await tellAccount(rig, did, { active: false, status: 'deactivated' })
    await rig.demo.setStatus(did, 'takendown')
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { status: 'takendown' })
    assert.deepEqual(await statusOf(rig, did), ['takendown', 'synced'])
  })

  it('takes it for deleted only where the host says so', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    const records = await rig.stored(did)
    rig.host.fault = ({ method }) => (method === 'did' ? undefined : { status: 400, error: 'RepoNotFound' })
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { name: 'UnavailableRepoError', status: 'unknown' })
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
    assert.deepEqual(await rig.stored(did), records)
    rig.host.fault = () => undefined
    await rig.demo.setStatus(did, 'deleted')
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { name: 'UnavailableRepoError' })
    assert.deepEqual(await statusOf(rig, did), ['deleted', 'pending'])
    assert.deepEqual(await rig.stored(did), [])
  })

  for (const status of ['deleted', 'takendown'] as const)
    it(`believes the source of the events that an account which its host does not know is ${status}`, async () => {
      await using rig = await openRig()
      const did = await syncedDid(rig)
      const sync = rig.openSync({ source: rig.demo.relay })
      rig.host.fault = ({ method }) => (method === 'did' ? undefined : { status: 400, error: 'RepoNotFound' })
      const unavailable = { name: 'UnavailableRepoError', status: 'unknown' }
      await assert.rejects(sync.syncOnce(did, 'resync'), unavailable)
      assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
      await rig.demo.setStatus(did, status)
      await assert.rejects(sync.syncOnce(did, 'resync'), unavailable)
      assert.deepEqual(await statusOf(rig, did), [status, status === 'deleted' ? 'pending' : 'synced'])
    })

  it('does not ask the source about an account that its host knows', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    const sync = rig.openSync({ source: rig.demo.relay })
    rig.host.fault = ({ method }) => {
      if (method === 'getRepo' || method === 'getLatestCommit') return { status: 400, error: 'RepoNotFound' }
      if (method !== 'getRepoStatus') return undefined
      return { change: () => Buffer.from(JSON.stringify({ did, active: true })) }
    }
    await rig.demo.setStatus(did, 'deleted')
    await assert.rejects(sync.syncOnce(did, 'resync'), { name: 'UnavailableRepoError', status: 'unknown' })
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
  })

  it('hides nothing that the host hides by mistake in one answer only', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    await writePosts(rig.demo, did, 1)
    rig.host.fault = ({ method }) =>
      method === 'getRepo' ? { status: 400, error: 'RepoDeactivated' } : undefined
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { status: 'deactivated' })
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
  })

  it('hides nothing while nobody says whether that host is still the one', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    await rig.demo.setStatus(did, 'deactivated')
    rig.host.fault = ({ method }) => (method === 'did' ? { status: 500 } : undefined)
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { status: 'deactivated' })
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
  })

  it('believes the refusal of a host that cannot be asked, and what it gives out', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    rig.host.fault = ({ method }) =>
      method === 'getRepoStatus' ? { status: 501, error: 'MethodNotImplemented' } : undefined
    await rig.demo.setStatus(did, 'takendown')
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { status: 'takendown' })
    assert.deepEqual(await statusOf(rig, did), ['takendown', 'synced'])
    await rig.demo.setStatus(did, 'active')
    await rig.sync.syncOnce(did, 'api')
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
  })

  it('lets an event count that came while the host was asked', async () => {
    await using rig = await openRig()
    const did = await syncedDid(rig)
    await rig.demo.setStatus(did, 'suspended')
    rig.host.fault = ({ method }) => {
      if (method !== 'getRepoStatus') return undefined
      return {
        change: async (body) => {
          await tellAccount(rig, did, { active: true })
          return body
        },
      }
    }
    await assert.rejects(rig.sync.syncOnce(did, 'api'), { status: 'suspended' })
    assert.deepEqual(await statusOf(rig, did), ['synced', 'synced'])
  })
})

async function syncedDid(rig: Rig): Promise<Did> {
  const did = rig.demo.accounts()[0]?.did ?? assert.fail()
  await rig.sync.syncOnce(did, 'backfill')
  return did
}

/** Once everything that was said so far is applied. */
async function statusOf(rig: Rig, did: Did) {
  await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
  const repo = await rig.storage.getRepo(did)
  return [repo?.status, repo?.content]
}

async function tellAccount(rig: Rig, did: Did, account: { active: boolean; status?: string }): Promise<void> {
  const event = { kind: 'account', did, seq: 1, timeMs: 1, ...account } as const
  const id = await rig.streams.append(firehoseLive, [encodeEvent(event)])
  await rig.streams.acknowledged(firehoseLive, indexerGroup, id)
}
