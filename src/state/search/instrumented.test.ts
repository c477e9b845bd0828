import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import { searchDisk, searchQueries, searchQuery, searchReindexRecords } from '../../catalog/search/metrics.ts'
import { InvalidError } from '../../model/errors.ts'
import { Database } from '../database.ts'
import { instrumentSearch, observeSearch } from './instrumented.ts'
import { makePost, searchConformance } from './search.conformance.ts'
import { SqliteSearch } from './sqlite.ts'

describe('an instrumented search', () => {
  searchConformance(async (fields) => {
    const { meter } = createTestMeter()
    return instrumentSearch(new SqliteSearch({ database: new Database(), ...(fields && { fields }) }), meter)
  })

  it('counts and times queries, failed ones too', async () => {
    const { meter, value } = createTestMeter()
    const search = instrumentSearch(new SqliteSearch({ database: new Database() }), meter)
    await search.query({ text: 'tide', limit: 1 })
    await assert.rejects(search.query({ text: 'tide', limit: 1, cursor: 'nonsense' }), InvalidError)
    assert.equal(await value(searchQueries), 2)
    assert.equal(await value(searchQuery), 2)
  })

  it('counts each record that is read to rebuild the index once', async () => {
    const { meter, value } = createTestMeter()
    const search = instrumentSearch(new SqliteSearch({ database: new Database() }), meter)
    async function* records() {
      for (let i = 0; i < 450; i++) yield makePost(`r${i}`, 'tide')
    }
    await search.reindex(records())
    await search.reindex(records())
    assert.equal(await value(searchReindexRecords), 900)
  })
})

it('shows what the index takes', async () => {
  const { meter, value } = createTestMeter()
  const search = new SqliteSearch({ database: new Database() })
  observeSearch(meter, search)
  await search.apply([{ repo: { did: 'did:plc:alice' }, puts: [makePost('a', 'tide')] }])
  assert.equal(await value(searchDisk), await search.diskBytes())
  assert.ok((await search.diskBytes()) > 0)
})
