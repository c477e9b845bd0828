import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Cid, cidOf } from './cid.ts'
import { emptyNode, layerOf } from './node.ts'
import { PartialTree } from './partial-tree.ts'
import { valueAt } from './value-at.ts'

const key = (index: number) => `app.bsky.feed.post/${index.toString(36)}`
const value = (index: number) => cidOf(Buffer.from(key(index)))

function tree(size: number) {
  const built = new PartialTree(new Map(), emptyNode(0))
  for (let index = 0; index < size; index++) built.insert(key(index), value(index))
  return { blocks: built.write(), root: built.cid }
}

describe('what a tree holds under a key', () => {
  for (const size of [0, 1, 300]) {
    it(`is what was put there, and nothing elsewhere, in one of ${size} keys`, () => {
      const { blocks, root } = tree(size)
      for (let index = 0; index < size; index++) assert.equal(valueAt(blocks, root, key(index)), value(index))
      for (let index = size; index < size + 100; index++)
        assert.equal(valueAt(blocks, root, key(index)), undefined)
    })
  }

  it('needs no more blocks than lie on the way, and none of them may be missing', () => {
    const { blocks, root } = tree(300)
    const height = Math.max(...Array.from({ length: 300 }, (_, index) => layerOf(key(index)))) + 1
    for (let index = 290; index < 310; index++) {
      const read: Cid[] = []
      const watched = {
        get: (cid: Cid) => {
          read.push(cid)
          return blocks.get(cid)
        },
      } as typeof blocks
      const found = valueAt(watched, root, key(index))
      assert.equal(read.length, new Set(read).size)
      assert.ok(read.length <= height, 'one node of each layer')
      const onlyThose = new Map(read.map((cid) => [cid, blocks.get(cid) as Buffer]))
      assert.equal(valueAt(onlyThose, root, key(index)), found)
      for (const cid of read) {
        const without = new Map(onlyThose)
        without.delete(cid)
        assert.throws(() => valueAt(without, root, key(index)), { name: 'MissingBlock' })
      }
    }
  })

  it('is not looked for in what is no tree', () => {
    const block = Buffer.from('a0', 'hex')
    assert.throws(() => valueAt(new Map([[cidOf(block), block]]), cidOf(block), key(0)), { reason: 'mst' })
  })
})
