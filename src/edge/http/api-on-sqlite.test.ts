import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { CODEC_DCBOR, toString as cidText, create } from '@atcute/cid'
import type { Did } from '../../model/did.ts'
import { createLog } from '../../model/log.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import type { RepoStatus } from '../../model/repo.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { createApi } from './api.ts'
import { type Listener, listen } from './listen.ts'
import { createTestControl } from './testing/control.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa' as Did
const bob = 'did:plc:bobbbbbbbbbbbbbbbbbbbbbb' as Did
const gone = 'did:plc:goneaaaaaaaaaaaaaaaaaaaa' as Did

describe('the API on SQLite', () => {
  const database = new Database()
  const storage = new SqliteStorage({
    database,
    index: [{ collection: 'app.bsky.feed.post', path: 'langs' }],
  })
  const search = new SqliteSearch({ database })
  const records: StoredRecord[] = []
  let api: Listener

  before(async () => {
    await storage.reindex()
    for (const did of [alice, bob, gone]) {
      const puts: StoredRecord[] = []
      for (let index = 0; index < 60; index++) puts.push(await post(did, index))
      const status: RepoStatus = did === gone ? 'takendown' : 'synced'
      const repo = { did, status, content: 'synced', rev: '3k2b', updatedAtMs: 1_700_000_000_000 } as const
      await storage.apply([{ repo, puts }])
      await search.apply([{ repo, puts }])
      if (did !== gone) records.push(...puts)
    }
    const log = createLog({ write: (line) => assert.fail(line) })
    const none = () => ({})
    const control = createTestControl()
    api = await listen(
      createApi({ storage, search, control, log, ready: none, stats: none, config: none, version: '1' }),
      { port: 0 },
    )
  })
  after(async () => {
    await api.close()
    await storage[Symbol.asyncDispose]()
    database[Symbol.dispose]()
  })

  const paged = [
    { title: 'every record', query: {}, of: () => true },
    { title: 'the records of one repo', query: { did: bob }, of: ({ did }: StoredRecord) => did === bob },
    {
      title: 'what links somewhere',
      query: { linksTo: alice },
      of: ({ rkey }: StoredRecord) => Number(rkey) % 2 === 0,
    },
    { title: 'nothing', query: { collection: 'app.bsky.feed.like' }, of: () => false },
  ]
  for (const { title, query, of } of paged) {
    it(`pages through ${title} by the cursor, each once`, async () => {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await ask('/query', { ...query, limit: 7, cursor })
        assert.equal(page.status, 200)
        found.push(...page.body.records.map(({ uri }: { uri: string }) => uri))
        cursor = page.body.cursor
      } while (cursor !== undefined)
      assert.deepEqual(found, records.filter(of).map(recordUri))
    })
  }

  it('ends pages of large records early, and loses none of them', async () => {
    const did = 'did:plc:largeaaaaaaaaaaaaaaaaaaa' as Did
    const text = `enormous ${'\0'.repeat(900_000)}`
    const value = encode({ $type: 'app.bsky.feed.post', text })
    const cid = cidText(await create(CODEC_DCBOR, value))
    const puts = ['a', 'b', 'c'].map((rkey) => ({
      ...(records[0] as StoredRecord),
      did,
      rkey,
      cid,
      bytes: value,
    }))
    const repo = {
      did,
      status: 'synced',
      content: 'synced',
      rev: '3k2b',
      updatedAtMs: 1_700_000_000_000,
    } as const
    await storage.apply([{ repo, puts }])
    await search.apply([{ repo, puts }])
    const pages = {
      records: (cursor?: string) => ask('/query', { did, limit: 1000, cursor }),
      hits: (cursor?: string) =>
        ask(`/search?q=enormous${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`),
    }
    for (const [list, page] of Object.entries(pages)) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const { body } = await page(cursor)
        assert.equal(body[list].length, 1)
        found.push(...body[list].map(({ uri }: { uri: string }) => uri))
        cursor = body.cursor
      } while (cursor !== undefined)
      assert.deepEqual(found.sort(), puts.map(recordUri))
    }
    await storage.apply([{ repo, remove: true }])
    await search.apply([{ repo, remove: true }])
    for (const room of [storage, search]) while (await room.sweep()) {}
  })

  it('pages through the hits of a search, each once, without those of hidden accounts', async () => {
    const found = new Set<string>()
    let cursor: string | undefined
    let shown = 0
    do {
      const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { body } = await ask(`/search?q=${encodeURIComponent('grüße "* NEAR(')}&limit=7${more}`)
      assert.deepEqual(body.hits, [])
      const page = await ask(`/search?q=gr%C3%BC%C3%9Fe&limit=7${more}`)
      assert.equal(page.status, 200)
      for (const { uri } of page.body.hits) found.add(uri)
      shown += page.body.hits.length
      cursor = page.body.cursor
    } while (cursor !== undefined)
    assert.deepEqual([shown, found], [records.length, new Set(records.map(recordUri))])
  })

  it('hides the records of an account that was taken down, and shows its status', async () => {
    assert.equal((await ask(`/records/${gone}/app.bsky.feed.post/0`)).status, 404)
    assert.equal((await ask(`/repos/${gone}`)).body.status, 'takendown')
    assert.deepEqual((await ask('/repos?status=takendown')).body.repos.length, 1)
    const first = await ask('/repos?limit=2')
    const second = await ask(`/repos?limit=2&cursor=${encodeURIComponent(first.body.cursor)}`)
    const dids = [...first.body.repos, ...second.body.repos].map(({ did }: { did: Did }) => did)
    assert.deepEqual(dids, [alice, bob, gone])
  })

  it('asks for fields that are indexed', async () => {
    const { body } = await ask('/query', {
      collection: 'app.bsky.feed.post',
      where: { langs: 'de' },
      limit: 1000,
    })
    assert.equal(body.records.length, records.length)
    assert.ok(body.records.every(({ value }: { value: { langs: string } }) => value.langs === 'de'))
  })

  it('totals what there is', async () => {
    const { storage } = (await ask('/stats')).body
    assert.equal(storage.records, 180)
    assert.deepEqual([storage.reposByStatus.synced, storage.reposByStatus.takendown], [2, 1])
  })

  const refused: readonly (readonly [path: string, body?: object])[] = [
    ['/query', { cursor: 'made up' }],
    ['/query', { cursor: 'AAAA' }],
    ['/query', { collection: 'app.bsky.feed.post', where: { text: 'x' } }],
    ['/repos?cursor=%00'],
    ['/search?q=x&cursor=made-up'],
  ]
  for (const [path, body] of refused) {
    it(`answers 400 to ${path} ${JSON.stringify(body) ?? ''}`, async () => {
      const answer = await ask(path, body)
      assert.equal(answer.status, 400)
      assert.ok(answer.body.detail.length > 0)
    })
  }

  async function ask(path: string, body?: object) {
    const init = body && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(new URL(path, api.url), init)
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
    return { status: response.status, body: (await response.json()) as any }
  }
})

async function post(did: Did, index: number): Promise<StoredRecord> {
  const link = index % 2 === 0 ? { subject: alice } : {}
  const bytes = encode({
    $type: 'app.bsky.feed.post',
    text: `Grüße ${index} von ${did}`,
    langs: 'de',
    ...link,
  })
  const cid = cidText(await create(CODEC_DCBOR, bytes))
  const address = { did, collection: 'app.bsky.feed.post', rkey: String(index) }
  return { ...address, cid, rev: '3k2b', bytes, indexedAtMs: 1_700_000_000_000 }
}
