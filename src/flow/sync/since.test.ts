import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import type { SyncOptions } from './options.ts'
import type { Fault } from './testing/faulty-host.ts'
import { openRig, type Rig, writePosts } from './testing/rig.ts'

/** A repo of 2,000 records that is synced and then changes, and what a run asks for then. */
async function openChanged(options: Partial<SyncOptions> = {}) {
  await using stack = new AsyncDisposableStack()
  const rig = stack.use(await openRig({ accounts: 1, records: 5 }))
  const did = rig.demo.accounts()[0]?.did ?? assert.fail()
  await writePosts(rig.demo, did, 2_000)
  const asked: (string | undefined)[] = []
  const { hosts } = rig
  const sync = rig.openSync({
    hosts: {
      getRepo: (host, one, request) => {
        asked.push(request?.since)
        return hosts.getRepo(host, one, request)
      },
      getLatestCommit: (...all) => hosts.getLatestCommit(...all),
      getRepoStatus: (...all) => hosts.getRepoStatus(...all),
      getBlocks: (...all) => hosts.getBlocks(...all),
    },
    ...options,
  })
  const first = await sync.syncOnce(did, 'backfill')
  asked.length = 0
  await writePosts(rig.demo, did, 10, 'later')
  await rig.demo.write(did, [
    { action: 'delete', collection: 'app.bsky.feed.post', rkey: 'tide-77' },
    {
      action: 'update',
      collection: 'app.bsky.feed.post',
      rkey: 'tide-1500',
      record: { $type: 'app.bsky.feed.post', text: 'ebb', createdAt: '2026-01-01T00:00:00Z' },
    },
  ])
  stack.move()
  return { rig, did, sync, asked, first }
}

async function holdsAll(rig: Rig, did: Did): Promise<void> {
  assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  assert.equal((await rig.storage.getRepo(did))?.status, 'synced')
}

describe('a sync run of a repo that is stored', () => {
  it('fetches what has changed', async () => {
    const { rig, did, sync, asked, first } = await openChanged()
    await using _ = rig
    const { records, sizeBytes } = await sync.syncOnce(did, 'api')
    await holdsAll(rig, did)
    assert.deepEqual(asked, [first.rev])
    assert.equal(records, 12)
    assert.ok(sizeBytes * 10 < first.sizeBytes, `${sizeBytes} of ${first.sizeBytes} bytes`)
    assert.equal(rig.host.count('getBlocks'), 0)
  })

  it('fetches it on top of what came by the stream since it was last fetched', async () => {
    const { rig, did, sync, asked } = await openChanged()
    await using _ = rig
    await sync.syncOnce(did, 'api')
    for (let round = 0; round < 5; round++) {
      await writePosts(rig.demo, did, 20, `more-${round}`)
      const { rev } = (await rig.storage.getRepo(did)) ?? assert.fail()
      assert.equal((await sync.syncOnce(did, 'api')).records, 20)
      assert.equal(asked.at(-1), rev)
      await holdsAll(rig, did)
    }
  })

  it('fetches all of it where more has changed than one step can say', async () => {
    const { rig, did, sync, asked, first } = await openChanged()
    await using _ = rig
    await writePosts(rig.demo, did, 600, 'flood')
    await sync.syncOnce(did, 'api')
    await holdsAll(rig, did)
    assert.deepEqual(asked, [first.rev, undefined])
  })

  const faults: Readonly<Record<string, Fault>> = {
    'refuses to say what has changed': { status: 400, error: 'InvalidRequest' },
    'has no such way of asking': { status: 501, error: 'MethodNotImplemented' },
    'fails at it': { status: 500 },
    'breaks off': 'cut',
    'sends something else': { change: () => Buffer.from('not a file of blocks') },
    'sends only the commit': { change: (body) => body.subarray(0, 59) },
  }
  for (const [what, fault] of Object.entries(faults)) {
    it(`fetches all of it where the host ${what}`, async () => {
      const { rig, did, sync, asked, first } = await openChanged()
      await using _ = rig
      // The second one: the first has brought the whole repo.
      rig.host.fault = ({ method, times }) => {
        if (method === 'getBlocks') return { status: 400 }
        return method === 'getRepo' && times === 1 ? fault : undefined
      }
      await sync.syncOnce(did, 'api')
      await holdsAll(rig, did)
      assert.deepEqual(asked, [first.rev, undefined])
      assert.deepEqual(
        rig.runs.map(({ outcome, fault }) => [outcome, fault]),
        [
          ['success', undefined],
          ['success', undefined],
        ],
      )
    })
  }

  it('takes all of it from a host that sends all of it', async () => {
    const { rig, did, sync, asked, first } = await openChanged()
    await using _ = rig
    const url = new URL(`/xrpc/com.atproto.sync.getRepo?did=${did}`, rig.demo.relay)
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer())
    rig.host.fault = ({ method }) => (method === 'getRepo' ? { change: () => whole } : undefined)
    assert.equal((await sync.syncOnce(did, 'api')).records, 12)
    await holdsAll(rig, did)
    assert.deepEqual(asked, [first.rev])
  })

  it('fetches all of it, and says so, where what is stored is not what it was said to be', async () => {
    const said: string[] = []
    const { rig, did, sync, asked, first } = await openChanged({
      onUnlikeStored: (one, error) => said.push(`${one} ${error}`),
    })
    await using _ = rig
    const repo = (await rig.storage.getRepo(did)) ?? assert.fail()
    const lost = { did, collection: 'app.bsky.feed.post', rkey: 'tide-5' }
    await rig.storage.apply([{ repo, deletes: [lost] }])
    await sync.syncOnce(did, 'api')
    await holdsAll(rig, did)
    assert.deepEqual(asked, [first.rev, undefined])
    assert.match(said.join(), new RegExp(`^${did} UnlikeStored: .*${repo.data}$`))
  })

  it('fetches all of it where not all of it is kept', async () => {
    const { rig, did, sync, asked } = await openChanged({ collections: () => ['app.bsky.feed.*'] })
    await using _ = rig
    await sync.syncOnce(did, 'api')
    assert.deepEqual(asked, [undefined])
    const expected = rig.demo.records(did).filter(({ path }) => path.startsWith('app.bsky.feed.'))
    assert.deepEqual(await rig.stored(did), expected)
  })

  it('fetches all of it where it is small', async () => {
    const { rig, did, sync, asked } = await openChanged({ minSince: 3_000 })
    await using _ = rig
    await sync.syncOnce(did, 'api')
    assert.deepEqual(asked, [undefined])
    await holdsAll(rig, did)
  })
})
