import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { observersFileSchema } from '../flow/observers/definition.ts'
import type { Did } from '../model/did.ts'
import { createLog } from '../model/log.ts'
import type { RepoStatus } from '../model/repo.ts'
import { Database } from '../state/database.ts'
import { hiddenStatuses } from '../state/storage/storage.ts'
import { openObservers, storedObservers } from './observers.ts'
import { openStores } from './stores.ts'

const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' as Did
const collection = 'app.bsky.feed.post'
const cid = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'

describe('what would come to observers', () => {
  for (const status of ['synced', ...hiddenStatuses] as const)
    it(`${status === 'synced' ? 'is' : 'is nothing'} of a repo that is ${status}`, async () => {
      using database = new Database()
      const { storage } = openStores(database)
      await storage.apply([{ repo: repo(status), puts: [record()] }])
      const condition = { field: 'text', contains: 'tide' }
      const observers = [{ name: 'tides', when: { record: condition }, actions: [] }]
      const { observers: found } = await storedObservers(storage).replay(0, observers)
      const examples = status === 'synced' ? [`at://${alice}/${collection}/3lc`] : []
      assert.deepEqual(found, [{ observer: 'tides', events: examples.length, examples }])
    })
})

describe('observers', () => {
  const webhook = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', url: 'http://127.0.0.1:8080/hook' }
  for (const [more, allowLoopback, isTaken] of [
    [{}, false, false],
    [{}, true, true],
    [{ allow_private: true }, false, true],
  ] as const)
    it(`${isTaken ? 'are' : 'are not'} opened with a hook on loopback: ${JSON.stringify({ ...more, allowLoopback })}`, async () => {
      await using stack = new AsyncDisposableStack()
      const file = observersFileSchema.parse({
        // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
        observers: [{ name: 'one', when: {}, then: [{ webhook: { ...webhook, ...more } }] }],
      })
      const place = (keys: readonly (string | number)[]) => `f.yaml:5: ${keys.join('.')}`
      const opening = openObservers({
        config: { path: 'f.yaml', file, folder: '.', place },
        stores: openStores(stack.use(new Database())),
        engine: { identity: {} as never },
        syncOnce: () => assert.fail('nothing is synced'),
        allowLoopback,
        log: createLog({ write: () => {} }),
        stack,
      })
      if (isTaken) await opening
      else
        await assert.rejects(opening, {
          name: 'SetupError',
          message:
            'f.yaml:5: observers.0.then.0.webhook.url: http://127.0.0.1:8080 is not called: it is not reached by https; add allow_private: true where it is yours',
        })
    })
})

function repo(status: RepoStatus) {
  return { did: alice, status, content: 'synced', updatedAtMs: 1 } as const
}

function record() {
  const bytes = encode({ text: 'high tide' })
  return { did: alice, collection, rkey: '3lc', cid, rev: '3lc', bytes, indexedAtMs: 1 } as const
}
