import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryBlockStore, NodeStore, NodeWrangler } from '@atcute/mst'
import { emptyTree } from '../../model/event.ts'
import { type Cid, cidOf, cidText, parseCid } from './cid.ts'
import { emptyNode, layerOf, type Node } from './node.ts'
import { treeCid } from './node-writer.ts'
import { PartialTree } from './partial-tree.ts'
import { walk } from './walk.ts'

const cidFor = (key: string): Cid => cidOf(Buffer.from(key))
const keysOf = (size: number) => Array.from({ length: size }, (_, index) => `a.b.c/${index.toString(36)}`)

/** A tree as another implementation makes it. */
async function grown(keys: readonly string[]): Promise<{ root: Cid; blocks: Map<Cid, Buffer> }> {
  const store = new MemoryBlockStore()
  const wrangler = new NodeWrangler(new NodeStore(store))
  let root: string | null = null
  for (const key of keys) root = await wrangler.putRecord(root, key, { $link: cidText(cidFor(key)) })
  const blocks = Array.from(store.blocks, ([cid, bytes]) => [parseCid(cid), Buffer.from(bytes)] as const)
  return { root: parseCid(root ?? emptyTree), blocks: new Map(blocks) }
}

function entries(blocks: ReadonlyMap<Cid, Buffer>, root: Cid): [string, Cid][] {
  return Array.from(walk(blocks, root)).flatMap(({ node }) =>
    node.keys.map((key, at): [string, Cid] => [key, node.values[at] as Cid]),
  )
}

/** Writes nodes that a test has made by hand. */
function written(top: Node): { root: Cid; blocks: Map<Cid, Buffer> } {
  const blocks = new Map<Cid, Buffer>()
  return { root: treeCid(top, (cid, bytes) => blocks.set(cid, Buffer.from(bytes))), blocks }
}

const [low = '', middle = '', high = ''] = keysOf(3000)
  .filter((key) => layerOf(key) === 0)
  .sort()
const [raised = ''] = keysOf(3000).filter((key) => layerOf(key) === 1 && key > low && key < high)
const leaf = (...keys: readonly string[]): Node => ({
  layer: 0,
  keys: [...keys],
  values: keys.map(cidFor),
  subtrees: [null, ...keys.map(() => null)],
})

describe('walking through a tree', () => {
  for (const size of [0, 1, 2, 17, 300]) {
    it(`meets each of its ${size} keys once, with its value`, async () => {
      const keys = keysOf(size)
      const { root, blocks } = await grown(keys)
      assert.deepEqual(entries(blocks, root).sort(), keys.map((key) => [key, cidFor(key)]).sort())
    })
  }

  it('meets parents before their children, and each node once', () => {
    const tree = new PartialTree(new Map(), emptyNode(0))
    for (const key of keysOf(300)) tree.insert(key, cidFor(key))
    const blocks = tree.write()
    const met = new Set<Cid>()
    for (const { cid, node } of walk(blocks, tree.cid)) {
      assert.ok(!met.has(cid))
      met.add(cid)
      for (const subtree of node.subtrees) if (subtree !== null) assert.ok(!met.has(subtree as Cid))
    }
    assert.deepEqual([...met].sort(), [...blocks.keys()].sort())
  })

  it('needs no block for a tree without keys', () => {
    assert.deepEqual(entries(new Map(), parseCid(emptyTree)), [])
  })

  it('ends at a hole', async () => {
    const { root, blocks } = await grown(keysOf(300))
    const reachable = Array.from(walk(blocks, root), ({ cid }) => cid)
    for (const cid of reachable) {
      const holed = new Map(blocks)
      holed.delete(cid)
      assert.throws(() => entries(holed, root), { name: 'MissingBlock', reason: 'mst' })
    }
  })

  const misplaced: Readonly<Record<string, Node>> = {
    'keys before those of their subtree': {
      layer: 1,
      keys: [raised],
      values: [cidFor(raised)],
      subtrees: [leaf(high), null],
    },
    'keys after those of their subtree': {
      layer: 1,
      keys: [raised],
      values: [cidFor(raised)],
      subtrees: [null, leaf(low)],
    },
    'a subtree that reaches past the next key': {
      layer: 1,
      keys: [raised],
      values: [cidFor(raised)],
      subtrees: [leaf(low, high), null],
    },
    'an empty node below another': {
      layer: 1,
      keys: [raised],
      values: [cidFor(raised)],
      subtrees: [emptyNode(0), null],
    },
  }
  for (const [what, top] of Object.entries(misplaced)) {
    it(`refuses ${what}`, () => {
      const { root, blocks } = written(top)
      assert.throws(() => entries(blocks, root), { name: 'Rejection', reason: 'mst' })
    })
  }

  it('takes what is in its place', () => {
    const { root, blocks } = written({
      layer: 1,
      keys: [raised],
      values: [cidFor(raised)],
      subtrees: [leaf(...[low, middle].filter((key) => key < raised)), leaf(high)],
    })
    assert.ok(entries(blocks, root).length > 2)
  })
})
