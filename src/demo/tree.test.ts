import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CidLink } from '@atcute/cid'
import { emptyTree } from '../model/event.ts'
import { createBlock } from './block.ts'
import { createRandom } from './random.ts'
import { Tree } from './tree.ts'

const value = (n: number): CidLink => ({ $link: createBlock(n).link.$link })

describe('Tree', () => {
  for (const size of [0, 1, 2, 17, 200]) {
    it(`is the same built at once from ${size} entries as key by key in any order`, async () => {
      const random = createRandom(`tree ${size}`)
      const entries = Array.from(
        { length: size },
        (_, n) => [`a.b.c/${String(n).padStart(4, '0')}`, value(n)] as const,
      )
      const built = await Tree.build(entries)
      const grown = await Tree.build([])
      for (const [key, link] of entries.toSorted(() => random.next() - 0.5))
        await grown.apply([{ key, value: link }])
      assert.equal(grown.root, built.root)
      assert.deepEqual(cids(grown), cids(built))
      if (size === 0) assert.equal(built.root, emptyTree)
      for (const [key, link] of entries) assert.equal(built.get(key)?.$link, link.$link)
      assert.equal(built.get('a.b.c/none'), undefined)
    })
  }

  it('keeps only the nodes that its root leads to', async () => {
    const random = createRandom('kept')
    const tree = await Tree.build([])
    const there = new Map<string, CidLink>()
    for (let round = 0; round < 250; round++) {
      const key = `a.b.c/${random.int(150)}`
      const link = random.next() < 0.4 ? null : value(random.int(1000))
      await tree.apply([{ key, value: link }])
      if (link) there.set(key, link)
      else there.delete(key)
    }
    const entries = [...there].sort(([a], [b]) => (a < b ? -1 : 1))
    assert.equal(tree.root, (await Tree.build(entries)).root)
    assert.equal(tree.size, [...tree.nodes()].length)
  })
})

function cids(tree: Tree): string[] {
  return Array.from(tree.nodes(), ({ link }) => link.$link)
}
