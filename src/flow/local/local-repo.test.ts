import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUint8Array } from '@atcute/repo'
import { Follower } from '../../demo/testing/follower.ts'
import { SetupError } from '../../model/errors.ts'
import { importSigningKey } from '../../net/repo/signing-key.ts'
import { Database } from '../../state/database.ts'
import { SqliteLocalStore } from '../../state/local/sqlite.ts'
import type { LocalStore } from '../../state/local/store.ts'
import {
  InvalidRecordError,
  LocalConflictError,
  LocalRepoClosedError,
  RecordTooLargeError,
} from './errors.ts'
import { LocalRepo, type LocalWritten } from './local-repo.ts'

const did = 'did:web:localhost%3A3000'
const secret = new Uint8Array(32).fill(7)
const collection = 'a.b.note'
const at = (rkey: string) => ({ collection, rkey })

async function open(store: LocalStore, options: { now?: () => number } = {}) {
  const written: LocalWritten[] = []
  const key = await importSigningKey(secret)
  const repo = await LocalRepo.open({ store, did, key, onWrite: (one) => written.push(one), ...options })
  /** Everything that subscribers were told, taken as strictly as Sync 1.1 allows. */
  const follow = async () => {
    const follower = new Follower(() => key.multikey)
    for (let seq = 0; seq < repo.events.last; ) {
      for (const event of await repo.events.after(seq)) {
        await follower.take(new Uint8Array(event.frame))
        seq = event.seq
      }
    }
    return follower.repos.get(did)
  }
  return { repo, written, follow }
}

const fresh = () => new SqliteLocalStore({ database: new Database() })

async function carOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(chunks)))
}

describe('LocalRepo', () => {
  it('answers a write with what is on disk then, and tells it to subscribers in a chain that holds', async () => {
    const { repo, written, follow } = await open(fresh())
    const created = await repo.put(at('x'), { text: 'one' })
    assert.deepEqual([created.created, created.changed, created.uri], [true, true, `at://${did}/a.b.note/x`])
    const updated = await repo.put(at('x'), { text: 'two' })
    assert.ok(!updated.created && updated.changed && updated.rev > created.rev)
    assert.equal((await repo.get(at('x')))?.cid, updated.cid)
    const deleted = await repo.delete(at('x'))
    assert.ok(deleted !== undefined && deleted.rev > updated.rev)
    assert.equal(await repo.get(at('x')), undefined)
    assert.deepEqual(written, [
      { rev: created.rev, trigger: 'write' },
      { rev: updated.rev, trigger: 'edit' },
      { rev: deleted.rev, trigger: 'edit' },
    ])
    const followed = await follow()
    assert.deepEqual([followed?.rev, followed?.records.size], [deleted.rev, 0])
  })

  it('writes nothing for a record that is the same already, and for one that is gone', async () => {
    const { repo, written } = await open(fresh())
    assert.equal(await repo.delete(at('x')), undefined)
    assert.equal(await repo.head(), undefined)
    const first = await repo.put(at('x'), { text: 'one' })
    const { last } = repo.events
    const again = await repo.put(at('x'), { $type: collection, text: 'one' })
    assert.deepEqual(again, { ...first, created: false, changed: false })
    assert.deepEqual([repo.events.last, written.length], [last, 1])
  })

  it('keeps to what the writer took a record for', async () => {
    const { repo } = await open(fresh())
    const { cid } = await repo.put(at('x'), { n: 1 }, { swap: null })
    const refused = (current: string | null) => (error: unknown) =>
      error instanceof LocalConflictError && error.current === current
    await assert.rejects(repo.put(at('x'), { n: 2 }, { swap: null }), refused(cid))
    await assert.rejects(repo.put(at('y'), { n: 2 }, { swap: cid }), refused(null))
    const next = await repo.put(at('x'), { n: 2 }, { swap: cid })
    await assert.rejects(repo.delete(at('x'), { swap: cid }), refused(next.cid))
    assert.ok(await repo.delete(at('x'), { swap: next.cid }))
  })

  it('lets one of many win who take a record for the same', async () => {
    const { repo } = await open(fresh())
    const { cid } = await repo.put(at('x'), { n: 0 })
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => repo.put(at('x'), { n: n + 1 }, { swap: cid })),
    )
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  it('is what it was when it is opened again, and goes on from there', async () => {
    const store = fresh()
    const first = await open(store)
    await Promise.all(Array.from({ length: 200 }, (_, n) => first.repo.put(at(`k${n}`), { n })))
    const second = await open(store)
    await Promise.all(Array.from({ length: 100 }, (_, n) => second.repo.delete(at(`k${n * 2}`))))
    const followed = await second.follow()
    assert.equal(followed?.records.size, 100)
    assert.equal(followed?.rev, (await second.repo.head())?.rev)
  })

  it('gives revisions that go up where the clock goes back', async () => {
    let nowMs = Date.now()
    const { repo } = await open(fresh(), { now: () => nowMs })
    const { rev } = await repo.put(at('x'), { n: 1 })
    nowMs -= 3_600_000
    assert.ok((await repo.put(at('x'), { n: 2 })).rev > rev)
  })

  it('gives out the repo as it was, whatever is written meanwhile', async () => {
    const { repo } = await open(fresh())
    for (let n = 0; n < 100; n++) await repo.put(at(`k${n}`), { n })
    const snapshot = await repo.snapshot()
    const chunks = snapshot?.car() ?? assert.fail()
    const { value: header } = await chunks.next()
    for (let n = 0; n < 100; n++) await repo.put(at(`k${n}`), { n: n + 1000 })
    const rest = await carOf(chunks)
    const file = new Uint8Array([...(header ?? []), ...rest])
    const records = [...fromUint8Array(file)].map(({ rkey, record }) => [rkey, (record as { n: number }).n])
    assert.deepEqual(new Map(records as [string, number][]).get('k7'), 7)
    assert.equal(records.length, 100)
  })

  it('leaves out what somebody has who has an earlier revision', async () => {
    const { repo } = await open(fresh())
    for (let n = 0; n < 300; n++) await repo.put(at(`k${n}`), { n, text: 'x'.repeat(200) })
    const before = (await repo.head())?.rev
    await repo.put(at('k7'), { n: 8 })
    const snapshot = (await repo.snapshot()) ?? assert.fail()
    const [whole, changed] = [await carOf(snapshot.car()), await carOf(snapshot.car(before))]
    assert.ok(changed.length < whole.length / 10)
    assert.ok((await carOf(snapshot.car(snapshot.head.rev))).length < 100)
  })

  it('refuses all writes that were to go to disk together when that fails, and goes on after that', async () => {
    const store = fresh()
    const { repo, follow } = await open(store)
    await repo.put(at('x'), { n: 1 })
    const write = store.write.bind(store)
    store.write = async () => {
      throw new Error('the disk is full')
    }
    const tries = await Promise.allSettled([
      repo.put(at('y'), { n: 1 }),
      repo.put(at('x'), { n: 1 }),
      repo.put(at('x'), { n: 2 }, { swap: null }),
    ])
    assert.deepEqual(
      tries.map(({ status, ...rest }) => [status, String((rest as { reason: Error }).reason)]),
      tries.map(() => ['rejected', 'Error: the disk is full']),
    )
    store.write = write
    assert.equal(await repo.get(at('y')), undefined)
    assert.equal((await repo.put(at('y'), { n: 3 })).created, true)
    assert.equal((await follow())?.records.size, 2)
  })

  const wrong: readonly (readonly [name: string, rkey: string, value: unknown, error: RegExp])[] = [
    ['a key that is none', 'a b', {}, /not a record key/],
    ['another $type', 'x', { $type: 'a.b.other' }, /\$type has to be/],
    ['a fraction', 'x', { a: { b: [1.5] } }, /^\/a\/b\/0 is 1\.5/],
    ['a number beyond 2^53', 'x', { n: 2 ** 53 }, /whole and between/],
    ['half a surrogate pair', 'x', { t: '\ud800' }, /^\/t has half/],
    ['a link that is none', 'x', { l: { $link: 'x' } }, /^\/l is not a link/],
    ['a link and more', 'x', { l: { $link: 'x', y: 1 } }, /^\/l is not a link/],
    ['bytes that are none', 'x', { 'a/b': { $bytes: '*' } }, /^\/a~1b is not bytes/],
    ['a value that lies too deep', 'x', nested(100), /deeper than/],
    ['a list', 'x', [], /has to be an object/],
    ['the key __proto__', 'x', JSON.parse('{"__proto__": {"a": 1}}'), /__proto__/],
  ]
  for (const [name, rkey, value, error] of wrong) {
    it(`refuses ${name}`, async () => {
      const { repo } = await open(fresh())
      const tried = repo.put(at(rkey), value as Record<string, unknown>)
      await assert.rejects(tried, (thrown: unknown) => {
        assert.ok(thrown instanceof InvalidRecordError)
        assert.match(thrown.message, error)
        return true
      })
      assert.equal(repo.events.last, 0)
    })
  }

  it('refuses a record of more than 1 MB', async () => {
    const { repo } = await open(fresh())
    await assert.rejects(repo.put(at('x'), { text: 'x'.repeat(1_000_000) }), RecordTooLargeError)
    assert.ok(await repo.put(at('x'), { text: 'x'.repeat(999_000) }))
  })

  it('checks records of Bluesky against their lexicons', async () => {
    const { repo } = await open(fresh())
    const post = 'app.bsky.feed.post'
    const createdAt = new Date().toISOString()
    const put = (rkey: string, value: object) => repo.put({ collection: post, rkey }, { ...value })
    await assert.rejects(put('3lbqkqzzzzz2a', { text: 'x' }), /createdAt/)
    await assert.rejects(put('3lbqkqzzzzz2a', { text: 5, createdAt }), { pointer: '/text' })
    await assert.rejects(put('hello', { text: 'x', createdAt }), /the record key does not fit/)
    assert.ok((await put('3lbqkqzzzzz2a', { text: 'x', createdAt })).created)
  })

  it('takes links and bytes as JSON has them', async () => {
    const { repo } = await open(fresh())
    const { cid } = await repo.put(at('x'), { n: 1 })
    await repo.put(at('y'), { link: { $link: cid }, bytes: { $bytes: 'AQID' } })
    const { decode } = await import('@atcute/cbor')
    const bytes = (await repo.get(at('y')))?.bytes ?? assert.fail()
    assert.deepEqual(JSON.parse(JSON.stringify(decode(bytes))), {
      $type: collection,
      link: { $link: cid },
      bytes: { $bytes: 'AQID' },
    })
  })

  it('takes no more writes once it is closed, and answers those that it has taken', async () => {
    const { repo } = await open(fresh())
    const taken = repo.put(at('x'), { n: 1 })
    await repo[Symbol.asyncDispose]()
    assert.ok((await taken).created)
    await assert.rejects(repo.put(at('x'), { n: 2 }), LocalRepoClosedError)
  })

  it('does not start on the repo of another DID, of another key, or of changed records', async () => {
    const database = new Database()
    const store = new SqliteLocalStore({ database })
    const { repo } = await open(store)
    await repo.put(at('x'), { n: 1 })
    const key = await importSigningKey(secret)
    const other = await importSigningKey(new Uint8Array(32).fill(8))
    const refused = (message: RegExp) => (error: unknown) =>
      error instanceof SetupError && message.test(error.message)
    await assert.rejects(
      LocalRepo.open({ store, did: 'did:web:example.com', key }),
      refused(/that of did:web:localhost/),
    )
    await assert.rejects(LocalRepo.open({ store, did, key: other }), refused(/not signed by the key/))
    database.sqlite.exec('DELETE FROM local_record')
    await assert.rejects(LocalRepo.open({ store, did, key }), refused(/other records/))
  })
})

function nested(levels: number): object {
  let value: object = {}
  for (let level = 0; level < levels; level++) value = { value }
  return value
}
