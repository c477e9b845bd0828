import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import { SqliteStorage } from './sqlite.ts'
import { alice, makeRecord, post, repo } from './storage.conformance.ts'

describe('an indexed field', () => {
  it('may have a dot in its key', async () => {
    const path = 'com\\.example.kind'
    const storage = new SqliteStorage({ database: new Database(), index: [{ collection: post, path }] })
    const puts = [
      makeRecord(alice, post, 'a', { 'com.example': { kind: 'tide' } }),
      makeRecord(alice, post, 'b', { com: { example: { kind: 'tide' } } }),
    ]
    await storage.apply([{ repo: repo(alice), puts }])
    const { records } = await storage.query({ collection: post, where: { [path]: 'tide' }, limit: 9 })
    assert.deepEqual(
      records.map(({ rkey }) => rkey),
      ['a'],
    )
  })
})
