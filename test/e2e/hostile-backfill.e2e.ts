import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Hosted, HostileNetwork, type HostOptions } from './harness/hostile-network.ts'
import { car, honest, json, only, refuse } from './harness/hostile-server.ts'
import { request } from './harness/network.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

/** How often a repo of which something is wrong is tried before it is given up. */
const maxInvalid = 5

interface Case extends HostOptions {
  /** What becomes of the repo in the end. */
  readonly ends: 'synced' | 'dead' | 'waiting'
  /** How many runs fail, by their reason; at least so many where it is tried for ever. */
  readonly fails: readonly [reason: string, times: number, isForEver?: boolean][]
}

const cases: Readonly<Record<string, Case>> = {
  honest: { ends: 'synced', fails: [] },
  'two errors': { ends: 'synced', fails: [['network', 2]], answer: failing(2, 500) },
  'a hole that is filled later': {
    ends: 'synced',
    fails: [['network', 2]],
    // Each run reads twice.
    answer: (call) => {
      if (call.method === 'getBlocks') refuse(call.response, 400, 'InvalidRequest')
      else if (call.method === 'getRepo' && call.times < 4 && call.repo)
        car(call.response, call.repo.car([call.repo.head.commit]))
      else call.honestly()
    },
  },
  'too many requests': {
    ends: 'synced',
    fails: [['rate_limited', 1]],
    answer: failing(1, 429, { 'retry-after': '2' }),
  },
  'too many requests for an hour': {
    ends: 'waiting',
    fails: [['rate_limited', 1]],
    answer: failing(1e9, 429, { 'retry-after': '3600' }),
  },
  'another key': {
    ends: 'waiting',
    fails: [['conflict', 1, true]],
    document: (document) => ({ ...document, verificationMethod: anotherKey(document) }),
  },
  'no such repo': {
    ends: 'waiting',
    fails: [['invalid', 1]],
    answer: only('getRepo', ({ response }) => refuse(response, 400, 'RepoNotFound')),
  },
  'a web page': {
    ends: 'dead',
    fails: [['invalid', maxInvalid]],
    answer: only('getRepo', ({ response }) => response.end('<html></html>')),
  },
  'a private address': {
    ends: 'dead',
    fails: [['invalid', maxInvalid]],
    document: (document) => ({ ...document, service: [pdsAt('https://10.1.2.3')] }),
  },
}

describe('the backfill of a relay that lists what it likes', () => {
  let network: HostileNetwork
  let service: Tidegauge
  const hosted = new Map<string, Hosted>()

  before(async () => {
    network = await HostileNetwork.start()
    for (const [name, options] of Object.entries(cases)) hosted.set(name, await network.host(name, options))
    // Two hosts that never say anything, and a listing that ends where it began.
    await network.host('silent', { answer: only('getRepo', () => {}) })
    await network.host('silent, too', { answer: only('getRepo', () => {}) })
    network.relay.answer = only('listRepos', ({ url, response }) => {
      const dids = [...network.repos.keys()]
      const at = Number(url.searchParams.get('cursor') ?? 0)
      const repos = [...dids.slice(at, at + 3), dids[0]].map((did) => ({ did, active: true }))
      json(response, { repos: [...repos, { did: 'nobody' }, null], cursor: String((at + 3) % 15) })
    })
    service = await startTidegauge({ pds: network.pds, args: ['--backfill', 'all'] })
  })

  after(async () => {
    await service?.[Symbol.asyncDispose]()
    await network[Symbol.asyncDispose]()
  })

  for (const [name, { ends, fails }] of Object.entries(cases))
    it(`ends as ${ends} with ${name}`, async () => {
      const { repo, host } = hosted.get(name) as Hosted
      await eventually(
        async () => {
          const { status, rev, data, sync } = await service.get<Shown>(`/repos/${repo.did}`)
          if (ends === 'synced')
            assert.deepEqual(
              { status, rev, data },
              { status: 'synced', rev: repo.head.rev, data: repo.head.data },
            )
          else {
            assert.notEqual(status, 'synced')
            assert.equal(sync?.state, ends)
            assert.equal(Date.parse(sync?.nextTry ?? '') > Date.now(), ends === 'waiting')
          }
        },
        { withinMs: 90_000 },
      )
      const { errors } = await service.get<{ errors: { reason: string; trigger: string }[] }>(
        `/repos/${repo.did}/errors`,
      )
      for (const [reason, times, isForEver = false] of fails) {
        const met = errors.filter((one) => one.reason === reason).length
        assert.ok(isForEver ? met >= times : met === times, `${met} times ${reason}`)
      }
      assert.equal(errors.filter(({ reason }) => !fails.some(([known]) => known === reason)).length, 0)
      assert.ok(errors.every(({ trigger }) => trigger === 'backfill'))
      const served = await service.records(repo.did)
      if (ends === 'synced')
        assert.deepEqual(new Map([...served].map(([uri, { cid }]) => [uri, cid])), repo.records)
      else assert.equal(served.size, 0)
      if (name === 'too many requests for an hour') assert.equal(host.count('getRepo'), 1)
    })

  it('is counted once each', async () => {
    const scrape = await service.scrape()
    const failed = Object.values(cases).flatMap(({ fails }) => fails)
    for (const reason of ['invalid', 'rate_limited']) {
      const times = failed.filter(([one]) => one === reason).reduce((sum, [, count]) => sum + count, 0)
      assert.equal(sumOf(scrape, 'sync_errors_total', { reason, trigger: 'backfill' }), times, reason)
    }
    const synced = Object.values(cases).filter(({ ends }) => ends === 'synced').length
    const dead = Object.values(cases).filter(({ ends }) => ends === 'dead').length
    assert.equal(sumOf(scrape, 'backfiller_repos_processed_total'), synced)
    assert.equal(sumOf(scrape, 'sync_completed_total', { status: 'success' }), synced)
    assert.equal(sumOf(scrape, 'backfiller_repos_dead_lettered_total'), dead)
    assert.equal(sumOf(scrape, 'backfiller_repos_failed_total'), sumOf(scrape, 'sync_errors_total'))
    assert.equal(sumOf(scrape, 'sync_runs_total'), sumOf(scrape, 'sync_completed_total'))
    assert.equal(sumOf(scrape, 'sync_completed_total', { status: 'panic' }), 0)
    assert.equal(sumOf(scrape, 'backfiller_car_parse_errors_total'), maxInvalid)
    assert.equal(sumOf(scrape, 'ingester_backfill_complete'), 1)
  })

  it('has dead letters, which come back when somebody wants them to', async () => {
    const { deadLetters } = await service.get<{ deadLetters: { id: string; did: string }[] }>('/dead-letters')
    const dead = [hosted.get('a web page'), hosted.get('a private address')] as [Hosted, Hosted]
    assert.deepEqual(new Set(deadLetters.map(({ did }) => did)), new Set(dead.map(({ repo }) => repo.did)))
    const [{ repo, host }] = dead
    host.answer = honest
    const id = deadLetters.find(({ did }) => did === repo.did)?.id
    assert.equal((await request(`${service.url}/dead-letters/${id}/retry`, { method: 'POST' })).status, 202)
    await eventually(async () =>
      assert.equal((await service.get<Shown>(`/repos/${repo.did}`)).status, 'synced'),
    )
    const served = await service.records(repo.did)
    assert.deepEqual(new Map([...served].map(([uri, { cid }]) => [uri, cid])), repo.records)
    const left = await service.get<{ deadLetters: { did: string }[] }>('/dead-letters')
    assert.deepEqual(
      left.deadLetters.map(({ did }) => did),
      [dead[1].repo.did],
    )
  })
})

interface Shown {
  readonly status: string
  readonly rev?: string
  readonly data?: string
  readonly sync?: { readonly state: string; readonly nextTry?: string }
}

function failing(
  times: number,
  status: number,
  headers?: Readonly<Record<string, string>>,
): HostOptions['answer'] {
  return (call) => {
    if (call.method === 'getRepo' && call.times < times) refuse(call.response, status, 'Failure', headers)
    else call.honestly()
  }
}

function pdsAt(serviceEndpoint: string): object {
  return { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint }
}

/** The key of nobody. */
function anotherKey({ id }: Record<string, unknown>): unknown {
  const publicKeyMultibase = 'zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc'
  return [{ id: `${id}#atproto`, type: 'Multikey', controller: id, publicKeyMultibase }]
}
