import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DemoNetwork, startDemoNetwork } from '../../../demo/network.ts'
import type { BackfillEntry } from '../../../model/backfill.ts'
import { encodeBackfillEntry } from '../../../model/backfill-bytes.ts'
import type { Did } from '../../../model/did.ts'
import type { SyncRun, SyncTrigger } from '../../../model/sync.ts'
import { HttpHosts } from '../../../net/host/http.ts'
import { httpFetch } from '../../../net/host/testing/http-fetch.ts'
import { Identity } from '../../../net/identity/identity.ts'
import { readRepo } from '../../../net/reading/read-repo.ts'
import type { Write } from '../../../net/repo/signed-repo.ts'
import { Database } from '../../../state/database.ts'
import { SqliteQueue } from '../../../state/queue/sqlite.ts'
import { SqliteSearch } from '../../../state/search/sqlite.ts'
import { SqliteStorage } from '../../../state/storage/sqlite.ts'
import type { Storage } from '../../../state/storage/storage.ts'
import { SqliteStreams } from '../../../state/streams/sqlite.ts'
import { firehoseBackfill } from '../../../state/streams/streams.ts'
import { Indexer, type IndexerOptions, indexerGroup } from '../../indexing/indexer.ts'
import type { SyncOptions } from '../options.ts'
import { Sync } from '../sync.ts'
import { type FaultyHost, startFaultyHost } from './faulty-host.ts'

export interface Rig extends AsyncDisposable {
  readonly demo: DemoNetwork
  readonly host: FaultyHost
  readonly storage: Storage
  readonly streams: SqliteStreams
  readonly queue: SqliteQueue
  readonly hosts: HttpHosts
  readonly identity: Identity
  readonly sync: Sync
  /** What the sync has told. */
  readonly runs: SyncRun[]
  readonly joins: SyncTrigger[]
  /** Another one on the same store, as after a restart. */
  openSync(options?: Partial<SyncOptions>): Sync
  /** Appends an entry and waits until it is applied. */
  tell(entry: BackfillEntry): Promise<void>
  /** Path and CID of each record that is stored, in order; hidden ones, too. */
  stored(did: Did): Promise<readonly { readonly path: string; readonly cid: string }[]>
}

export interface RigOptions {
  readonly accounts?: number
  readonly records?: number
  readonly sync?: Partial<SyncOptions>
  readonly indexer?: Partial<IndexerOptions>
}

/** The demo network, a host that can be spoiled in front of it, and all that it takes to sync with that. */
export async function openRig({ accounts = 3, records = 60, sync, indexer }: RigOptions = {}): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-sync-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const demo = stack.use(
    await startDemoNetwork({ dir: ':memory:', eventsPerSecond: 0, accounts, records, seed: 'sync' }),
  )
  const host = stack.use(await startFaultyHost(demo.relay))
  const database = stack.use(new Database())
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const queue = new SqliteQueue({ database })
  const hosts = new HttpHosts({ fetch: httpFetch, concurrencyPerHost: 100 })
  const identity = stack.use(
    new Identity({
      plc: host.url,
      allowLoopback: true,
      handles: 'document',
      perSecond: 10_000,
      refreshBurst: 100,
    }),
  )
  const stop = new AbortController()
  const indexing = new Indexer({
    streams,
    storage,
    search: new SqliteSearch({ database }),
    onError: (_kind, error) => {
      throw error
    },
    ...indexer,
  }).run(stop.signal)
  stack.defer(async () => {
    stop.abort()
    await indexing
  })
  const runs: SyncRun[] = []
  const joins: SyncTrigger[] = []
  const newSync = (options: Partial<SyncOptions> = {}) =>
    new Sync({
      identity,
      hosts,
      reader: { read: (chunks, given, callbacks) => readRepo(chunks, given, callbacks, { folder }) },
      storage,
      streams,
      group: indexerGroup,
      onRun: (run) => runs.push(run),
      onJoin: (trigger) => joins.push(trigger),
      ...options,
    })
  const parts = {
    demo,
    host,
    storage,
    streams,
    queue,
    hosts,
    identity,
    runs,
    joins,
    sync: stack.use(newSync(sync)),
  }
  const running = stack.move()
  return {
    ...parts,
    openSync: (options) => running.use(newSync(options)),
    async tell(entry) {
      const id = await streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
      await streams.acknowledged(firehoseBackfill, indexerGroup, id)
    },
    async stored(did) {
      const entries = await Array.fromAsync(storage.entries(did))
      return entries.map(({ path, cid }) => ({ path, cid })).sort((a, b) => (a.path < b.path ? -1 : 1))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Writes so many posts, in as few commits as that takes. */
export async function writePosts(demo: DemoNetwork, did: Did, count: number, text = 'tide'): Promise<void> {
  for (let at = 0; at < count; at += 200) {
    const size = Math.min(200, count - at)
    const writes: Write[] = Array.from({ length: size }, (_, index) => ({
      action: 'create',
      collection: 'app.bsky.feed.post',
      rkey: `${text}-${at + index}`,
      record: {
        $type: 'app.bsky.feed.post',
        text: `${text} ${at + index}`,
        createdAt: '2026-01-01T00:00:00Z',
      },
    }))
    await demo.write(did, writes)
  }
}
