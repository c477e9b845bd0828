import { randomUUID } from 'node:crypto'
import type { BackfillEntry, BackfillRecord } from '../../../model/backfill.ts'
import { encodeBackfillEntry } from '../../../model/backfill-bytes.ts'
import type { Did } from '../../../model/did.ts'
import type { CommitEvent, RepoEvent } from '../../../model/event.ts'
import { Database } from '../../../state/database.ts'
import { SqliteSearch } from '../../../state/search/sqlite.ts'
import { SqliteStorage } from '../../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../../state/streams/sqlite.ts'
import { firehoseBackfill, firehoseLive } from '../../../state/streams/streams.ts'
import { Ingest, type SourceBatch } from '../../ingest/ingest.ts'
import { Indexer, indexerGroup } from '../indexer.ts'
import { commit } from './events.ts'

export const host = 'relay.test'
export const lastSeq = 6000

/**
 * The event at a place in a stream of 5 repos that create, update and delete 12 records each, and now and then go.
 * Some of its commits do not continue the one before.
 */
export function eventAt(seq: number): RepoEvent {
  const did: Did = `did:plc:repo${seq % repos}`
  const base = { did, seq, timeMs: seq }
  const round = Math.floor(seq / repos)
  if (round % 60 === 50) return { ...base, kind: 'account', active: false, status: 'deleted' }
  if (round % 60 === 51) return { ...base, kind: 'account', active: true }
  if (round % 25 === 3) return { ...base, kind: 'identity', handle: `handle${seq}.test` }
  const rkeys = [0, 1, 2].map((i) => 'abcdefghijkl'[(seq * 7 + i * 5) % 12])
  const operations = rkeys.map((rkey, i) => `${'+~-'[(seq + i) % 3]}${rkey}`).join(' ')
  const from = round % 60 === 0 || round % 60 === 52 ? 'empty' : `${seq - repos}`
  const event = commit(`r${String(seq).padStart(6, '0')}`, [from, `${seq}`], operations, did)
  const named = event.operations.map((operation) =>
    operation.op === 'delete' ? operation : { ...operation, cid: `${operation.rkey}${seq}` },
  )
  return { ...event, ...base, operations: named }
}

/** What the stream amounts to, by the plainest reading of it. */
export class Truth {
  readonly repos = new Map<
    Did,
    { last: CommitEvent | undefined; readonly records: Map<string, BackfillRecord> }
  >()

  add(event: RepoEvent): void {
    const { did } = event
    const repo = this.repos.get(did) ?? { last: undefined, records: new Map() }
    this.repos.set(did, repo)
    if (event.kind === 'account' && !event.active) {
      repo.last = undefined
      repo.records.clear()
    }
    if (event.kind !== 'commit') return
    repo.last = event
    for (const operation of event.operations) {
      const { collection, rkey } = operation
      const path = `${collection}/${rkey}`
      if (operation.op === 'delete') repo.records.delete(path)
      else repo.records.set(path, { collection, rkey, cid: operation.cid, bytes: operation.record })
    }
  }
}

const repos = 5

async function* source(after: number, truth: Truth): AsyncIterable<SourceBatch> {
  for (let seq = after; seq < lastSeq; ) {
    const events: RepoEvent[] = []
    while (events.length < 10 && seq < lastSeq) events.push(eventAt(++seq))
    for (const event of events) truth.add(event)
    yield { events, seq }
    // How far it is, for whoever decides when to kill it.
    process.stdout.write('.')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

interface Stores {
  readonly streams: SqliteStreams
  readonly storage: SqliteStorage
}

/** A sync run, which stages every other time. */
async function syncOnce(
  { streams, storage }: Stores,
  did: Did,
  truth: Truth,
  stages: boolean,
): Promise<void> {
  const ticket = randomUUID()
  const tell = async (...entries: readonly BackfillEntry[]) => {
    const id = await streams.append(
      firehoseBackfill,
      entries.map((entry) => encodeBackfillEntry(entry)),
    )
    await streams.acknowledged(firehoseBackfill, indexerGroup, id)
  }
  await tell({ kind: 'begin', did, ticket })
  const { last, records = new Map<string, BackfillRecord>() } = truth.repos.get(did) ?? {}
  if (last === undefined) return await tell({ kind: 'abort', did, ticket, isFinal: false })
  const base = { did, ticket, rev: last.rev, data: last.data } as const
  if (!stages) {
    const stored = new Map<string, string>()
    for await (const { path, cid } of storage.entries(did)) stored.set(path, cid)
    const puts = [...records].flatMap(([path, record]) => (stored.get(path) === record.cid ? [] : [record]))
    const deletes = [...stored.keys()]
      .filter((path) => !records.has(path))
      .map((path) => {
        const [collection = '', rkey = ''] = path.split('/')
        return { collection, rkey }
      })
    return await tell({ ...base, kind: 'end', staged: false, puts, deletes })
  }
  const staged = await storage.staged(did)
  const after = staged?.data === last.data ? staged.lastPath : ''
  const paths = [...records.keys()].sort().filter((path) => path > after)
  const parts: BackfillEntry[] = []
  do {
    const puts = paths.splice(0, 4).flatMap((path) => records.get(path) ?? [])
    parts.push({ ...base, kind: 'part', puts })
  } while (paths.length > 0)
  await tell(...parts, { ...base, kind: 'end', staged: true, puts: [], deletes: [] })
}

/** Run with a folder as argument: brings its database to the end of the stream, from wherever it stands. */
if (process.argv[1] === import.meta.filename) {
  using database = new Database({ dir: process.argv[2] ?? '', checkpointPages: 200 })
  const streams = new SqliteStreams({ database })
  const [storage, search] = [new SqliteStorage({ database }), new SqliteSearch({ database })]
  const from = (await streams.cursor(host))?.seq ?? 0
  const truth = new Truth()
  for (let seq = 1; seq <= from; seq++) truth.add(eventAt(seq))
  const stop = new AbortController()
  const indexer = new Indexer({ streams, storage, search, batchEntries: 25, drainMs: 1e9 })
  const indexing = indexer.run(stop.signal)
  process.stdout.write(`${from}\n`)
  let runs = 0
  let hasEnded = false
  const syncing = (async () => {
    while (!hasEnded) {
      runs++
      await syncOnce({ streams, storage }, `did:plc:repo${runs % repos}`, truth, runs % 2 === 0)
      await storage.sweep()
    }
  })()
  await new Ingest({
    source: source(from, truth),
    host,
    streams,
    lingerMs: 1,
    batchEvents: 20,
    highWater: 300,
  }).run()
  await streams.acknowledged(firehoseLive, indexerGroup, await streams.append(firehoseLive, []))
  hasEnded = true
  await syncing
  for (let repo = 0; repo < repos; repo++) {
    await syncOnce({ streams, storage }, `did:plc:repo${repo}`, truth, repo % 2 === 0)
  }
  stop.abort()
  await indexing
}
