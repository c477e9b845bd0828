import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '../../demo/random.ts'
import { emptyTree } from '../../model/event.ts'
import { encodeBlock } from './block.ts'
import type { Cid } from './cid.ts'
import { Tree } from './tree.ts'

const value = (n: number): Cid => encodeBlock(n).cid

describe('Tree', () => {
  for (const size of [0, 1, 2, 17, 200]) {
    it(`is the same built at once from ${size} entries as key by key in any order`, async () => {
      const random = createRandom(`tree ${size}`)
      const entries = Array.from(
        { length: size },
        (_, n) => [`a.b.c/${String(n).padStart(4, '0')}`, value(n)] as const,
      )
      const built = Tree.build(entries)
      const grown = Tree.build([])
      for (const [key, link] of entries.toSorted(() => random.next() - 0.5))
        grown.apply([{ key, value: link }])
      assert.equal(grown.root, built.root)
      assert.deepEqual(cids(grown), cids(built))
      if (size === 0) assert.equal(built.root, emptyTree)
      for (const [key, link] of entries) assert.equal(built.get(key), link)
      assert.equal(built.get('a.b.c/none'), undefined)
    })
  }

  it('keeps only the nodes that its root leads to', async () => {
    const random = createRandom('kept')
    const tree = Tree.build([])
    const there = new Map<string, Cid>()
    for (let round = 0; round < 250; round++) {
      const key = `a.b.c/${random.int(150)}`
      const link = random.next() < 0.4 ? null : value(random.int(1000))
      tree.apply([{ key, value: link }])
      if (link) there.set(key, link)
      else there.delete(key)
    }
    const entries = [...there].sort(([a], [b]) => (a < b ? -1 : 1))
    assert.equal(tree.root, Tree.build(entries).root)
    assert.equal(tree.size, [...tree.nodes()].length)
  })
})

function cids(tree: Tree): string[] {
  return Array.from(tree.nodes(), ({ cid }) => cid)
}
