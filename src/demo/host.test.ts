import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUint8Array } from '@atcute/repo'
import type { Did } from '../model/did.ts'
import { isDid } from '../model/did.ts'
import { InvalidError } from '../model/errors.ts'
import { readCar } from '../net/repo/car.ts'
import type { Write } from '../net/repo/signed-repo.ts'
import type { AccountStatus } from './accounts.ts'
import { openDatabase } from './database.ts'
import { Host } from './host.ts'
import { createRandom } from './random.ts'
import { decodeFrame, Follower } from './testing/follower.ts'

function createHost({ loadedRepos = 10, now = Date.now } = {}) {
  const database = openDatabase(':memory:')
  const frames: Uint8Array[] = []
  const options = { database, random: createRandom('host'), now, keepEvents: 10_000, loadedRepos }
  const host = new Host({
    ...options,
    onEvents: (events) => frames.push(...events.map(({ frame }) => frame)),
  })
  const follow = async () => {
    const follower = new Follower((did) => host.accounts.find(did)?.multikey ?? '')
    for (const frame of frames) await follower.take(frame)
    return follower
  }
  return { database, host, frames, follow }
}

function post(rkey: string): Write {
  return { action: 'create', collection: 'a.b.post', rkey, record: { $type: 'a.b.post', text: rkey } }
}

describe('Host', () => {
  it('introduces an account as a PDS does', async () => {
    const { host, frames, follow } = createHost()
    const { did, handle } = await host.createAccount('ada')
    assert.ok(isDid(did))
    assert.match(did, /^did:plc:[a-z2-7]{24}$/)
    assert.equal(handle, 'ada.test')
    assert.deepEqual(
      frames.map((frame) => decodeFrame(frame).type),
      ['#identity', '#account', '#commit', '#sync'],
    )
    await follow()
  })

  it('adds a number to a taken name, even one that is asked for at the same time', async () => {
    const { host } = createHost()
    const accounts = await Promise.all([
      host.createAccount('ada'),
      host.createAccount('ada'),
      host.createAccount('ada'),
    ])
    assert.deepEqual(
      accounts.map(({ handle }) => handle),
      ['ada.test', 'ada2.test', 'ada3.test'],
    )
  })

  it('makes overlapping writes one after the other, in fewer transactions', async () => {
    const { host, follow } = createHost({ loadedRepos: 2 })
    const accounts = await Promise.all(Array.from({ length: 5 }, (_, n) => host.createAccount(`a${n}`)))
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => host.write(accounts[n % 5]?.did as Did, [post(`k${n}`)])),
    )
    assert.deepEqual(
      results.map(({ seq }) => seq),
      Array.from({ length: 200 }, (_, n) => 21 + n),
    )
    const { repos } = await follow()
    for (const { did, id } of accounts) {
      const { head } = host.accounts.find(did) ?? assert.fail()
      assert.deepEqual([head.rev, head.data], [repos.get(did)?.rev, repos.get(did)?.data])
      assert.equal(host.accounts.count(id), 40)
    }
  })

  it('refuses one of several overlapping writes alone', async () => {
    const { host, follow } = createHost()
    const { did } = await host.createAccount('ada')
    const results = await Promise.allSettled([
      host.write(did, [post('a')]),
      host.write(did, [post('a')]),
      host.write(did, [post('b')]),
      host.write('did:plc:unknown', [post('b')]),
      host.write(did, []),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'rejected'],
    )
    for (const result of results)
      if (result.status === 'rejected') assert.ok(result.reason instanceof InvalidError)
    await follow()
  })

  it('loses nothing of what was promised, and promises nothing that was lost, when the disk fails', async () => {
    const { database, host, follow, frames } = createHost()
    const { did, id } = await host.createAccount('ada')
    await host.write(did, [post('a')])
    database.exec(
      "CREATE TEMP TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk full'); END",
    )
    const results = await Promise.allSettled([host.write(did, [post('b')]), host.write(did, [post('c')])])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.equal(frames.length, 5)
    database.exec('DROP TRIGGER full')
    assert.equal((await host.write(did, [post('c')])).seq, 6)
    await follow()
    assert.deepEqual(
      host.accounts.entries(id).map(([path]) => path),
      ['a.b.post/a', 'a.b.post/c'],
    )
  })

  it('keeps revisions ascending when the clock goes back', async () => {
    let timeMs = 1_700_000_000_000
    const { host, follow } = createHost({ now: () => timeMs })
    const { did } = await host.createAccount('ada')
    for (const rkey of ['a', 'b', 'c']) {
      timeMs -= 10_000
      await host.write(did, [post(rkey)])
    }
    await follow()
  })

  const statuses: readonly (readonly [AccountStatus, string | undefined])[] = [
    ['deactivated', 'deactivated'],
    ['suspended', 'suspended'],
    ['takendown', 'takendown'],
    ['deleted', 'deleted'],
  ]
  for (const [status, announced] of statuses) {
    it(`announces that an account is ${status}, and no longer lets it write`, async () => {
      const { host, follow } = createHost()
      const { did, id } = await host.createAccount('ada')
      await host.write(did, [post('a')])
      await host.setStatus(did, status)
      const followed = (await follow()).repos.get(did)
      assert.deepEqual([followed?.active, followed?.status], [false, announced])
      await assert.rejects(host.write(did, [post('b')]), InvalidError)
      await assert.rejects(host.updateHandle(did, 'other'), InvalidError)
      assert.equal(host.accounts.count(id), status === 'deleted' ? 0 : 1)
      if (status === 'deleted') return assert.rejects(host.setStatus(did, 'active'), InvalidError)
      await host.setStatus(did, 'active')
      await host.write(did, [post('b')])
      assert.equal((await follow()).repos.get(did)?.active, true)
    })
  }

  it('judges a write by the status that was set before it was asked for', async () => {
    const { host } = createHost()
    const { did } = await host.createAccount('ada')
    const results = await Promise.allSettled([
      host.write(did, [post('a')]),
      host.setStatus(did, 'deactivated'),
      host.write(did, [post('b')]),
      host.setStatus(did, 'active'),
      host.write(did, [post('c')]),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    )
  })

  it('exports a repo as its records, also the empty one', async () => {
    const { host } = createHost()
    const { did } = await host.createAccount('ada')
    const read = async () => {
      const car = await host.exportRepo(host.accounts.find(did) ?? assert.fail())
      return Array.from(fromUint8Array(car), ({ collection, rkey }) => `${collection}/${rkey}`)
    }
    assert.deepEqual(await read(), [])
    // `a.b-c` sorts before `a.b/`, and so does the tree.
    for (const [collection, rkey] of [
      ['a.b.c', 'z'],
      ['a.b.c-d.e', 'a'],
      ['a.b.c.d', 'a'],
    ] as const) {
      await host.write(did, [{ action: 'create', collection, rkey, record: { $type: collection } }])
    }
    assert.deepEqual(await read(), ['a.b.c-d.e/a', 'a.b.c.d/a', 'a.b.c/z'])
  })

  it('exports what is new since a revision, so that it can be laid over what was before', async () => {
    const { host } = createHost()
    const { did } = await host.createAccount('ada')
    const random = createRandom('since')
    const blocksOf = async (since?: string) =>
      readCar(Buffer.from(await host.exportRepo(host.accounts.find(did) ?? assert.fail(), since)))
    const revs = new Map<string, Set<string>>()
    const live = new Set<string>()
    for (let round = 0; round < 60; round++) {
      const writes = new Map<string, Write>()
      for (let index = 0; index < 1 + random.int(20); index++) {
        const rkey = `k${random.int(400)}`
        const action = !live.has(rkey) ? 'create' : random.int(2) === 0 ? 'update' : 'delete'
        const record = { $type: 'a.b.c', text: `${round} ${index}` }
        writes.set(rkey, { action, collection: 'a.b.c', rkey, record })
      }
      for (const [rkey, { action }] of writes) action === 'delete' ? live.delete(rkey) : live.add(rkey)
      const { rev } = await host.write(did, [...writes.values()])
      const whole = await blocksOf()
      for (const [before, had] of revs) {
        const { roots, blocks } = await blocksOf(before)
        assert.deepEqual(roots, whole.roots)
        for (const cid of whole.blocks.keys())
          assert.ok(had.has(cid) || blocks.has(cid), `${before} lacks it`)
        for (const cid of blocks.keys()) assert.ok(whole.blocks.has(cid))
      }
      if (round % 5 === 0) revs.set(rev, new Set(whole.blocks.keys()))
    }
    const { head } = host.accounts.find(did) ?? assert.fail()
    assert.equal((await blocksOf(head.rev)).blocks.size, 0)
  })
})
