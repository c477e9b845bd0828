import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRandom, type Random } from '../../demo/random.ts'
import { type Block, blockOf, encodeBlock } from '../repo/block.ts'
import { readCar } from '../repo/car.ts'
import { type Cid, cidText } from '../repo/cid.ts'
import { layerOf } from '../repo/node.ts'
import { decodeNode } from '../repo/node-reader.ts'
import { encodeNode } from '../repo/node-writer.ts'
import { StoredTree } from './stored-tree.ts'
import { carOf, commitOf, inChunks, keyOf, type MadeRepo, makeRepo, somePosts } from './testing/made-repo.ts'
import {
  createPlace,
  type ReadRequest,
  readerAt,
  readWith,
  storedAs,
  type TestPlace,
} from './testing/read.ts'
import { Turns } from './turns.ts'

type Entries = Map<string, Block>

describe('what has changed since', () => {
  let place: TestPlace

  before(() => {
    place = createPlace({ memoryBytes: 20_000 })
  })

  after(() => {
    place[Symbol.dispose]()
  })

  it('is what was put and deleted, whatever the tree and the changes', async () => {
    const random = createRandom('since')
    for (let round = 0; round < 400; round++) {
      const old = await makeRepo(randomEntries(random, random.int(random.pick([4, 40, 400]))))
      const changed = new Map(old.records)
      change(changed, random, random.int(random.pick([2, 10, 40])))
      const now = await makeRepo(changed)
      const { end, parts, result } = await readChanges(old, now, changesCar(old, now))
      const puts = end.puts.map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid])
      const deletes = end.deletes.map(({ collection, rkey }) => `${collection}/${rkey}`)
      const known = (path: string, cid: Cid) => old.records.get(path)?.cid === cid
      assert.deepEqual(
        puts,
        [...now.records]
          .filter(([path, { cid }]) => !known(path, cid))
          .map(([path, { cid }]) => [path, cidText(cid)])
          .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      )
      assert.deepEqual(
        deletes.sort(),
        [...old.records.keys()].filter((path) => !now.records.has(path)).sort(),
      )
      assert.deepEqual([end.staged, parts.length, result.data], [false, 0, now.data])
      assert.deepEqual(result.changes, { puts: puts.length, deletes: deletes.length })
      assert.equal(result.records, now.records.size)
    }
  })

  it('is read from a file without the tree around it', async () => {
    const old = await makeRepo(somePosts(3000))
    const now = await makeRepo([...old.records, ['app.bsky.feed.post/new', encodeBlock({ text: 'new' })]])
    const car = changesCar(old, now)
    assert.ok(car.length < 10_000, `${car.length} bytes`)
    const { end, result } = await readChanges(old, now, car)
    assert.deepEqual(
      end.puts.map(({ rkey }) => rkey),
      ['new'],
    )
    assert.equal(result.missing, 0)
  })

  it('is nothing where nothing but the revision is new', async () => {
    const old = await makeRepo(somePosts(100))
    const { end, result } = await readChanges(old, old, carOf(old, [old.commit]))
    assert.deepEqual([end.puts, end.deletes, end.staged], [[], [], false])
    assert.equal(result.records, 100)
  })

  it('may come as the whole repo, from a host that does not know how to do it', async () => {
    const old = await makeRepo(somePosts(300))
    const now = await makeRepo([...somePosts(310)].slice(5))
    const { end } = await readChanges(old, now, carOf(now, now.blocks))
    assert.deepEqual([end.puts.length, end.deletes.length, end.staged], [10, 5, false])
    const other = await makeRepo([...somePosts(1200)].slice(5))
    const staged = await readChanges(old, other, carOf(other, other.blocks))
    assert.equal(staged.end.staged, true)
    assert.equal(Object.keys(staged.content).length, 1195)
  })

  it('has to come as the whole repo where it is more than one step can say', async () => {
    const old = await makeRepo(somePosts(300))
    for (const kept of [5, 300]) {
      const now = await makeRepo([...somePosts(1200)].slice(300 - kept))
      const asked: string[] = []
      const onMissing = (cids: readonly string[]) => void asked.push(...cids)
      const reading = readChanges(old, now, changesCar(old, now), { onMissing })
      await assert.rejects(reading, { name: 'MissingBlock' })
      assert.deepEqual(asked, [], 'of what is unchanged nothing is asked for')
    }
    const another = await makeRepo([...somePosts(1200)].slice(300))
    const { content } = await readChanges(old, another, changesCar(old, another))
    assert.equal(Object.keys(content).length, 900)
  })

  it('asks for a record that is stored elsewhere only', async () => {
    const old = await makeRepo(somePosts(300))
    const [[, block] = assert.fail()] = old.records
    const now = await makeRepo([...old.records, ['app.bsky.feed.post/again', block]])
    const asked: string[] = []
    const { end } = await readChanges(old, now, changesCar(old, now), {
      onMissing: (cids) => {
        asked.push(...cids)
        return inChunks(carOf(now, [block]))
      },
    })
    assert.deepEqual(asked, [cidText(block.cid)])
    assert.deepEqual(
      end.puts.map(({ rkey, cid }) => [rkey, cid]),
      [['again', cidText(block.cid)]],
    )
  })

  it('lacks what its host has lost, and nothing is made of that', async () => {
    const old = await makeRepo(somePosts(300))
    const now = await makeRepo([...somePosts(310)].slice(5))
    const { blocks } = readCar(Buffer.from(changesCar(old, now)))
    for (const lost of blocks.keys()) {
      const rest = [...blocks].filter(([cid]) => cid !== lost).map(([cid, bytes]) => ({ cid, bytes }))
      await assert.rejects(readChanges(old, now, carOf(now, rest)), { name: 'MissingBlock' })
    }
  })

  it('is not read on top of something that is not the stored tree', async () => {
    const old = await makeRepo(somePosts(300))
    const now = await makeRepo(somePosts(310))
    const stored = [...old.records].map(([path, { cid }]) => [path, cidText(cid)] as const)
    const other = cidText(encodeBlock('another').cid)
    for (const wrong of [
      stored.slice(1),
      [...stored, ['a.b.c/x', other] as const],
      stored.with(7, [stored[7]?.[0] ?? '', other]),
    ])
      await assert.rejects(readChanges(old, now, changesCar(old, now), { stored: storedAs(wrong) }), {
        name: 'UnlikeStored',
      })
  })

  it('is refused where a stored subtree stands where it does not belong', async () => {
    const old = await makeRepo(somePosts(300))
    const root = old.nodes.find(({ cid }) => cidText(cid) === old.data) ?? assert.fail()
    const node = decodeNode(Buffer.from(root.bytes))
    const subtree = node.subtrees.find((one) => one !== null) ?? assert.fail()
    const moved: Record<string, { keys: string[]; subtrees: (typeof node.subtrees)[number][] }> = {
      'to the other side of a key': { keys: [keyIn(node.layer)], subtrees: [null, subtree] },
      'into another layer': { keys: [keyIn(node.layer + 1)], subtrees: [subtree, null] },
    }
    for (const { keys, subtrees } of Object.values(moved)) {
      const layer = layerOf(keys[0] ?? '')
      const top = blockOf(Uint8Array.from(encodeNode({ layer, keys, values: [root.cid], subtrees })))
      const commit = await commitOf(top.cid)
      // Where it is not taken for what is stored, it has to be there, and is read as any other node.
      const file = carOf({ commit }, [commit, top, ...old.nodes])
      await assert.rejects(readChanges(old, old, file), { name: 'Rejection', reason: 'mst' })
      await assert.rejects(readChanges(old, old, carOf({ commit }, [commit, top])), { name: 'MissingBlock' })
    }
  })

  it('is refused where a stored node is made the root that cannot be one', async () => {
    const old = await makeRepo([0, 2].map((layer) => [keyIn(layer), encodeBlock({ layer })] as const))
    const below = old.nodes.find(({ bytes }) => bytes[3] === 0x80)
    const commit = await commitOf(below?.cid ?? assert.fail())
    await assert.rejects(readChanges(old, old, carOf({ commit }, [commit])), { name: 'MissingBlock' })
    await assert.rejects(readChanges(old, old, carOf({ commit }, [commit, ...old.nodes])), { reason: 'mst' })
  })

  function readChanges(old: MadeRepo, now: MadeRepo, file: Uint8Array, options: ReadRequest = {}) {
    const stored = storedAs(Array.from(old.records, ([path, { cid }]) => [path, cidText(cid)]))
    const onMissing = (cids: readonly string[]) => {
      // What is stored under another path only, as a PDS does not send it again.
      const blocks = [...now.records.values()].filter(({ cid }) => cids.includes(cidText(cid)))
      const isStored = blocks.every(({ cid }) => [...old.records.values()].some((one) => one.cid === cid))
      return isStored && blocks.length > 0 ? inChunks(carOf(now, blocks)) : undefined
    }
    return readWith(readerAt(place), now, file, { stored, storedData: old.data, onMissing, ...options })
  }
})

describe('the tree of what is stored', () => {
  it('is the one that was stored', async () => {
    const random = createRandom('trees')
    for (let round = 0; round < 100; round++) {
      const repo = await makeRepo(randomEntries(random, round < 5 ? round : random.int(500)))
      const entries = [...repo.records].map(([path, { cid }]) => [path, cidText(cid)] as const)
      const tree = await StoredTree.build(
        new Map(random.int(2) === 0 ? entries : entries.reverse()),
        new Turns(),
      )
      assert.equal(cidText(tree.root), repo.data)
    }
  })
})

/** What a PDS gives of `now` to somebody who has `old`: blocks that were not there before. */
function changesCar(old: MadeRepo, now: MadeRepo): Uint8Array {
  const before = new Set(old.blocks.map(({ cid }) => cid))
  return carOf(
    now,
    now.blocks.filter(({ cid }) => cid === now.commit.cid || !before.has(cid)),
  )
}

function randomEntries(random: Random, count: number): Entries {
  const entries: Entries = new Map()
  for (let index = 0; index < count; index++) entries.set(randomPath(random), randomBlock(random))
  return entries
}

function change(entries: Entries, random: Random, count: number): void {
  for (let index = 0; index < count; index++) {
    const paths = [...entries.keys()]
    if (paths.length === 0 || random.int(3) === 0) entries.set(randomPath(random), randomBlock(random))
    else if (random.int(2) === 0) entries.delete(random.pick(paths))
    else entries.set(random.pick(paths), randomBlock(random))
    // Keys of upper layers change the tree most.
    const high = paths.filter((path) => layerOf(path) > 1)
    if (high.length > 0 && random.int(4) === 0) entries.delete(random.pick(high))
  }
  if (random.int(20) === 0) entries.clear()
}

const randomPath = (random: Random) =>
  `app.bsky.${random.pick(['a', 'b', 'c'])}.x/${keyOf(random.int(100_000))}`

/** Some have the same content. */
const randomBlock = (random: Random) => encodeBlock({ text: random.int(2000) })

function keyIn(layer: number): string {
  for (let number = 0; ; number++)
    if (layerOf(`zzz.zzz.zzz/${number}`) === layer) return `zzz.zzz.zzz/${number}`
}
