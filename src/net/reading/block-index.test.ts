import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cidOf } from '../repo/cid.ts'
import { BlockIndex } from './block-index.ts'

const cidFor = (index: number) => cidOf(Buffer.from(String(index)))

describe('an index of blocks', () => {
  it('finds where each of many lies, and nothing of others', () => {
    const index = new BlockIndex(100_000)
    for (let block = 0; block < 70_000; block++) index.add(cidFor(block), 2 ** 32 - 1 - block)
    index.seal()
    assert.equal(index.count, 70_000)
    for (let block = 0; block < 70_000; block += 7)
      assert.equal(
        index.find(cidFor(block), (position) => (position === 2 ** 32 - 1 - block ? position : undefined)),
        2 ** 32 - 1 - block,
      )
    let offered = 0
    for (let block = 70_000; block < 75_000; block++)
      index.find(cidFor(block), () => {
        offered++
      })
    assert.ok(offered < 5, `${offered} of 5,000 were taken for others`)
  })

  it('offers every place of a block that lies in several, until one is taken', () => {
    const index = new BlockIndex(10)
    for (const position of [5, 1, 3]) index.add(cidFor(1), position)
    index.add(cidFor(2), 2)
    index.seal()
    const offered: number[] = []
    const found = index.find(cidFor(1), (position) => {
      offered.push(position)
      return offered.length === 2 ? 'found' : undefined
    })
    assert.equal(found, 'found')
    assert.deepEqual(offered, [1, 3])
  })

  it('finds what is added later once it is sealed again', () => {
    const index = new BlockIndex(10)
    index.seal()
    const look = (block: number) => index.find(cidFor(block), (position) => position)
    assert.equal(look(1), undefined)
    index.add(cidFor(1), 0)
    assert.equal(look(1), undefined)
    index.seal()
    index.add(cidFor(2), 7)
    index.seal()
    assert.deepEqual([look(1), look(2)], [0, 7])
  })

  it('has a limit', () => {
    const index = new BlockIndex(2)
    index.add(cidFor(1), 1)
    index.add(cidFor(1), 2)
    assert.throws(() => index.add(cidFor(1), 3), { name: 'Rejection', reason: 'size' })
  })
})
