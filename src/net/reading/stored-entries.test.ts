import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readStoredEntries, StoredEntries } from './stored-entries.ts'

describe('entries that are stored', () => {
  for (const count of [0, 1, 5000]) {
    it(`come back, all ${count} of them`, () => {
      const entries = Array.from(
        { length: count },
        (_, index) => [`a.b.c/${index}~:_`, `bafy${index}`] as const,
      )
      const stored = new StoredEntries()
      for (const [path, cid] of entries) stored.add(path, cid)
      assert.equal(stored.count, count)
      assert.deepEqual([...readStoredEntries(stored.bytes)], entries)
      assert.deepEqual([...readStoredEntries(structuredClone(stored.bytes))], entries)
    })
  }
})
