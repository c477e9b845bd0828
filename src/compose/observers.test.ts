import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import type { Did } from '../model/did.ts'
import type { RepoStatus } from '../model/repo.ts'
import { Database } from '../state/database.ts'
import { hiddenStatuses } from '../state/storage/storage.ts'
import { storedObservers } from './observers.ts'
import { openStores } from './stores.ts'

const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' as Did
const collection = 'app.bsky.feed.post'
const cid = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'

describe('what would come to observers', () => {
  for (const status of ['synced', ...hiddenStatuses] as const)
    it(`${status === 'synced' ? 'is' : 'is nothing'} of a repo that is ${status}`, async () => {
      const { storage } = openStores(new Database())
      await storage.apply([{ repo: repo(status), puts: [record()] }])
      const condition = { field: 'text', contains: 'tide' }
      const observers = [{ name: 'tides', when: { record: condition }, actions: [] }]
      const { observers: found } = await storedObservers(storage).replay(0, observers)
      const examples = status === 'synced' ? [`at://${alice}/${collection}/3lc`] : []
      assert.deepEqual(found, [{ observer: 'tides', events: examples.length, examples }])
    })
})

function repo(status: RepoStatus) {
  return { did: alice, status, content: 'synced', updatedAtMs: 1 } as const
}

function record() {
  const bytes = encode({ text: 'high tide' })
  return { did: alice, collection, rkey: '3lc', cid, rev: '3lc', bytes, indexedAtMs: 1 } as const
}
