import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './harness/account.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { createRandom } from './harness/random.ts'
import { repoTruth, sameRepo } from './harness/repo-truth.ts'
import { scrapeOf } from './harness/scrape.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

describe('accounts whose keys and hosts change', () => {
  const random = createRandom()
  const stack = new AsyncDisposableStack()
  let pds: Pds
  let other: Pds
  let service: Tidegauge

  before(async () => {
    pds = stack.use(await startPds())
    other = stack.use(await startPds({ beside: pds }))
    service = stack.use(await startTidegauge({ pds, args: ['--backfill', 'all'] }))
  })

  after(() => stack.disposeAsync())

  const write = (account: Account) =>
    account.createRecord('app.bsky.feed.post', `k${random.below(1e9)}`, 'signed with the key of the moment')

  /** An account that is synced with some records. */
  const settle = async (): Promise<Account> => {
    const account = await pds.createAccount(`user${random.below(1e9)}`)
    for (let n = 0; n < 3; n++) await write(account)
    await isSynced(account)
    return account
  }

  const isSynced = (account: Account) =>
    eventually(async () => sameRepo(service, await repoTruth(pds.url, account.did)))

  it('are followed without a fetch when the stream shows a key before the directory does', async () => {
    const account = await settle()
    const runs = async () => (await scrapeOf(service)).number('sync_runs_total')
    const before = await runs()
    const between = async () => {
      await write(account)
      await write(account)
      await sleep(2500)
    }
    await pds.rotateKey(account, { first: 'pds', between })
    await write(account)
    await isSynced(account)
    assert.equal(await runs(), before)
  })

  it('are followed when two keys come within a moment, and the directory never shows the first', async () => {
    const account = await settle()
    await pds.signWithUnknownKey(account)
    await write(account)
    await pds.rotateKey(account, { first: 'directory', between: async () => {} })
    await write(account)
    await isSynced(account)
  })

  it('are kept and waited for when they have moved, until their owner writes', async () => {
    const account = await other.createAccount(`user${random.below(1e9)}`)
    for (let n = 0; n < 3; n++) await write(account)
    await pds.importAccount(account, other)
    const stands = async () => {
      const { body } = await service.call('GET', `/repos/${account.did}`)
      return body as { status: string; sync?: { state: string; error: string; nextTry: string } }
    }
    // What it has now is signed with the key of before, which its document no longer names.
    await eventually(async () => {
      const { status, sync } = await stands()
      assert.notEqual(status, 'synced')
      assert.equal(sync?.state, 'waiting')
      assert.match(sync?.error ?? '', /key/)
    })
    assert.equal((await scrapeOf(service)).number('backfiller_repos_dead_lettered_total'), 0)
    await write(account)
    await isSynced(account)
  })
})
