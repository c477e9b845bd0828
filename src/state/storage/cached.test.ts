import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createRandom } from '../../demo/random.ts'
import { isNsid } from '../../model/nsid.ts'
import { MemoryCache } from '../cache/memory.ts'
import { Database } from '../database.ts'
import { cachedStorage, type Kept, keptBytes } from './cached.ts'
import { heldConformance } from './held.conformance.ts'
import type { FieldIndex } from './record-terms.ts'
import { SqliteStorage } from './sqlite.ts'
import { stagingConformance } from './staging.conformance.ts'
import { alice, bob, like, makeRecord, post, repo, storageConformance } from './storage.conformance.ts'
import type { RepoChange } from './storage.ts'

describe('a storage with a cache', () => {
  const open = async (index: readonly FieldIndex[] = []) => {
    const database = new Database()
    const storage = new SqliteStorage({ database, index })
    storage[Symbol.asyncDispose] = async () => database[Symbol.dispose]()
    return storage
  }
  const openCached = async (index: readonly FieldIndex[]) => cachedStorage(await open(index), newCache())
  storageConformance(openCached)
  stagingConformance(openCached)
  heldConformance(openCached)

  it('answers from memory what was asked before', async () => {
    const storage = await open()
    const cached = cachedStorage(storage, newCache())
    const record = makeRecord(alice, post, 'a', {})
    await cached.apply([{ repo: repo(alice), puts: [record] }])
    const before = [await cached.get(record), await cached.getRepo(alice)]
    await storage.apply([{ repo: repo(alice, { rev: '3kzzzzzzzzz22' }), deletes: [record] }])
    assert.deepEqual([await cached.get(record), await cached.getRepo(alice)], before)
    await storage[Symbol.asyncDispose]()
  })

  for (let seed = 1; seed <= 10; seed++) {
    it(`says what the storage says, whatever changes (seed ${seed})`, async () => {
      await using storage = await open()
      await compareAfterChanges(storage, seed)
    })
  }

  it('does not keep a record that was read before its account was hidden', async () => {
    await using storage = await open()
    const record = makeRecord(alice, post, 'a', {})
    await storage.apply([{ repo: repo(alice), puts: [record] }])
    const mayAnswer = Promise.withResolvers<void>()
    const get = storage.get.bind(storage)
    storage.get = async (address) => {
      const found = await get(address)
      await mayAnswer.promise
      return found
    }
    const cached = cachedStorage(storage, newCache())
    const reading = cached.get(record)
    await setImmediate()
    await cached.apply([{ repo: repo(alice, { status: 'takendown' }) }])
    mayAnswer.resolve()
    assert.deepEqual(await reading, record)
    assert.equal(await cached.get(record), undefined)
  })
})

function newCache(): MemoryCache<Kept> {
  return new MemoryCache({ sizeOf: keptBytes })
}

/** Asks for everything before each change, so that all of it is kept, and after it. */
async function compareAfterChanges(storage: SqliteStorage, seed: number): Promise<void> {
  const { next: random } = createRandom(String(seed))
  const below = (n: number) => Math.floor(random() * n)
  const cached = cachedStorage(storage, newCache())
  const dids = [alice, bob]
  const addresses = dids.flatMap((did) =>
    [post, like].flatMap((collection) => ['a', 'b', 'c'].map((rkey) => ({ did, collection, rkey }))),
  )
  let rev = 0
  const randomChange = (): RepoChange => {
    const did = dids[below(2)] as typeof alice
    const status = (['synced', 'synced', 'desync', 'takendown', 'deactivated'] as const)[below(5)] as 'synced'
    const some = addresses.filter((address) => address.did === did && random() < 0.4)
    const puts = some.map(({ collection, rkey }) => makeRecord(did, collection, rkey, { rev: ++rev }))
    const change = { repo: repo(did, { status, rev: `3k${String(++rev).padStart(11, '2')}` }) }
    const data = `tree${below(3)}`
    return (
      [
        { ...change, puts },
        { ...change, deletes: some },
        { ...change, clear: true, puts },
        { ...change, stage: { data, puts: inOrder(puts) } },
        { ...change, unstage: true },
        { ...change, stage: { data, puts: inOrder(puts) }, unveil: { data } },
        { ...change, hold: [new Uint8Array([1])] },
        change,
        { ...change, remove: true },
      ] as const
    )[below(9)] as RepoChange
  }
  for (let step = 0; step < 150; step++) {
    if (random() < 0.05) await cached.prune((collection) => isNsid(collection) && collection !== like)
    else await cached.apply(Array.from({ length: 1 + below(2) }, randomChange))
    for (let twice = 0; twice < 2; twice++) {
      for (const address of addresses) {
        assert.deepEqual(await cached.get(address), await storage.get(address), `step ${step}`)
      }
      for (const did of dids)
        assert.deepEqual(await cached.getRepo(did), await storage.getRepo(did), `step ${step}`)
    }
  }
}

function inOrder<Item extends { readonly collection: string; readonly rkey: string }>(
  records: readonly Item[],
): readonly Item[] {
  return records.toSorted((a, b) => (`${a.collection}/${a.rkey}` < `${b.collection}/${b.rkey}` ? -1 : 1))
}
