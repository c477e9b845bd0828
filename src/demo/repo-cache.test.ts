import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../model/did.ts'
import { openDatabase } from './database.ts'
import { Host } from './host.ts'
import { createRandom } from './random.ts'
import { RepoCache } from './repo-cache.ts'

describe('RepoCache', () => {
  const database = openDatabase(':memory:')
  const host = new Host({
    database,
    random: createRandom('cache'),
    now: Date.now,
    keepEvents: 10,
    loadedRepos: 10,
  })
  const create = async () => {
    const account = await host.createAccount('ada')
    const record = { $type: 'a.b.c' }
    await host.write(account.did, [{ action: 'create', collection: 'a.b.c', rkey: 'x', record }])
    return host.accounts.find(account.did) ?? assert.fail()
  }

  it('keeps the repos used last', async () => {
    const cache = new RepoCache(host.accounts, 2)
    const [a, b, c] = await Promise.all([create(), create(), create()])
    const dids: Did[] = []
    for (const account of [a, b, c]) {
      await cache.load(account)
      dids.push(account.did)
    }
    cache.get(a.did)
    cache.trim()
    assert.deepEqual(
      dids.map((did) => cache.get(did) !== undefined),
      [true, false, true],
    )
  })

  it('refuses records that are not those of the commit', async () => {
    const account = await create()
    database.prepare("UPDATE records SET rkey = 'y' WHERE account = ?").run(account.id)
    await assert.rejects(new RepoCache(host.accounts, 2).load(account), /not those that its commit names/)
    await assert.rejects(host.exportRepo(account), /not those that its commit names/)
  })
})
