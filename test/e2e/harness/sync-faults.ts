import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AlertStage, type Fault, imported } from './alert-stage.ts'
import { limiting, methodOf } from './faulty-host.ts'
import { losing } from './faulty-relay.ts'
import { request } from './network.ts'
import { sumOf } from './scraped-sum.ts'
import { until } from './until.ts'

/** Sizes that a test reaches, of what fetches whole repos and looks DIDs up. */
export const syncSizes = {
  identity_waiting_dids: { warning: 2, critical: 4 },
  sync_held_events: { warning: 20 },
  sync_resync_oldest_age_seconds: { warning: 20, critical: 30 },
  sync_resync_waiting: { warning: 1 },
  backfiller_repos_waiting: { warning: 3 },
  'instance:backfiller_stalled:repos': { critical: 3 },
  // One of four repos is more than is well, but no fault.
  'instance:storage_repos_unsynced:ratio': { warning: 0.26 },
}

interface SyncFault extends Omit<Fault, 'provoke'> {
  readonly provoke: (stage: AlertStage, stack: AsyncDisposableStack) => Promise<void> | void
}

/** Each fault of what is fetched, and whom that is asked of. */
export const syncFaults: readonly SyncFault[] = [
  {
    is: 'a directory that is asked too often',
    fires: [
      'IdentityDirectoryFailing',
      'IdentityDirectoryDown',
      'IdentityManyWaiting',
      'IdentityTooManyWaiting',
      'HeldEvents',
    ],
    async provoke(stage, stack) {
      stage.hostFault(stack, stage.directory, limiting(4))
      await stage.newcomers(stack, 6)
    },
  },
  {
    is: 'a list of repos that takes its time, and ends',
    fires: ['BackfillFinished'],
    async provoke(stage, stack) {
      stage.hostFault(stack, stage.relay.host, async (asked) => {
        if (methodOf(asked) === 'listRepos') await sleep(5000)
        return undefined
      })
      await request(`${stage.service.url}/backfill`, { method: 'POST' })
    },
  },
  {
    is: 'threads that die while they read repos',
    fires: ['SyncPanics'],
    async provoke(stage, stack) {
      stage.eventFault(stack, losing())
      await stage.restart(stack, { NODE_OPTIONS: imported(dyingThreads) })
    },
  },
  {
    is: 'a host that gives out what is no repo',
    fires: ['BackfillerErrors', 'BackfillerErrorsCritical', 'BackfillerDeadLetters', 'StorageReposUnsynced'],
    async provoke(stage, stack) {
      // What the runbook says, once the cause is gone.
      stack.defer(() => retryDeadLetters(stage))
      stage.hostFault(stack, stage.relay.host, (asked) =>
        methodOf(asked) === 'getRepo' ? { body: 'no CAR file' } : undefined,
      )
      stage.eventFault(stack, losing())
    },
  },
  {
    is: 'a host that wants to be left alone',
    fires: ['BackfillerBacklog', 'BackfillerStalled', 'DesyncNotHealing', 'DesyncNotHealingCritical'],
    async provoke(stage, stack) {
      stage.anew(stack)
      const isFetch = (asked: URL) => ['getRepo', 'getLatestCommit'].includes(methodOf(asked))
      stage.hostFault(stack, stage.relay.host, limiting(300, isFetch))
      // The accounts that there are wait to be fetched; new ones are synced, until they lose events.
      await stage.startAnew(['--backfill', 'all', '--from', 'live'])
      await stage.newcomers(stack, 3)
      await until('new accounts are synced', async () => (await reposOf(stage, 'synced')) >= 3)
      stage.eventFault(stack, losing())
    },
  },
  // Its newcomers stay, so that the share of those who suffer another fault would be less.
  {
    is: 'more events that wait for a key than there is room for',
    fires: ['HeldEventsDropped'],
    async provoke(stage, stack) {
      stage.anew(stack)
      stage.hostFault(stack, stage.directory, limiting(4))
      await stage.newcomers(stack, 3)
      const isHeld = async () => sumOf(await stage.service.scrape(), 'sync_held_events') > 0
      await until('events wait', isHeld)
      await stage.service.stop()
      addHeldEvents(stage.database(stack), 200_000)
      // What the counter of a new process begins with is no increase: it has to be scraped before there is one.
      stage.relay.fault = () => undefined
      const stoppedAt = Date.now() / 1000
      await stage.service.start()
      const scraped = `timestamp(sync_held_dropped_total{limit="all"}) > ${stoppedAt}`
      await until('its counter is scraped', async () => (await stage.prometheus.query(scraped)).length > 0)
      stage.relay.fault = undefined
    },
  },
]

/** An account whose host gives out a repo that is older than what the stream has brought, and one event of which is lost. */
export async function movedAccount(stage: AlertStage, stack: AsyncDisposableStack): Promise<string> {
  const { pds, relay, service } = stage
  const account = await pds.createAccount('moved')
  await account.createRecord('com.example.note', 'old', 'old')
  const response = await request(`${pds.url}/xrpc/com.atproto.sync.getRepo?did=${account.did}`)
  const body = Buffer.from(await response.arrayBuffer())
  stage.hostFault(stack, relay.host, (asked) =>
    methodOf(asked) === 'getRepo' && asked.searchParams.get('did') === account.did ? { body } : undefined,
  )
  const isThere = async (rkey: string) =>
    (await request(`${service.url}/records/${account.did}/com.example.note/${rkey}`)).ok
  await until('its record is there', () => isThere('old'))
  relay.fault = ({ frame, type, body }) =>
    type === '#commit' && body.repo === account.did ? undefined : frame
  await account.createRecord('com.example.note', 'lost', 'lost')
  await sleep(1000)
  relay.fault = undefined
  await account.createRecord('com.example.note', 'new', 'new')
  await until('what was written last is there', () => isThere('new'))
  return account.did
}

/** Adds so many events to those of one repo that wait. */
function addHeldEvents(database: DatabaseSync, count: number): void {
  database.exec(`
    BEGIN;
    INSERT INTO held_event (did, payload)
      WITH RECURSIVE copy (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < ${count})
      SELECT did, x'00' FROM (SELECT did FROM held_event ORDER BY id LIMIT 1), copy;
    UPDATE repo SET held = held + ${count} WHERE did = (SELECT did FROM held_event ORDER BY id LIMIT 1);
    COMMIT`)
}

/** Code that lets each thread die when it is given work. */
export const dyingThreads = `
import { isMainThread, parentPort } from 'node:worker_threads'
if (!isMainThread) parentPort?.on('message', () => process.exit(9))`

async function reposOf({ service }: AlertStage, status: string): Promise<number> {
  return (await service.get<{ repos: unknown[] }>(`/repos?status=${status}&limit=1000`)).repos.length
}

async function retryDeadLetters({ service }: AlertStage): Promise<void> {
  const { deadLetters } = await service.get<{ deadLetters: { id: string }[] }>('/dead-letters?limit=1000')
  for (const { id } of deadLetters)
    await request(`${service.url}/dead-letters/${id}/retry`, { method: 'POST' })
}
