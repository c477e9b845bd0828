import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { hostileAnswers, maxRepoBytes } from './harness/hostile-answers.ts'
import { type Hosted, HostileNetwork } from './harness/hostile-network.ts'
import { request } from './harness/network.ts'
import { peakMemory } from './harness/peak-memory.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'

/** What a process may need at its highest, in bytes, however much a host sends. */
const maxMemoryBytes = 600_000_000

describe('hosts that misbehave', () => {
  let network: HostileNetwork
  let service: Tidegauge
  const hosted: Hosted[] = []
  const answers = new Map<string, Promise<Response>>()

  before(async () => {
    network = await HostileNetwork.start()
    for (const { what, ...options } of hostileAnswers) hosted.push(await network.host(what, options))
    service = await startTidegauge({
      pds: network.pds,
      args: ['--backfill', 'none', '--max-repo-bytes', String(maxRepoBytes)],
    })
    // The slow ones first: all others are asked while they wait.
    for (const isNow of [true, false]) {
      for (const [at, { what, isSlow = false }] of hostileAnswers.entries()) {
        if (isSlow !== isNow) continue
        const run = request(`${service.url}/repos/${hosted[at]?.repo.did}/sync?wait=120`, { method: 'POST' })
        answers.set(what, run)
        if (!isSlow) await run
      }
    }
    await Promise.all(answers.values())
  })

  after(async () => {
    await service?.[Symbol.asyncDispose]()
    await network[Symbol.asyncDispose]()
  })

  for (const [at, { what, reason, reads = 1 }] of hostileAnswers.entries()) {
    it(`end in ${reason ?? 'success'} with ${what}`, async () => {
      const { repo, host } = hosted[at] as Hosted
      const response = (await answers.get(what)) as Response
      const answer = (await response.json()) as { reason?: string; state?: string; detail?: string }
      assert.deepEqual(
        [answer.reason ?? answer.state, answer.detail && reason],
        [reason ?? 'synced', reason],
        answer.detail,
      )
      assert.equal(response.status, reason === undefined ? 200 : statuses[reason])
      assert.equal(host.count('getRepo'), reads)
      const served = await service.records(repo.did)
      if (reason === undefined) {
        const { status, rev, data } = await service.get<Shown>(`/repos/${repo.did}`)
        assert.deepEqual(
          { status, rev, data },
          { status: 'synced', rev: repo.head.rev, data: repo.head.data },
        )
        assert.deepEqual(new Map([...served].map(([uri, { cid }]) => [uri, cid])), repo.records)
      } else {
        const { errors } = await service.get<{ errors: Record<string, unknown>[] }>(
          `/repos/${repo.did}/errors`,
        )
        assert.deepEqual(
          errors.map(({ trigger, reason, message }) => [trigger, reason, message]),
          [['api', reason, answer.detail]],
        )
        const shown = await request(`${service.url}/repos/${repo.did}`)
        if (shown.ok) assert.notEqual(((await shown.json()) as Shown).status, 'synced')
        assert.equal(served.size, 0)
      }
    })
  }

  it('are counted once each', async () => {
    const scrape = await service.scrape()
    const reasons = Object.groupBy(hostileAnswers, ({ reason = 'success' }) => reason)
    for (const [reason, expected] of Object.entries(reasons)) {
      if (reason !== 'success')
        assert.equal(sumOf(scrape, 'sync_errors_total', { reason }), expected?.length, reason)
    }
    const all = hostileAnswers.length
    const completed = (status: string) => sumOf(scrape, 'sync_completed_total', { status })
    assert.equal(sumOf(scrape, 'sync_runs_total', { trigger: 'api' }), all)
    assert.equal(sumOf(scrape, 'sync_runs_total'), all)
    assert.equal(completed('success'), reasons.success?.length)
    assert.equal(completed('rate_limited'), reasons.rate_limited?.length)
    assert.equal(completed('panic'), 0)
    assert.equal(sumOf(scrape, 'sync_completed_total'), all)
  })

  it('do not fill the memory', () => {
    const peak = peakMemory(service.pid)
    assert.ok(peak < maxMemoryBytes, `${peak} bytes`)
  })
})

interface Shown {
  readonly status: string
  readonly rev?: string
  readonly data?: string
}

const statuses: Readonly<Record<string, number>> = {
  auth: 502,
  network: 502,
  invalid: 502,
  conflict: 409,
  rate_limited: 503,
  timeout: 504,
}
