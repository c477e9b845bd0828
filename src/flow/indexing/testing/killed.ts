import type { Did } from '../../../model/did.ts'
import type { RepoEvent } from '../../../model/event.ts'
import { Database } from '../../../state/database.ts'
import { SqliteSearch } from '../../../state/search/sqlite.ts'
import { SqliteStorage } from '../../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../../state/streams/sqlite.ts'
import { Ingest, type SourceBatch } from '../../ingest/ingest.ts'
import { Indexer } from '../indexer.ts'
import { commit } from './events.ts'

export const host = 'relay.test'
export const lastSeq = 6000

/** The event at a place in a stream of 5 repos that create, update and delete 12 records each, and now and then go. */
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
  return { ...commit(`r${String(seq).padStart(6, '0')}`, [from, `${seq}`], operations, did), ...base }
}

const repos = 5

async function* source(after: number): AsyncIterable<SourceBatch> {
  for (let seq = after; seq < lastSeq; ) {
    const events: RepoEvent[] = []
    while (events.length < 10 && seq < lastSeq) events.push(eventAt(++seq))
    yield { events, seq }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Run with a folder as argument: brings its database to the end of the stream, from wherever it stands. */
if (process.argv[1] === import.meta.filename) {
  using database = new Database({ dir: process.argv[2] ?? '', checkpointPages: 200 })
  const streams = new SqliteStreams({ database })
  const [storage, search] = [new SqliteStorage({ database }), new SqliteSearch({ database })]
  const from = (await streams.cursor(host))?.seq ?? 0
  const stop = new AbortController()
  const indexer = new Indexer({ streams, storage, search, batchEntries: 25, drainMs: 1e9 })
  const indexing = indexer.run(stop.signal)
  process.stdout.write(`${from}\n`)
  await new Ingest({
    source: source(from),
    host,
    streams,
    lingerMs: 1,
    batchEvents: 20,
    highWater: 300,
  }).run()
  stop.abort()
  await indexing
}
