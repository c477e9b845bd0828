import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cidOf } from './cid.ts'
import { collapse } from './collapse.ts'
import type { TreeOperation } from './invert.ts'

const [old = '', one = '', two = ''] = ['old', 'one', 'two'].map((text) => cidOf(Buffer.from(text)))
const create = (cid: string, prev?: string): TreeOperation => ({ action: 'create', key: 'a/b', cid, prev })
const update = (cid: string, prev?: string): TreeOperation => ({ action: 'update', key: 'a/b', cid, prev })
const remove = (prev?: string): TreeOperation => ({ action: 'delete', key: 'a/b', cid: undefined, prev })

const cases: [what: string, operations: TreeOperation[], left: Partial<TreeOperation>][] = [
  ['create, update', [create(one), update(two)], { action: 'create', cid: two, prev: null }],
  ['create, delete', [create(one), remove()], { action: 'delete', cid: undefined, prev: null }],
  ['update, update', [update(one, old), update(two, old)], { action: 'update', cid: two, prev: old }],
  [
    'update, update, each from the one before',
    [update(one, old), update(two, one)],
    { action: 'update', cid: two, prev: old },
  ],
  ['delete, create', [remove(old), create(two, old)], { action: 'update', cid: two, prev: old }],
  ['update, delete', [update(one, old), remove(old)], { action: 'delete', cid: undefined, prev: old }],
  ['updates of an old host', [update(one), update(two)], { action: 'update', cid: two, prev: undefined }],
]

describe('operations on one key', () => {
  for (const [what, operations, left] of cases)
    it(`are one: ${what}`, () => assert.deepEqual(collapse(operations), [{ key: 'a/b', ...left }]))

  it('are left as they are where each has a key of its own', () => {
    const operations = [create(one, old), { ...create(two), key: 'a/c' }]
    assert.equal(collapse(operations), operations)
  })

  it('do not change those on other keys', () => {
    const other = { ...create(two, old), key: 'a/c' }
    assert.equal(collapse([create(one), other, remove()])[1], other)
  })
})
