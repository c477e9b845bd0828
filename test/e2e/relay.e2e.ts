import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { writeLoad, writeSome } from './harness/load.ts'
import { getJson } from './harness/network.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { createRandom } from './harness/random.ts'
import { type Relay, startRelay } from './harness/relay.ts'
import { repoTruth, sameRepo } from './harness/repo-truth.ts'
import { scrapeOf } from './harness/scrape.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

describe('a real relay in front of two real PDSs', () => {
  const random = createRandom()
  const stack = new AsyncDisposableStack()
  let pdss: readonly [Pds, Pds]
  let relay: Relay

  before(async () => {
    console.log(`E2E_SEED=${random.seed}`)
    const first = stack.use(await startPds())
    const second = stack.use(await startPds({ beside: first }))
    pdss = [first, second]
    // The cursor that the relay begins with stands after the first event.
    for (const pds of pdss) await pds.createAccount(`first${random.below(1e9)}`)
    relay = stack.use(await startRelay(pdss))
    for (const pds of pdss) await writeLoad(pds, { accounts: 4, operations: 300, random })
    await eventually(async () => {
      const { repos } = await getJson<{ repos: unknown[] }>(`${relay.url}/xrpc/com.atproto.sync.listRepos`)
      assert.equal(repos.length, people().length)
      const { hosts } = await getJson<{ hosts: unknown[] }>(`${relay.url}/xrpc/com.atproto.sync.listHosts`)
      assert.equal(hosts.length, pdss.length)
    })
  })

  after(() => stack.disposeAsync())

  const people = () => pdss.flatMap(({ url, accounts }) => accounts.map((account) => ({ account, url })))

  const allSame = async (service: Tidegauge) => {
    for (const { account, url } of people()) await sameRepo(service, await repoTruth(url, account.did))
  }

  it('is listed, its repos are fetched from their hosts, and then followed through it', async () => {
    await using service = await startTidegauge({
      pds: { url: relay.url, plc: pdss[0].plc },
      args: ['--backfill', 'all', '--from', 'live'],
    })
    await eventually(() => allSame(service))
    const scrape = await scrapeOf(service)
    assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), { backfill: people().length })
    assert.equal(scrape.number('ingester_backfill_repos_fetched_total'), people().length)
    assert.equal(scrape.number('ingester_backfill_complete'), 1)

    for (let n = 0; n < 5; n++) for (const { account } of people()) await writeSome(account, random)
    const [renamed, away] = pdss[0].accounts
    assert.ok(renamed && away)
    await renamed.updateHandle(`renamed${random.below(1e9)}`)
    await eventually(() => allSame(service))
    await eventually(async () =>
      assert.equal((await service.get<{ handle: string }>(`/repos/${renamed.did}`)).handle, renamed.handle),
    )
    await away.deactivate()
    await eventually(async () =>
      assert.equal((await service.get<{ status: string }>(`/repos/${away.did}`)).status, 'deactivated'),
    )
    await away.activate()
    await eventually(() => allSame(service))
    const later = await scrapeOf(service)
    assert.equal(later.number('firehose_errors_total'), 0)
    assert.deepEqual(later.byLabel('sync_runs_total', 'trigger'), { backfill: people().length })
  })

  it('is followed from its oldest event on, without fetching anything', async () => {
    await using service = await startTidegauge({ pds: { url: relay.url, plc: pdss[0].plc } })
    const [{ account: one } = assert.fail()] = people().slice(1)
    await eventually(async () => {
      const { status } = await service.get<{ status: string }>(`/repos/${one.did}`)
      assert.equal(status, 'synced')
    })
    // The relay has seen all but the first event of each PDS.
    const firsts = pdss.map(({ accounts }) => accounts[0]?.did)
    await eventually(async () => {
      for (const { account, url } of people())
        if (!firsts.includes(account.did)) await sameRepo(service, await repoTruth(url, account.did))
    })
    const scrape = await scrapeOf(service)
    assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), {})
    assert.equal(scrape.number('firehose_errors_total'), 0)
  })
})
