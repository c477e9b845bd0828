import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromBytes } from '@atcute/cbor'
import { MemoryBlockStore, NodeStore, NodeWrangler } from '@atcute/mst'
import { create as createTid } from '@atcute/tid'
import { createRandom, type Random } from '../../demo/random.ts'
import { Follower } from '../../demo/testing/follower.ts'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { emptyTree } from '../../model/event.ts'
import { readCar } from './car.ts'
import { parseCid } from './cid.ts'
import { messageFrame } from './frames.ts'
import { type Commit, SignedRepo, type Write } from './signed-repo.ts'
import { importSigningKey } from './signing-key.ts'
import { Tree } from './tree.ts'

const did: Did = 'did:plc:abcdefghijklmnopqrstuvwx'
const collection = 'app.bsky.feed.post'

async function createRepo() {
  const key = await importSigningKey(createRandom('repo').bytes(32))
  const repo = new SignedRepo({ did, key, tree: Tree.build([]) })
  let time = 1_700_000_000_000_000
  let seq = 0
  const follower = new Follower(() => key.multikey)
  const commit = async (writes: readonly Write[]): Promise<Commit> => {
    const made = await repo.commit(writes, createTid(time++, 0))
    await follower.take(messageFrame({ type: '#commit', body: made.body }, ++seq, 0))
    return made
  }
  return { repo, commit, follower }
}

function post(rkey: string, text: string, action: 'create' | 'update' = 'create'): Write {
  return { action, collection, rkey, record: { $type: collection, text } }
}

/** Some writes that can be made together, on a model of what is there. */
function someWrites(random: Random, there: Set<string>, most: number): Write[] {
  const touched = new Set<string>()
  const writes: Write[] = []
  for (let left = 1 + random.int(most); left > 0; left--) {
    const old = random.pick([...there, ''])
    const chance = random.next()
    if (old === '' || touched.has(old) || chance < 0.45) {
      const rkey = createTid(1_600_000_000_000_000 + random.int(1e12), random.int(1024))
      if (touched.has(rkey) || there.has(rkey)) continue
      writes.push(post(rkey, `post ${random.int(1e9)}`))
      touched.add(rkey)
    } else {
      writes.push(
        chance < 0.6
          ? post(old, `edit ${random.int(1e9)}`, 'update')
          : { action: 'delete', collection, rkey: old },
      )
      touched.add(old)
    }
  }
  for (const { action, rkey } of writes) action === 'delete' ? there.delete(rkey) : there.add(rkey)
  return writes
}

describe('SignedRepo', () => {
  it('begins with a commit of the empty tree', async () => {
    const { commit } = await createRepo()
    const { head, body } = await commit([])
    assert.equal(head.data, emptyTree)
    assert.equal(body.since, null)
    assert.equal('prevData' in body, false)
    assert.deepEqual(body.ops, [])
    // The node of the empty tree comes along: @atproto/repo reads it.
    assert.ok(readCar(Buffer.from(fromBytes(body.blocks))).blocks.has(parseCid(emptyTree)))
  })

  for (const most of [1, 3, 40]) {
    it(`makes commits of up to ${most} writes that follow from each other and can be undone`, async () => {
      const random = createRandom(`writes ${most}`)
      const { commit, follower } = await createRepo()
      await commit([])
      const there = new Set<string>()
      for (let round = 0; round < 100 / Math.sqrt(most); round++) {
        const writes = someWrites(random, there, most)
        if (writes.length > 0) await commit(writes)
      }
      const followed = follower.repos.get(did)
      assert.deepEqual(
        [...(followed?.records.keys() ?? [])].sort(),
        [...there].map((rkey) => `${collection}/${rkey}`).sort(),
      )

      const wrangler = new NodeWrangler(new NodeStore(new MemoryBlockStore()))
      let root: string | null = null
      for (const [path, cid] of followed?.records ?? [])
        root = await wrangler.putRecord(root, path, { $link: cid })
      assert.equal(followed?.data, root)
    })
  }

  it('empties, and fills again', async () => {
    const { commit } = await createRepo()
    await commit([])
    const rkeys = Array.from({ length: 100 }, (_, index) => `key-${index}`)
    await commit(rkeys.map((rkey) => post(rkey, rkey)))
    const { head } = await commit(rkeys.map((rkey) => ({ action: 'delete', collection, rkey })))
    assert.equal(head.data, emptyTree)
    await commit([post('again', 'again')])
  })

  it('sends a record that is written twice as one block', async () => {
    const { commit } = await createRepo()
    await commit([])
    const { body } = await commit([post('a', 'same'), post('b', 'same')])
    assert.equal(body.ops[0]?.cid?.$link, body.ops[1]?.cid?.$link)
  })

  const refused: readonly (readonly [name: string, writes: readonly Write[], message: RegExp])[] = [
    ['a create of what exists', [post('here', 'x')], /exists already/],
    ['an update of what does not exist', [post('nowhere', 'x', 'update')], /does not exist/],
    [
      'a delete of what does not exist',
      [{ action: 'delete', collection, rkey: 'nowhere' }],
      /does not exist/,
    ],
    ['one path twice', [post('a', 'x'), post('a', 'y')], /twice/],
    ['a collection that is not one', [{ ...post('a', 'x'), collection: 'post' }], /not the path/],
    ['a record key that is not one', [post('a/b', 'x')], /not the path/],
    [
      'a record of another type',
      [{ ...post('a', 'x'), record: { $type: 'app.bsky.feed.like' } } as Write],
      /\$type/,
    ],
    [
      'a record that cannot be encoded',
      [{ ...post('a', 'x'), record: { $type: collection, at: Number.NaN } } as Write],
      /DAG-CBOR/,
    ],
    ['a record above 1 MB', [post('a', 'x'.repeat(1_000_001))], /larger than/],
    [
      'records that are too much together',
      [post('a', 'x'.repeat(800_000)), post('b', 'x'.repeat(800_000))],
      /too much/,
    ],
    ['201 writes', Array.from({ length: 201 }, (_, index) => post(`k${index}`, 'x')), /at most 200/],
  ]
  for (const [name, writes, message] of refused) {
    it(`refuses ${name}, and continues as if it had not been asked`, async () => {
      const { repo, commit } = await createRepo()
      await commit([])
      await commit([post('here', 'x')])
      const before = repo.head
      await assert.rejects(
        commit(writes),
        (error) => error instanceof InvalidError && message.test(error.message),
      )
      assert.equal(repo.head, before)
      await commit([post('next', 'x')])
    })
  }
})
