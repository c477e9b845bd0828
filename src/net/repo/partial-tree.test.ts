import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getKeyHeight, MemoryBlockStore, NodeStore, NodeWrangler } from '@atcute/mst'
import { emptyTree } from '../../model/event.ts'
import { type Cid, cidOf, cidText, parseCid } from './cid.ts'
import { emptyNode, layerOf } from './node.ts'
import { treeCid } from './node-writer.ts'
import { PartialTree } from './partial-tree.ts'

const cidFor = (text: string): Cid => cidOf(Buffer.from(text))

/** A tree as another implementation makes it, all of its blocks kept. */
class Reference {
  readonly #store = new MemoryBlockStore()
  readonly #wrangler = new NodeWrangler(new NodeStore(this.#store))
  root = emptyTree
  readonly values = new Map<string, Cid>()

  async set(key: string, value: Cid | undefined): Promise<void> {
    if (value) this.values.set(key, value)
    else this.values.delete(key)
    this.root = value
      ? await this.#wrangler.putRecord(this.root === emptyTree ? null : this.root, key, {
          $link: cidText(value),
        })
      : await this.#wrangler.deleteRecord(this.root, key)
  }

  get blocks(): ReadonlyMap<string, Uint8Array> {
    return this.#store.blocks
  }

  tree(): PartialTree {
    const blocks = Array.from(this.blocks, ([cid, bytes]) => [parseCid(cid), Buffer.from(bytes)] as const)
    return new PartialTree(new Map(blocks), parseCid(this.root))
  }
}

const key = (index: number) => `app.bsky.feed.${index % 3 ? 'post' : 'like'}/${index.toString(36)}`

const keysOfLayer = (layer: number) =>
  Array.from({ length: 500 }, (_, index) => key(index)).filter((one) => layerOf(one) === layer)

async function grown(size: number): Promise<Reference> {
  const reference = new Reference()
  for (let index = 0; index < size; index++) await reference.set(key(index), cidFor(key(index)))
  return reference
}

describe('a partial tree', () => {
  it('puts keys in the layers where others put them', async () => {
    for (let index = 0; index < 2000; index++)
      assert.equal(layerOf(key(index)), await getKeyHeight(key(index)))
  })

  for (const size of [0, 1, 2, 5, 60, 400]) {
    it(`of ${size} keys becomes what others make of the same changes`, async () => {
      const reference = await grown(size)
      for (let round = 0; round < 60; round++) {
        const tree = reference.tree()
        for (let change = 0; change < 1 + (round % 8); change++) {
          const path = key(Math.floor(Math.random() * (size + 30)))
          const before = reference.values.get(path)
          const after = Math.random() < 0.5 ? cidFor(`${path} ${round} ${change}`) : undefined
          if (before && after) tree.replace(path, before, after)
          else if (before) tree.remove(path, before)
          else if (after) tree.insert(path, after)
          else continue
          await reference.set(path, after)
        }
        assert.equal(cidText(tree.cid), reference.root)
      }
    })
  }

  it('is the empty tree once the last key is removed', async () => {
    const reference = await grown(50)
    const tree = reference.tree()
    for (const [path, value] of reference.values) tree.remove(path, value)
    assert.equal(cidText(tree.cid), emptyTree)
  })

  it('refuses to change what is not as it should be', async () => {
    const reference = await grown(50)
    const value = cidFor(key(7))
    const other = cidFor('other')
    const wrong: ((tree: PartialTree) => void)[] = [
      (tree) => tree.insert(key(7), other),
      (tree) => tree.remove(key(7), other),
      (tree) => tree.remove(key(70), other),
      (tree) => tree.replace(key(7), other, value),
      (tree) => tree.replace(key(70), other, value),
    ]
    for (const change of wrong)
      assert.throws(() => change(reference.tree()), { name: 'Rejection', reason: 'mst' })
  })

  it('does not take a subtree for the empty tree', () => {
    const [low = ''] = keysOfLayer(0)
    const [raised = ''] = keysOfLayer(1).filter((key) => low < key)
    const blocks = new Map<Cid, Buffer>()
    const subtrees = [emptyNode(0), null]
    const root = treeCid({ layer: 1, keys: [raised], values: [cidFor(raised)], subtrees }, (cid, bytes) =>
      blocks.set(cid, Buffer.from(bytes)),
    )
    blocks.delete(parseCid(emptyTree))
    assert.throws(() => new PartialTree(blocks, root).insert(low, cidFor(low)), { name: 'MissingBlock' })
  })

  it('says which kind of failure a missing block is', async () => {
    const { root, values, blocks } = await grown(200)
    const top = Buffer.from(blocks.get(root) as Uint8Array)
    const missing = Array.from(values).filter(([path, value]) => {
      try {
        new PartialTree(new Map([[parseCid(root), top]]), parseCid(root)).remove(path, value)
        return false
      } catch (error) {
        return (error as Error).name === 'MissingBlock'
      }
    })
    assert.ok(missing.length > 150)
  })
})
