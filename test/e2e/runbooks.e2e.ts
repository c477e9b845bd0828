import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Account } from './harness/account.ts'
import { imported } from './harness/alert-stage.ts'
import { type CommandResult, tidegauge } from './harness/command.ts'
import { type FaultyHost, limiting, methodOf, startFaultyDirectory } from './harness/faulty-host.ts'
import { type FaultyRelay, startFaultyRelay } from './harness/faulty-relay.ts'
import { request } from './harness/network.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { dyingThreads } from './harness/sync-faults.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually, until } from './harness/until.ts'

const note = 'com.example.note'

describe('what the runbooks of fetched repos say', { concurrency: 1 }, () => {
  const everything = new AsyncDisposableStack()
  let pds: Pds
  let relay: FaultyRelay
  let directory: FaultyHost
  let service: Tidegauge
  let account: Account
  let other: Account

  before(async () => {
    pds = everything.use(await startPds())
    relay = everything.use(await startFaultyRelay(pds.url))
    directory = everything.use(await startFaultyDirectory(pds.plc, pds.url, relay.url))
    account = await pds.createAccount('alice')
    other = await pds.createAccount('bob')
    for (const each of [account, other]) await each.createRecord(note, 'first', 'first')
    const network = { url: relay.url, plc: directory.url }
    service = everything.use(await startTidegauge({ pds: network, args: ['--backfill', 'all'] }))
    await isSynced()
  })

  afterEach(() => {
    relay.fault = undefined
    relay.host.fault = undefined
    directory.fault = undefined
  })

  after(() => everything.disposeAsync())

  it('DesyncNotHealing: lists such repos, tells why, tries at once, and sees it heal with its host', async () => {
    relay.host.fault = (asked) =>
      asked.searchParams.get('did') === account.did ? { status: 502, body: 'no' } : undefined
    await loseCommit()
    const listed = await eventually(async () => {
      const { stdout } = await run('repos', '--status', 'desync')
      assert.match(stdout, new RegExp(`^${account.did}  desync \\(chain\\)`, 'm'))
      return stdout
    })
    assert.doesNotMatch(listed, new RegExp(other.did))
    const shown = await eventually(async () => {
      const repo = await service.get<ShownRepo>(`/repos/${account.did}`)
      assert.ok(repo.sync?.nextTry)
      return repo
    })
    assert.equal(shown.desync?.reason, 'chain')
    assert.ok(Date.parse(shown.desync?.since ?? '') > Date.now() - 60_000)
    const [latest] = (await service.get<ShownErrors>(`/repos/${account.did}/errors`)).errors
    assert.deepEqual([latest?.trigger, latest?.reason], ['resync', 'network'])
    assert.match(latest?.message ?? '', /502/)
    const failed = await run('sync', account.did)
    assert.equal(failed.code, 1)
    assert.match(failed.stdout, /failed \(network\).*502/)
    relay.host.fault = undefined
    const healed = await run('sync', account.did)
    assert.deepEqual([healed.code, healed.stdout.split('  ').slice(0, 2)], [0, [account.did, 'synced']])
    assert.equal((await run('repos', '--status', 'desync')).stdout.trim(), '')
    // The next try, for which it waited, is not waited for any more.
    assert.equal((await service.get<ShownRepo>(`/repos/${account.did}`)).sync, undefined)
    await holds(account, ['first', 'lost-1', 'last-1'])
  })

  it('SyncPanics: has a line for each at level error, with the DID, and the message among the errors', async () => {
    await service.stop()
    await service.start({ env: { NODE_OPTIONS: imported(dyingThreads) } })
    await loseCommit()
    await until('the log tells of it', async () =>
      new RegExp(`error .*nobody foresaw[^\\n]*\\n(  [^\\n]*\\n)*?[^\\n]*${account.did}`).test(service.log()),
    )
    const [latest] = (await service.get<ShownErrors>(`/repos/${account.did}/errors`)).errors
    assert.equal(latest?.reason, 'internal')
    assert.match(latest?.message ?? '', /thread/)
    await service.stop()
    await service.start()
    await isSynced()
  })

  it('BackfillerErrors, BackfillerDeadLetters: lists what was given up, puts it back, or removes it', async () => {
    relay.host.fault = (asked) => (methodOf(asked) === 'getRepo' ? { body: 'no CAR file' } : undefined)
    for (const each of [account, other]) await loseCommit(each)
    const letters = await eventually(
      async () => {
        const { stdout } = await run('dead-letters')
        const lines = stdout.trim().split('\n')
        assert.equal(lines.length, 2)
        return lines
      },
      { withinMs: 90_000 },
    )
    for (const line of letters) assert.match(line, /bad repo/)
    assert.equal((await service.get<ShownRepo>(`/repos/${account.did}`)).status, 'error')
    const { errors } = await service.get<ShownErrors>(`/repos/${account.did}/errors`)
    assert.equal(errors.filter(({ reason }) => reason === 'invalid').length, 5)
    await holds(account, ['first'])
    relay.host.fault = undefined
    const [id = ''] = letters.find((line) => line.includes(account.did))?.split('  ') ?? []
    assert.match((await run('dead-letters', '--retry', id)).stdout, /^1 put back/)
    await isSynced(account)
    assert.match((await run('dead-letters', '--retry-all')).stdout, /^1 put back/)
    await isSynced(other)
    assert.equal((await run('dead-letters')).stdout.trim(), '')
    assert.match((await run('repos', 'untrack', other.did)).stdout, /removed/)
    await other.createRecord(note, 'after', 'after')
    await account.createRecord(note, 'after', 'after')
    await holds(account, ['after'])
    await holds(other, [])
  })

  it('BackfillerBacklog, BackfillFinished: shows how far it is, and lists the repos once more', async () => {
    const { code, stdout } = await run('backfill', '--status')
    assert.equal(code, 0)
    assert.match(stdout, /\] {2}\d+ of \d+ repos {2}[\d.]+ repos\/s {2}[\d.,]+ records\/s/)
    const before = await listed()
    assert.equal((await run('backfill')).code, 0)
    assert.equal((await listed()) - before, pds.accounts.length)
  })

  it('IdentityDirectoryDown: has one line in the log that says what is wrong', async () => {
    // After a start no key is known before it is needed.
    await account.createRecord(note, 'before', 'before')
    await holds(account, ['before'])
    directory.fault = () => ({ status: 503 })
    const late = await pds.createAccount('dave')
    await late.createRecord(note, 'first', 'first')
    await until('events of the new repo wait', async () => {
      const repo = await request(`${service.url}/repos/${late.did}`)
      return repo.ok && ((await repo.json()) as ShownRepo).heldEvents !== undefined
    })
    const lines = () =>
      service
        .log()
        .split('\n')
        .filter((line) => line.includes('directory of DIDs'))
    assert.match(lines().at(-1) ?? '', /warn .*stopped answering/)
    assert.match(service.log(), /answers 503/)
    const told = lines().length
    // What is signed by known keys goes on.
    await account.createRecord(note, 'meanwhile', 'meanwhile')
    await holds(account, ['meanwhile'])
    directory.fault = undefined
    await holds(late, ['first'])
    await until('the log tells of it', async () => lines().length === told + 1)
    assert.match(lines().at(-1) ?? '', /answers again/)
  })

  it('BackfillerStalled: says when one that waits is tried next, and why', async () => {
    // Whatever its host has waits for this long: nothing after this can count on it.
    relay.host.fault = limiting(300, (asked) => methodOf(asked) === 'getRepo')
    const late = await pds.createAccount('carol')
    relay.fault = ({ frame, body }) => ((body.repo ?? body.did) === late.did ? undefined : frame)
    await late.createRecord(note, 'first', 'first')
    await request(`${service.url}/backfill`, { method: 'POST' })
    const repo = await eventually(async () => {
      const shown = await service.get<ShownRepo>(`/repos/${late.did}`)
      const inMs = Date.parse(shown.sync?.nextTry ?? '') - Date.now()
      assert.ok(inMs > 60_000, JSON.stringify(shown))
      return shown
    })
    assert.equal(repo.status, 'pending')
    assert.match((await run('repos', '--status', 'pending')).stdout, new RegExp(late.did))
    assert.match(repo.sync?.error ?? '', /HTTP 429/)
    relay.host.fault = undefined
    relay.fault = undefined
    // What waits is on disk, and is taken up again, without the pause that the host has asked for.
    await service.stop()
    await service.start()
    await holds(late, ['first'])
  })

  function run(...args: readonly string[]): Promise<CommandResult> {
    return tidegauge(...args, '--data', service.dataDir)
  }

  let losses = 0

  /** One commit does not arrive, and the next one does. */
  async function loseCommit(of: Account = account): Promise<void> {
    losses += 1
    const seq = pds.lastSeq()
    const lost = Promise.withResolvers<void>()
    relay.fault = ({ frame, type, body }) => {
      if (type !== '#commit' || body.repo !== of.did || Number(body.seq) <= seq) return frame
      lost.resolve()
      return undefined
    }
    await of.createRecord(note, `lost-${losses}`, 'lost')
    await lost.promise
    relay.fault = undefined
    await of.createRecord(note, `last-${losses}`, 'last')
  }

  /** The records of these keys are served; none at all where there are no keys. */
  async function holds(of: Account, rkeys: readonly string[]): Promise<void> {
    await eventually(async () => {
      const uris = new Set((await service.records(of.did)).keys())
      if (rkeys.length === 0) assert.equal(uris.size, 0)
      for (const rkey of rkeys) assert.ok(uris.has(`at://${of.did}/${note}/${rkey}`), rkey)
    })
  }

  async function isSynced(...accounts: readonly Account[]): Promise<void> {
    for (const { did } of accounts.length > 0 ? accounts : [account, other])
      await eventually(async () => {
        assert.equal((await service.get<ShownRepo>(`/repos/${did}`)).status, 'synced')
      })
  }

  async function listed(): Promise<number> {
    const line = (await service.scrape())
      .split('\n')
      .find((each) => each.startsWith('ingester_backfill_repos_fetched_total'))
    return Number(line?.split(' ').at(-1))
  }
})

interface ShownRepo {
  readonly status: string
  readonly heldEvents?: number
  readonly desync?: { readonly reason: string; readonly since: string }
  readonly sync?: { readonly nextTry?: string; readonly error?: string }
}

interface ShownErrors {
  readonly errors: readonly { readonly trigger: string; readonly reason: string; readonly message: string }[]
}
