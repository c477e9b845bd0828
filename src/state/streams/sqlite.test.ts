import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { SqliteStreams } from './sqlite.ts'
import { streamsConformance } from './streams.conformance.ts'

describe('SqliteStreams', () => {
  streamsConformance(async () => {
    const database = new Database()
    return {
      streams: new SqliteStreams({ database }),
      reopen: async () => new SqliteStreams({ database }),
    }
  })

  it('trims a long stream piece by piece', async () => {
    using database = new Database()
    const streams = new SqliteStreams({ database })
    await streams.append(
      'long',
      Array.from({ length: 12_000 }, () => new Uint8Array(1)),
    )
    const entries = await streams.read('long', 'one', 12_000)
    const kept: number[] = []
    for (const place of [-3, -2, -1]) {
      await streams.acknowledge('long', 'one', entries.at(place)?.id ?? 0)
      kept.push(await streams.length('long'))
    }
    assert.deepEqual(kept, [7000, 2000, 0])
    assert.equal(database.sqlite.prepare('SELECT count(*) AS count FROM stream_entry').get()?.count, 0)
  })
})
