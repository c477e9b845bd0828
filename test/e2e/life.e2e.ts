import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './harness/account.ts'
import { type FaultyRelay, slow, startFaultyRelay } from './harness/faulty-relay.ts'
import { startLife } from './harness/life.ts'
import { total } from './harness/load.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { createRandom, type Random } from './harness/random.ts'
import { repoTruth, rootOf, sameRepo } from './harness/repo-truth.ts'
import { numbers, scrapeOf } from './harness/scrape.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

/** `npm run soak` takes longer. */
const minutes = Number(process.env.E2E_MINUTES || 2)
/** How far back the stream of the PDS reaches, so that one can be away for too long. */
const windowMs = 8000

describe(`${minutes} minutes of life at a PDS, with kill -9 and gaps`, () => {
  it('end with the truth about every repo, and no claim in between was false', async () => {
    const random = createRandom()
    console.log(`E2E_SEED=${random.seed}`)
    await using pds = await startPds({ windowMs })
    await using other = await startPds({ beside: pds })
    await using relay = await startFaultyRelay(pds.url)
    await using service = await startTidegauge({
      pds: { url: relay.url, plc: pds.plc },
      args: ['--backfill', 'all'],
    })
    await using life = await startLife(pds, { random, other })
    await using probe = probeClaims(service, pds, random)
    const troubles = await makeTrouble(service, relay, random)
    await life.end()
    await outlast(pds, random)
    await service.start()
    console.log(JSON.stringify({ troubles, life: life.done, claims: probe.claims.length }))

    await eventually(() => statusesHold(service, pds))
    await revive(pds, random)
    await eventually(() => everythingIsTrue(service, pds), { withinMs: 120_000, everyMs: 1000 })
    await probe.end()
    claimsWereTrue(pds, probe.claims)
    await countsFromHereOn(service, pds, random)
  })
})

/** Kills the service, and does to its events what networks do, until the time is over. It is dead in the end. */
async function makeTrouble(
  service: Tidegauge,
  relay: FaultyRelay,
  random: Random,
): Promise<Record<string, number>> {
  const during = async (fault: FaultyRelay['fault']) => {
    relay.fault = fault
    await sleep(500 + random.below(1500))
    relay.fault = undefined
  }
  const kinds = {
    async kill() {
      await service.kill()
      await service.start()
    },
    async 'away for too long'() {
      await service.kill()
      await sleep(windowMs + 2000)
      await service.start()
    },
    'lost events': () => during(({ frame }) => (random.below(3) === 0 ? undefined : frame)),
    'no events': () => during(() => undefined),
    'slow events': () => during(slow(() => random.below(100))),
    async 'no connection'() {
      relay.cut = true
      await sleep(random.below(3000))
      relay.cut = false
    },
  }
  const often = ['kill', 'kill', 'lost events', 'no events', 'slow events', 'no connection'] as const
  const done: Record<string, number> = {}
  const untilMs = Date.now() + minutes * 60_000
  for (let n = 0; Date.now() < untilMs; n++) {
    await sleep(1000 + random.below(4000))
    const kind = n % 7 === 3 ? 'away for too long' : random.pick(often)
    await kinds[kind]()
    done[kind] = (done[kind] ?? 0) + 1
  }
  await service.kill()
  return done
}

/**
 * Lets the stream of the PDS move on beyond where the service was. An event that is lost in silence, as some were, shows
 * only in the next one of its repo; the service now knows for certain that it has to compare all repos.
 */
async function outlast(pds: Pds, random: Random): Promise<void> {
  const writer =
    pds.accounts.find(({ status }) => status === 'active') ??
    (await pds.createAccount(`user${random.below(1e9)}`))
  await writer.createRecord('com.example.note', `n${random.below(1e9)}`, 'nobody listens')
  await sleep(windowMs + 1000)
}

interface Claim {
  readonly did: string
  readonly rev: string
  readonly data: string
  readonly root: string
}

/** Asks for repos all the while, and notes what is claimed of each and what tree its records make. */
function probeClaims(service: Tidegauge, pds: Pds, random: Random) {
  const claims: Claim[] = []
  let going = true
  const own = createRandom(random.below(2 ** 31))
  const ask = (did: string) => service.get<{ status: string; rev?: string; data?: string }>(`/repos/${did}`)
  const asking = (async () => {
    for (; going; await sleep(100)) {
      const account = pds.accounts.length > 0 && own.pick(pds.accounts)
      if (!account) continue
      try {
        const { did } = account
        const before = await ask(did)
        const records = await service.records(did)
        const after = await ask(did)
        const { status, rev, data } = before
        if (after.rev !== rev || after.data !== data || after.status !== status) continue
        if (rev === undefined || data === undefined || status !== 'synced') continue
        claims.push({ did, rev, data, root: await rootOf(records) })
      } catch {
        // It was killed meanwhile, or does not know the repo yet.
      }
    }
  })()
  const end = async () => {
    going = false
    await asking
  }
  return { claims, end, [Symbol.asyncDispose]: end }
}

/** What was served was the tree that was claimed, and that was the PDS's at this revision. */
function claimsWereTrue(pds: Pds, claims: readonly Claim[]): void {
  assert.ok(claims.length > 0)
  const roots = pds.roots()
  for (const { did, rev, data, root } of claims) {
    assert.equal(root, data, `${did} at ${rev}: the records served make another tree than was claimed`)
    const expected = roots.get(`${did} ${rev}`)
    if (expected !== undefined) assert.equal(data, expected, `${did} at ${rev} had another tree`)
  }
}

/** Every status says what the PDS says of the account, and what is not active is hidden. */
async function statusesHold(service: Tidegauge, pds: Pds): Promise<void> {
  for (const { did, status } of pds.accounts) {
    const answer = await service.call('GET', `/repos/${did}`)
    const repo = (answer.body ?? {}) as RepoAnswer
    if (status === 'active') {
      assert.ok(!hidden.includes(repo.status), `${did} is active, and said to be ${repo.status}`)
      continue
    }
    // Of an account that was active only while nothing was heard of it, nothing is known, and nothing shown.
    if (answer.status === 404) continue
    // Whoever missed the event finds that the host has no such repo, which is no reason to throw away what is kept.
    if (status === 'deleted' && wasMissed(repo)) continue
    assert.equal(repo.status, status, did)
    assert.equal((await service.records(did)).size, 0, `${did} is ${status}, and its records are shown`)
  }
}

interface RepoAnswer {
  readonly status: string
  readonly sync?: { readonly error?: string }
}

function wasMissed({ status, sync }: RepoAnswer): boolean {
  if (hidden.includes(status)) return true
  return (status === 'desync' || status === 'pending') && /could not find repo/i.test(sync?.error ?? '')
}

const hidden = ['deactivated', 'suspended', 'takendown', 'deleted']

/** Makes every account active, and has each write with the key that its DID document names. */
async function revive(pds: Pds, random: Random): Promise<void> {
  for (const account of pds.accounts) {
    if (account.status === 'deleted') continue
    if (account.status === 'deactivated') await account.activate()
    if (account.status === 'takendown') await account.takeDown(false)
    await account.createRecord('app.bsky.feed.post', `last${random.below(1e9)}`, 'the last word')
  }
}

async function everythingIsTrue(service: Tidegauge, pds: Pds): Promise<void> {
  const living = pds.accounts.filter(({ status }) => status !== 'deleted')
  for (const { did } of living) {
    const truth = await repoTruth(pds.url, did)
    try {
      await sameRepo(service, truth)
    } catch (error) {
      const [repo, failures] = [await service.get(`/repos/${did}`), await service.get(`/repos/${did}/errors`)]
      throw new Error(`${did} is not what it should be: ${JSON.stringify({ repo, failures })}`, {
        cause: error,
      })
    }
  }
  for (const { did, handle } of living)
    assert.equal((await service.get<{ handle: string }>(`/repos/${did}`)).handle, handle, did)
  await statusesHold(service, pds)
  const { kept, waiting, pending, isUnseen } = await leftovers(service, pds)
  const scrape = await scrapeOf(service)
  const expected: Record<string, number> = {
    firehose_last_seq: pds.lastSeq(),
    indexer_pending_messages: 0,
    ...(!isUnseen && { storage_records: living.reduce((sum, { size }) => sum + size, 0) + kept }),
    sync_queue_depth: waiting,
    sync_held_events: 0,
    sync_workers_active: 0,
    backfiller_repos_waiting: pending,
    backfiller_repos_dead_lettered_total: 0,
    identity_waiting_dids: 0,
  }
  assert.deepEqual(numbers(scrape, Object.keys(expected)), expected)
  assert.equal(scrape.number('storage_repos', { status: 'synced' }), living.length)
  const sum = (name: string) => scrape.number(name) ?? 0
  assert.equal(sum('sync_completed_total'), sum('sync_runs_total'))
  assert.equal(sum('sync_duration_seconds_count'), sum('sync_runs_total'))
  assert.deepEqual(scrape.byLabel('sync_completed_total', 'status').panic, undefined)
  assert.equal(scrape.number('indexer_errors_total', { kind: 'unexpected' }), 0)
}

/** What is kept of accounts whose end was missed: their records, and how many wait for another look, or for their first. */
async function leftovers(service: Tidegauge, pds: Pds) {
  let [kept, waiting, pending, isUnseen] = [0, 0, 0, false]
  for (const { did, status } of pds.accounts) {
    if (status !== 'deleted') continue
    const { body } = await service.call('GET', `/repos/${did}`)
    const repo = (body ?? {}) as Partial<RepoAnswer>
    kept += (await service.records(did)).size
    if (repo.sync !== undefined) waiting += 1
    if (repo.sync !== undefined && repo.status === 'pending') pending += 1
    // It was hidden before, and nobody is told how much of it there is.
    if (hidden.includes(repo.status ?? '') && repo.status !== 'deleted') isUnseen = true
  }
  return { kept, waiting, pending, isUnseen }
}

/** Once all is well, each operation and event counts once, and nothing has to be fetched. */
async function countsFromHereOn(service: Tidegauge, pds: Pds, random: Random): Promise<void> {
  assert.equal(await service.stop(), 0)
  await service.start()
  const living = pds.accounts.filter(({ status }) => status === 'active')
  const done = (accounts: readonly Account[]) => accounts.reduce((sum, account) => sum + total(account), 0)
  const before = { operations: done(living), seq: pds.lastSeq() }
  for (const account of living)
    await account.createRecord('com.example.note', `n${random.below(1e9)}`, 'note')
  for (const account of living.slice(0, 2)) await account.deactivate()
  for (const account of living.slice(0, 2)) await account.activate()
  const { commit, sync, identity, account } = pds.events(before.seq)
  await eventually(async () => {
    const scrape = await scrapeOf(service)
    assert.deepEqual(scrape.byLabel('firehose_events_total', 'type'), { commit, sync, identity, account })
    assert.equal(scrape.number('firehose_operations_total'), done(living) - before.operations)
    assert.equal(scrape.number('sync_desyncs_total'), 0)
    assert.equal(scrape.number('firehose_errors_total'), 0)
  })
  await eventually(async () => {
    for (const { did } of living) await sameRepo(service, await repoTruth(pds.url, did))
  })
}
