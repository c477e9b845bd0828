import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@atcute/cbor'
import { InvalidError } from '../../model/errors.ts'
import type { StoredRecord } from '../../model/record.ts'
import type { FieldIndex } from './record-terms.ts'
import { alice, bob, carol, like, makeRecord, post, repo, sweepAll } from './storage.conformance.ts'
import type { RepoChange, RepoState, Storage } from './storage.ts'

/** What every storage must do with content that is replaced as a whole. `open` makes an empty one. */
export function stagingConformance(open: (index: readonly FieldIndex[]) => Promise<Storage>): void {
  const index: readonly FieldIndex[] = [{ collection: post, path: 'langs' }]
  const old = [record('a', 1), record('b', 1)]
  const parts = [
    [record('a', 2), record('c', 2)],
    [record('d', 2), record('e', 2)],
  ]
  const stage = (puts: readonly StoredRecord[] | undefined, data = tree): RepoChange => ({
    repo: syncing,
    stage: { data, puts: puts ?? [] },
  })
  const end: RepoChange = { repo: done, unveil: { data: tree } }

  describe('staged records', () => {
    it('are seen by nobody before they are unveiled, and then at once, in the place of the old ones', async () => {
      await using storage = await open(index)
      const other = makeRecord(bob, post, 'x', { langs: ['en'], to: carol })
      await storage.apply([
        { repo: repo(bob), puts: [other] },
        { repo: syncing, puts: old },
      ])
      for (const puts of parts) await storage.apply([stage(puts)])
      assert.deepEqual(await everything(storage), { records: 'xa1b1', ...sees('a1b1') })
      await storage.apply([end])
      assert.deepEqual(await everything(storage), { records: 'xa2c2d2e2', ...sees('a2c2d2e2') })
      assert.equal((await storage.getRepo(alice))?.status, 'synced')
      assert.equal(await storage.staged(alice), undefined)
    })

    it('belong to a repo that is new, as well', async () => {
      await using storage = await open(index)
      await storage.apply([stage(parts[0]), stage(parts[1])])
      assert.deepEqual(await everything(storage), { records: '', ...sees('') })
      await storage.apply([end])
      assert.deepEqual(await everything(storage), { records: 'a2c2d2e2', ...sees('a2c2d2e2') })
    })

    it('tell how far they have come, also when the storage is asked for another repo', async () => {
      await using storage = await open(index)
      assert.equal(await storage.staged(alice), undefined)
      await storage.apply([stage([])])
      assert.deepEqual(await storage.staged(alice), { data: tree, lastPath: '' })
      await storage.apply([stage(parts[0])])
      assert.deepEqual(await storage.staged(alice), { data: tree, lastPath: `${post}/c` })
      assert.equal(await storage.staged(bob), undefined)
    })

    it('may be none at all: then nothing is left', async () => {
      await using storage = await open(index)
      await storage.apply([{ repo: syncing, puts: old }, stage([]), end])
      assert.deepEqual(await everything(storage), { records: '', ...sees('') })
    })

    it('are the same when changes are applied again, as after a crash', async () => {
      await using storage = await open(index)
      await storage.apply([{ repo: syncing, puts: old }])
      for (const puts of [parts[0], parts[0], parts[1], parts[0], parts[1]])
        await storage.apply([stage(puts)])
      assert.deepEqual(await storage.staged(alice), { data: tree, lastPath: `${post}/e` })
      await storage.apply([end])
      await storage.apply([end])
      assert.deepEqual(await everything(storage), { records: 'a2c2d2e2', ...sees('a2c2d2e2') })
      await storage.apply([stage(parts[0]), stage(parts[1]), end])
      assert.deepEqual(await everything(storage), { records: 'a2c2d2e2', ...sees('a2c2d2e2') })
      await sweepAll(storage)
      assert.equal((await storage.totals()).records, 4)
    })

    it('resume within a part', async () => {
      await using storage = await open(index)
      await storage.apply([stage(parts[0]), stage(parts.flat()), end])
      assert.deepEqual(await everything(storage), { records: 'a2c2d2e2', ...sees('a2c2d2e2') })
    })

    it('of another tree replace what was staged', async () => {
      await using storage = await open(index)
      await storage.apply([stage(parts[0], otherTree), stage([record('b', 3)]), end])
      assert.deepEqual(await everything(storage), { records: 'b3', ...sees('b3') })
      await sweepAll(storage)
      assert.equal((await storage.totals()).records, 1)
    })

    it('are gone when they are unstaged', async () => {
      await using storage = await open(index)
      await storage.apply([{ repo: syncing, puts: old }, stage(parts[0])])
      await storage.apply([{ repo: done, unstage: true }])
      assert.equal(await storage.staged(alice), undefined)
      await sweepAll(storage)
      assert.deepEqual(await everything(storage), { records: 'a1b1', ...sees('a1b1') })
      assert.equal((await storage.totals()).records, 2)
    })

    it('are unveiled before what is put and deleted with it', async () => {
      await using storage = await open(index)
      await storage.apply([{ repo: syncing, puts: old }, stage(parts[0])])
      await storage.apply([{ ...end, puts: [record('c', 4), record('f', 4)], deletes: [record('a', 0)] }])
      assert.deepEqual(await everything(storage), { records: 'c4f4', ...sees('c4f4') })
    })

    it('do not change while the repo is written to', async () => {
      await using storage = await open(index)
      await storage.apply([stage(parts[0])])
      await storage.apply([{ repo: syncing, clear: true, puts: [record('c', 5)], deletes: [record('a', 0)] }])
      assert.deepEqual(await everything(storage), { records: 'c5', ...sees('c5') })
      await storage.apply([end])
      assert.deepEqual(await everything(storage), { records: 'a2c2', ...sees('a2c2') })
    })

    const refused: Readonly<Record<string, RepoChange>> = {
      'a tree that is not staged': { ...end, unveil: { data: otherTree } },
      'records that are not in order': stage([record('f', 2), record('e', 2)]),
      'a record twice': stage([record('f', 2), record('f', 2)]),
    }
    for (const [name, change] of Object.entries(refused)) {
      it(`are refused with ${name}, and stay what they were`, async () => {
        await using storage = await open(index)
        await storage.apply([{ repo: syncing, puts: old }, stage(parts[0])])
        await assert.rejects(storage.apply([stage(parts[1]), change]), InvalidError)
        assert.deepEqual(await storage.staged(alice), { data: tree, lastPath: `${post}/c` })
        assert.deepEqual(await everything(storage), { records: 'a1b1', ...sees('a1b1') })
        await storage.apply([stage(parts[1]), end])
        assert.deepEqual(await everything(storage), { records: 'a2c2d2e2', ...sees('a2c2d2e2') })
      })
    }
  })

  describe('a sweep', () => {
    it('leaves exactly what is seen, and exact totals', async () => {
      await using storage = await open(index)
      const many = Array.from({ length: 1500 }, (_, i) => record(`m${String(i).padStart(4, '0')}`, 1))
      const likes = many.map((one) => ({ ...one, did: bob, collection: like }))
      await storage.apply([{ repo: syncing, puts: many }, stage(many), stage(parts[0], otherTree)])
      await storage.apply([{ repo: repo(bob), puts: likes }])
      await storage.apply([{ repo: repo(bob), clear: true, puts: likes.slice(0, 7) }])
      await storage.apply([{ repo: syncing, clear: true }, { repo: syncing, clear: true }, stage(many)])
      await storage.apply([end, { repo: done, deletes: many.slice(0, 500) }])
      const before = await everything(storage)
      await sweepAll(storage)
      assert.deepEqual(await everything(storage), before)
      const { records, collections, recordsByKind } = await storage.totals()
      assert.deepEqual([records, collections, recordsByKind.post, recordsByKind.like], [1007, 2, 1000, 7])
      assert.equal((await Array.fromAsync(storage.scan())).length, 1007)
      assert.equal(await storage.sweep(), false)
    })

    it('is done in steps, between which everything else goes on', async () => {
      await using storage = await open(index)
      const many = Array.from({ length: 1500 }, (_, i) => record(`m${i}`, 1))
      await storage.apply([{ repo: done, puts: many }])
      await storage.apply([{ repo: done, clear: true, puts: old }])
      const left = async () => (await storage.totals()).records
      for (let before = await left(); await storage.sweep(); before = await left()) {
        assert.ok(before - (await left()) <= 500)
        await storage.apply([{ repo: done, puts: old }])
        assert.deepEqual(await everything(storage), { records: 'a1b1', ...sees('a1b1') })
      }
      assert.equal(await left(), 2)
    })

    it('gets through many repos that had nothing', async () => {
      await using storage = await open(index)
      const empty = Array.from({ length: 120 }, (_, i) => repo(`did:plc:empty${i}`))
      await storage.apply(empty.map((one) => ({ repo: one })))
      await storage.apply(empty.map((one) => ({ repo: one, clear: true })))
      await storage.apply([{ repo: done, puts: old }])
      await storage.apply([{ repo: done, clear: true }])
      await sweepAll(storage)
      assert.equal((await storage.totals()).records, 0)
    })
  })

  describe('a repo that is removed', () => {
    it('is gone with its records, staged ones and events, and may come back as another', async () => {
      await using storage = await open(index)
      const others = [{ ...record('z', 1), did: bob }]
      await storage.apply([{ repo: repo(bob), puts: others }])
      for (let round = 0; round < 2; round++) {
        await storage.apply([{ repo: syncing, puts: old, hold: [new Uint8Array(3)] }, stage(parts[0])])
        assert.deepEqual(await everything(storage), { records: 'z1a1b1', ...sees('a1b1') })
        await storage.apply([{ repo: syncing, remove: true }])
        assert.equal(await storage.getRepo(alice), undefined)
        assert.equal(await storage.staged(alice), undefined)
        assert.deepEqual(await storage.held(alice, 9), [])
        assert.deepEqual(await everything(storage), { records: 'z1', ...sees('') })
        const { heldEvents, reposByStatus } = await storage.totals()
        assert.deepEqual([heldEvents, reposByStatus.syncing, reposByStatus.synced], [0, 0, 1])
      }
      await storage.apply([{ repo: syncing, puts: old.slice(0, 1) }])
      await sweepAll(storage)
      assert.deepEqual(await everything(storage), { records: 'z1a1', ...sees('a1') })
      assert.equal((await storage.getRepo(alice))?.held, undefined)
      assert.equal((await storage.totals()).records, 2)
    })

    it('may be unknown, or come back within the same changes', async () => {
      await using storage = await open(index)
      await storage.apply([{ repo: done, remove: true }])
      assert.equal(await storage.getRepo(alice), undefined)
      await storage.apply([{ repo: done, puts: old }])
      await storage.apply([
        { repo: done, remove: true },
        { repo: done, puts: old.slice(1) },
      ])
      assert.deepEqual(await everything(storage), { records: 'b1', ...sees('b1') })
    })
  })

  describe('pruning', () => {
    it('removes the collections that are not kept, hidden and staged records included', async () => {
      await using storage = await open(index)
      const likes = (did: typeof alice) =>
        Array.from({ length: 700 }, (_, i) => makeRecord(did, like, `l${i}`, {}))
      await storage.apply([
        { repo: done, puts: [...old, ...likes(alice)] },
        { repo: repo(bob, { status: 'takendown' }), puts: likes(bob) },
        stage([makeRecord(alice, like, 'a', {}), ...(parts[0] ?? [])]),
      ])
      assert.equal(await storage.prune(() => true), 0)
      assert.equal(await storage.prune((collection) => collection === post), 1401)
      assert.deepEqual(await everything(storage), { records: 'a1b1', ...sees('a1b1') })
      assert.deepEqual((await storage.totals()).recordsByKind.like, 0)
      await storage.apply([end])
      assert.deepEqual(await everything(storage), { records: 'a2c2', ...sees('a2c2') })
    })

    it('stops when it is told to', async () => {
      await using storage = await open(index)
      await storage.apply([{ repo: done, puts: old }])
      assert.equal(await storage.prune(() => false, AbortSignal.abort()), 0)
      assert.equal((await storage.totals()).records, 2)
    })
  })
}

const tree = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'
const otherTree = 'bafyreiaqjglmyxc7xuhjnewblffftonsw2yhmsyrf2j3rzkjzvwzuwctzm'

const done: RepoState = repo(alice, { data: tree })
const syncing: RepoState = repo(alice, { status: 'syncing', content: 'syncing' })

function record(rkey: string, n: number): StoredRecord {
  return makeRecord(alice, post, rkey, { n, langs: ['en'], to: carol })
}

/** All that can be read, by each way to read it: `rkey` and `n` of each record in a row. */
async function everything(storage: Storage): Promise<Record<string, string | number>> {
  const all = (query: object) => allRecords(storage, query)
  const scan = await Array.fromAsync(storage.scan(alice))
  const entries = await Array.fromAsync(storage.entries(alice))
  const records = short(await all({}))
  assert.equal(short(await Array.fromAsync(storage.scan())), records)
  const got = await Promise.all(entries.map(({ path }) => getPath(storage, path)))
  return {
    records,
    collection: short((await all({ collection: post })).filter(isAlices)),
    repo: short(await all({ did: alice })),
    links: short((await all({ linksTo: carol })).filter(isAlices)),
    field: short(await all({ did: alice, collection: post, where: { langs: 'en' } })),
    scan: short(scan),
    get: short(got),
    count: await storage.countRecords(alice, 1_000_000),
  }
}

async function allRecords(storage: Storage, query: object): Promise<readonly StoredRecord[]> {
  const all: StoredRecord[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await storage.query({ ...query, limit: 1000, ...(cursor && { cursor }) })
    all.push(...page.records)
    if (page.cursor === undefined) return all
    cursor = page.cursor
  }
}

/** What `everything` is where these are the records of Alice. */
function sees(all: string): Record<string, string | number> {
  const ways = ['collection', 'repo', 'links', 'field', 'scan', 'get']
  return { ...Object.fromEntries(ways.map((way) => [way, all])), count: all.length / 2 }
}

async function getPath(storage: Storage, path: string): Promise<StoredRecord> {
  const [collection = '', rkey = ''] = path.split('/')
  const found = await storage.get({ did: alice, collection, rkey })
  assert.ok(found, `${path} is there`)
  return found
}

function isAlices({ did }: StoredRecord): boolean {
  return did === alice
}

function short(records: readonly StoredRecord[]): string {
  return records.map(({ rkey, bytes }) => `${rkey}${(decode(bytes) as { n?: number }).n ?? ''}`).join('')
}
