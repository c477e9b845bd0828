import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLog } from '../model/log.ts'
import { Database } from '../state/database.ts'
import { openStores } from './stores.ts'

describe('the stores', () => {
  it('tell once that more actions are called for than are remembered', async () => {
    using database = new Database()
    openStores(database)
    // As many as may be, so that each further one makes another go.
    database.sqlite.exec("UPDATE dedup_state SET value = 1000000 WHERE key = 'keys'")
    const lines: string[] = []
    const { dedup } = openStores(database, { log: createLog({ write: (line) => lines.push(line) }) })
    for (const key of ['a', 'b', 'c']) await dedup.claim('s', [key], 1000)
    assert.equal(lines.length, 1)
    assert.match(String(lines), / warn +more actions are called for than are remembered/)
  })
})
